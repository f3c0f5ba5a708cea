"""Is this person still sought? Asked of the whole list as it is built, of single entries later, and
again before officers are sent."""

from datetime import datetime

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from deployments import audit, permissions, watchlist
from deployments.enums import AuditKind, EntryStatus, SoughtSource
from deployments.lifecycle import Refused
from deployments.locking import lock
from deployments.models import Deployment, StillSoughtCheck, User, WatchlistEntry


def confirm_list(
    deployment: Deployment, *, source: str, reference: str, by: User
) -> StillSoughtCheck:
    """Everybody on the list as it stands is still sought; who is not was withdrawn before."""
    if not reference.strip():
        raise Refused("Give the reference of the check, so that it can be found again.")
    with transaction.atomic():
        locked = lock(deployment.pk)
        if not permissions.can_manage_watchlist(by, locked):
            raise Refused("Only a watchlist manager records this check.")
        count = locked.entries.count()
        if not count:
            raise Refused("Nobody is on the watchlist yet.")
        return _record(locked, None, source=source, reference=reference, by=by, count=count)


def confirm_entry(
    entry: WatchlistEntry, *, source: str, reference: str, by: User
) -> StillSoughtCheck:
    with transaction.atomic():
        locked = lock(entry.deployment_id)
        may = permissions.can_manage_watchlist(by, locked) or permissions.can_operate(by)
        held = locked.entries.filter(pk=entry.pk).first()
        if not may or held is None:
            raise Refused("This check is recorded by a watchlist manager or an operator.")
        return _record(locked, held, source=source, reference=reference, by=by)


def withdraw_no_longer_sought(entry: WatchlistEntry, *, source: str, by: User) -> None:
    """The operator who asked takes the person off the list at once: nobody waits for a watchlist
    manager while somebody is stopped who is not sought."""
    reason = f"No longer sought. Asked: {SoughtSource(_source(source)).label}."
    with transaction.atomic():
        locked = lock(entry.deployment_id)
        if not permissions.can_operate(by) and not permissions.can_manage_watchlist(by, locked):
            raise Refused("Only an operator or a watchlist manager withdraws this entry.")
        watchlist.withdraw(locked, entry.pk, by=by, reason=reason)


def was_asked_since(entry: WatchlistEntry, since: datetime) -> bool:
    return entry.sought_checks.filter(at__gte=since).exists()


def unchecked(deployment: Deployment) -> int:
    """How many of those who are searched for were added after the last check of the list, and not
    asked about since."""
    last = deployment.sought_checks.filter(entry=None).aggregate(at=Max("at"))["at"]
    entries = deployment.entries.filter(status=EntryStatus.ENROLLED, sought_checks=None)
    return (entries if last is None else entries.filter(added_at__gt=last)).count()


def _record(
    deployment: Deployment,
    entry: WatchlistEntry | None,
    *,
    source: str,
    reference: str,
    by: User,
    count: int = 1,
) -> StillSoughtCheck:
    made = StillSoughtCheck.objects.create(
        deployment=deployment,
        entry=entry,
        source=SoughtSource(_source(source)),
        source_reference=reference.strip()[:60],
        entry_count=count,
        by=by,
        at=timezone.now(),
    )
    audit.record(
        "watchlist.still_sought",
        kind=AuditKind.DECISION,
        by=by,
        deployment=deployment,
        subject=f"entry {entry.pk}" if entry else "watchlist",
        details={"source": source, "entries": count},
    )
    return made


def _source(source: str) -> str:
    if source not in SoughtSource.values:
        raise Refused("Say who was asked whether the person is still sought.")
    return source
