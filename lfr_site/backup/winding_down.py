"""What a restored database has to give up before anybody may read it: nothing of it may live
longer than it would have, had the backup never been made."""

import uuid
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.utils import timezone

from deployments import lifecycle, purge, stills, strays
from deployments.enums import Status
from deployments.erasure_journal import Erased
from deployments.footage import recovery
from deployments.lifecycle import Refused
from deployments.models import Deployment
from deployments.reconciliation import reconcile
from deployments.retention import Due
from lfr_site.backup.erased_again import REASON, erase_again
from lfr_site.backup.errors import BackupRefused
from recognition.results import publish_due_results

UNSTARTED = (Status.DRAFT, Status.SUBMITTED, Status.RETURNED, Status.AUTHORISED, Status.READY)
RUNNING = (Status.LIVE, Status.SUSPENDED)
LONGER_THAN_ANY_SEGMENT = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class WoundDown:
    ended: int
    suspended: int
    erased_again: int
    purged: int


def wind_down(erased: Erased) -> WoundDown:
    """Raises BackupRefused where something that is due is still there afterwards."""
    over = _over_since(erased)
    # Nobody writes a segment now: what is whole gets its clock, the rest goes.
    recovery.recover(now=timezone.now() + LONGER_THAN_ANY_SEGMENT)
    ended = _end(over)
    suspended = _suspend_live()
    again = erase_again(erased)
    publish_due_results()
    purged = _erase_overdue(over, destroyed=set(erased.keys))
    purged += stills.forget_unready(ground=REASON)
    strays.sweep_at_once()  # nothing is being written now
    found = reconcile()
    if found.overdue or purge.overdue():
        raise BackupRefused(
            "Something that is due could not be erased: read this command's log, and restore "
            "again into an empty database."
        )
    return WoundDown(ended, suspended, again, purged)


def _over_since(erased: Erased) -> dict[uuid.UUID, datetime]:
    """When each deployment was over: as the journal says, or at the end of its window."""
    known = {**erased.keys, **erased.over}
    windows = Deployment.objects.filter(ends_at__lte=timezone.now()).exclude(
        status__in=(Status.CLOSED, Status.REFUSED)
    )
    return {row.uuid: row.ends_at for row in windows} | known


def _end(over: dict[uuid.UUID, datetime]) -> int:
    count = 0
    for deployment in Deployment.objects.filter(uuid__in=over):
        if deployment.status in RUNNING:
            lifecycle.end(deployment, by=None, reason=REASON)
        elif deployment.status in UNSTARTED:
            count += _cancelled(deployment)
            continue
        else:
            continue
        count += 1
    return count


def _cancelled(deployment: Deployment) -> int:
    try:
        lifecycle.cancel(deployment, by=None, reason=REASON)
    except Refused:
        return 0  # a draft that was never submitted: nobody is on its list
    return 1


def _suspend_live() -> int:
    """In its window still: somebody decides whether recognition goes on, after the start checks."""
    live = list(Deployment.objects.filter(status=Status.LIVE))
    for deployment in live:
        lifecycle.suspend(deployment, by=None, reason=REASON)
    return len(live)


def _erase_overdue(over: dict[uuid.UUID, datetime], *, destroyed: set[uuid.UUID]) -> int:
    """What is due by the clock that ran before the restore; of a deployment whose key was
    destroyed everything, for nothing was left of it."""
    count, now = 0, timezone.now()
    for due in purge.everything_held():
        is_gone = due.deployment is not None and due.deployment.uuid in destroyed
        due_at = now if is_gone else _due_at(due, over)
        if due_at <= now:
            count += len(purge.erase_now(replace(due, due_at=due_at)))
    return count + len(purge.purge())


def _due_at(due: Due, over: dict[uuid.UUID, datetime]) -> datetime:
    """Its clock ran from when the deployment was over, not from the restore."""
    deployment = due.deployment
    if deployment is None or deployment.uuid not in over:
        return due.due_at
    ended_at = deployment.ended_at or deployment.status_at
    return due.due_at - max(ended_at - over[deployment.uuid], timedelta())
