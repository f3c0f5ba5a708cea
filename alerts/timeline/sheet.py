"""The timeline as CSV, safe to open in a spreadsheet."""

from collections.abc import Iterable

from django.utils import timezone

from alerts.timeline.rows import Row
from deployments import csv_text

HEADINGS = (
    "time",
    "kind",
    "what",
    "camera",
    "alert",
    "category",
    "response",
    "by",
    "details",
)


def as_csv(rows: Iterable[Row]) -> str:
    return csv_text.as_csv(HEADINGS, map(_cells, rows))


def _cells(row: Row) -> tuple[str, ...]:
    return (
        timezone.localtime(row.at).isoformat(timespec="milliseconds"),
        row.source.value,
        row.what,
        row.camera,
        "" if row.alert is None else str(row.alert),
        row.category,
        row.response,
        row.by,
        row.details,
    )
