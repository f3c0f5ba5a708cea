"""The timeline as CSV, safe to open in a spreadsheet."""

import csv
import io
from collections.abc import Iterable

from django.utils import timezone

from alerts.timeline.rows import Row

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
# A cell that begins so is taken for a formula; a name of a camera or a person may.
FORMULA_BEGINS = ("=", "+", "-", "@", "\t", "\r", "\n")


def as_csv(rows: Iterable[Row]) -> str:
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(HEADINGS)
    for row in rows:
        cells = (
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
        writer.writerow([_harmless(cell) for cell in cells])
    return text.getvalue()


def _harmless(cell: str) -> str:
    return f"'{cell}" if cell.lstrip(" ").startswith(FORMULA_BEGINS) else cell
