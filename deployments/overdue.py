"""What should be gone and is not: for the start check, the report and the metrics."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone

from deployments import purge
from deployments.retention import Due

# What became due a moment ago is erased by the next run.
GRACE = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class OverdueFigures:
    """`count` things that are past their time, beyond the grace or not; `oldest_s` seconds since
    the first of them was due. Both are 0 where nothing is."""

    count: int
    oldest_s: float


def overdue_figures() -> OverdueFigures:
    now = timezone.now()
    late = [due for due in purge.everything_held() if due.due_at <= now]
    oldest = max(((now - due.due_at).total_seconds() for due in late), default=0.0)
    return OverdueFigures(sum(due.count for due in late), oldest)


def beyond_grace(*, now: datetime | None = None) -> list[Due]:
    """What the housekeeping has missed."""
    since = (now or timezone.now()) - GRACE
    return [due for due in purge.everything_held() if due.due_at <= since]
