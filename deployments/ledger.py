"""Who was on a list on a date, without biometrics: the rows open as somebody begins to be searched
for and close as that ends. They answer after everything else is gone (Bridges CA)."""

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta

from django.db.models import Q, QuerySet
from django.utils import timezone

from deployments.models import WatchlistEntry, WatchlistLedger


def open_rows(entries: Iterable[WatchlistEntry]) -> None:
    now = timezone.now()
    WatchlistLedger.objects.bulk_create(
        WatchlistLedger(
            deployment_id=entry.deployment_id,
            reference=entry.reference,
            category=entry.category,
            added_at=now,
        )
        for entry in entries
    )


def close(entry: WatchlistEntry) -> None:
    WatchlistLedger.objects.filter(
        deployment=entry.deployment_id, reference=entry.reference, removed_at=None
    ).update(removed_at=timezone.now())


def rows_on(reference: str, *, day: date | None) -> QuerySet[WatchlistLedger]:
    """Each time this reference was searched for, on this day (the force's own midnight to
    midnight) or, without one, at all. Capitals and small letters are one."""
    rows = WatchlistLedger.objects.filter(reference__iexact=reference.strip())
    if day is not None:
        begins, ends = _bounds(day)
        rows = rows.filter(added_at__lt=ends).filter(Q(removed_at=None) | Q(removed_at__gte=begins))
    return rows.select_related("deployment").order_by("added_at", "pk")


def _bounds(day: date) -> tuple[datetime, datetime]:
    """A day of 23, 24 or 25 hours: clocks go forward and back."""
    zone = timezone.get_default_timezone()
    begins = datetime.combine(day, time.min, tzinfo=zone)
    return begins, datetime.combine(day + timedelta(days=1), time.min, tzinfo=zone)
