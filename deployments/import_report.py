"""An import as people read it: counts, rows with their outcome, the refused ones as a sheet."""

from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass

from django.db.models import Count, Q

from deployments import image_store
from deployments.csv_text import as_csv
from deployments.encryption import Unreadable
from deployments.enums import ImportStatus, RowOutcome
from deployments.import_files import Row, values_of
from deployments.import_rows import counts_of
from deployments.import_sheet import OPTIONAL, REQUIRED
from deployments.models import ImportRow, WatchlistImport

__all__ = ["ReadableRow", "counts_of", "readable", "refused_csv", "state_of"]
REASON = "why_refused"
LIKE_ANOTHER = Q(alike_line__isnull=False) | Q(alike_entry__isnull=False)


@dataclass(frozen=True, slots=True)
class ReadableRow:
    line: int
    outcome: RowOutcome
    reason: str
    values: Row
    measures: list[dict[str, object]]
    alike_line: int | None
    # The reference of somebody on the list.
    alike_reference: str

    @property
    def words(self) -> str:
        return str(self.outcome.label)

    @property
    def looks_like(self) -> str:
        line = f"line {self.alike_line}" if self.alike_line else ""
        listed = f"{self.alike_reference} on the watchlist" if self.alike_reference else ""
        return " and ".join(filter(None, (line, listed)))


def readable(rows: Iterable[ImportRow], *, of: WatchlistImport) -> list[ReadableRow]:
    """Values are empty where the row was added, and once the deployment's key is gone."""
    shown = list(rows)
    values: dict[int, Row] = {}
    with suppress(Unreadable):
        key = image_store.data_key(of.deployment)
        values = {row.pk: values_of(row, of=of, key=key) for row in shown}
    listed = _references(of, [row.alike_entry for row in shown if row.alike_entry])
    return [_readable(row, values.get(row.pk, {}), listed=listed) for row in shown]


def _readable(row: ImportRow, values: Row, *, listed: dict[int, str]) -> ReadableRow:
    gone = "somebody who was"
    return ReadableRow(
        line=row.line,
        outcome=RowOutcome(row.outcome),
        reason=row.reason,
        values=values,
        measures=row.image_quality or [],
        alike_line=row.alike_line,
        alike_reference=listed.get(row.alike_entry, gone) if row.alike_entry else "",
    )


def _references(of: WatchlistImport, entries: list[int]) -> dict[int, str]:
    found = of.deployment.entries.filter(pk__in=entries)
    return dict(found.values_list("pk", "reference"))


def refused_csv(of: WatchlistImport) -> str:
    rows = of.rows.filter(outcome=RowOutcome.REFUSED).order_by("line")
    return as_csv([*REQUIRED, *OPTIONAL, REASON], _refused(rows.iterator(chunk_size=500), of))


def _refused(rows: Iterable[ImportRow], of: WatchlistImport) -> Iterator[list[str]]:
    key = image_store.data_key(of.deployment)
    for row in rows:
        values = values_of(row, of=of, key=key)
        yield [*(values.get(name, "") for name in (*REQUIRED, *OPTIONAL)), row.reason]


def state_of(of: WatchlistImport, counts: dict[str, int]) -> dict[str, object]:
    """Numbers and the status, nothing of a person."""
    total, done = of.row_count, of.row_count - counts[RowOutcome.UNCHECKED]
    refused = counts[RowOutcome.REFUSED]
    if of.status in (ImportStatus.IMPORTING, ImportStatus.DONE):
        done = of.row_count - counts[RowOutcome.READY]
        if of.status == ImportStatus.DONE:  # also once they are erased
            refused = of.row_count - counts[RowOutcome.ADDED]
    elif of.status == ImportStatus.COMPARING:
        done, total = _looked_at(of)
    return {
        "status": of.status,
        "status_words": of.get_status_display(),
        "is_working": of.is_working,
        "total": of.row_count,
        "done": done,
        "percent": round(100 * done / total) if total else 0,
        "ready": counts[RowOutcome.READY],
        "refused": refused,
        "added": counts[RowOutcome.ADDED],
        "alike": _alike(of),
    }


def _alike(of: WatchlistImport) -> int:
    """Rows whose face is as like another's as an alert asks for."""
    return of.rows.filter(LIKE_ANOTHER, outcome=RowOutcome.READY).count()


def _looked_at(of: WatchlistImport) -> tuple[int, int]:
    """Faces looked at, and all that are: asked at once, for another worker may begin anew."""
    looked_at, ready = Q(is_looked_at=True), Q(outcome=RowOutcome.READY)
    found = of.rows.aggregate(
        done=Count("pk", filter=looked_at), total=Count("pk", filter=looked_at | ready)
    )
    return found["done"], found["total"]
