"""An import as people read it: counts, rows with their outcome, the refused ones as a sheet."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

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


@dataclass(frozen=True, slots=True)
class ReadableRow:
    line: int
    outcome: RowOutcome
    reason: str
    values: Row

    @property
    def words(self) -> str:
        return str(self.outcome.label)


def readable(rows: Iterable[ImportRow], *, of: WatchlistImport) -> list[ReadableRow]:
    """Values are empty where the row was added, and once the deployment's key is gone."""
    try:
        key = image_store.data_key(of.deployment)
    except Unreadable:
        return [ReadableRow(r.line, RowOutcome(r.outcome), r.reason, {}) for r in rows]
    return [
        ReadableRow(r.line, RowOutcome(r.outcome), r.reason, values_of(r, of=of, key=key))
        for r in rows
    ]


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
    done = of.row_count - counts[RowOutcome.UNCHECKED]
    if of.status in (ImportStatus.IMPORTING, ImportStatus.DONE):
        done = of.row_count - counts[RowOutcome.READY]
    return {
        "status": of.status,
        "status_words": of.get_status_display(),
        "is_working": of.is_working,
        "total": of.row_count,
        "done": done,
        "percent": round(100 * done / of.row_count) if of.row_count else 0,
        "ready": counts[RowOutcome.READY],
        "refused": counts[RowOutcome.REFUSED],
        "added": counts[RowOutcome.ADDED],
    }
