"""Erasure on time. Each kind of each deployment goes in its own transaction with its ledger row,
so that a crash in the middle leaves what is done, done and recorded, and the rest due."""

import time
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone
from structlog import get_logger

from deployments import audit, image_store, import_files, stills
from deployments.enums import AuditKind, Status
from deployments.lifecycle import Refused, close
from deployments.locking import lock
from deployments.models import (
    Deployment,
    ErasureRecord,
    StillSoughtCheck,
    WatchlistEntry,
    WatchlistLedger,
)
from deployments.retention import RULES, Due, due_after_end, held_kinds, holder_of

log = get_logger(__name__)

# No upload takes so long: a file without a row was cut off.
UPLOAD_IN_FLIGHT_S = 6 * 3600.0


@dataclass(frozen=True, slots=True)
class Erasure:
    deployment: Deployment | None
    kind: str
    count: int


def everything_held() -> list[Due]:
    """All that has a clock running, soonest first."""
    return sorted(
        (due for kind in held_kinds() for due in holder_of(kind)[0]()), key=lambda d: d.due_at
    )


def overdue() -> list[Due]:
    return [due for due in everything_held() if due.is_overdue]


def purge() -> list[Erasure]:
    """Erase what is due, sweep files that a crash orphaned, destroy keys that open nothing any
    more, close what is then empty. What cannot be erased stays overdue and keeps nothing else."""
    done = [erasure for due in overdue() if (erasure := _erase_or_report(due)) is not None]
    _sweep_orphans()
    _destroy_spent_keys()
    _close_the_empty()
    return [erasure for erasure in done if erasure.count]


def _erase_or_report(due: Due) -> Erasure | None:
    try:
        return _erase(due)
    except Exception as error:  # noqa: BLE001 - whatever it is, the next kind is due as well
        log.error("erasure_failed", kind=due.rule.kind, error=type(error).__name__)
        return None


def _erase(due: Due) -> Erasure:
    with transaction.atomic():
        if due.deployment is not None:
            lock(due.deployment.pk)
        count = holder_of(due.rule.kind)[1](due)
        if count:
            record_erasure(due, count=count)
    return Erasure(due.deployment, due.rule.kind, count)


def record_erasure(due: Due, *, count: int) -> None:
    ErasureRecord.objects.create(
        deployment=due.deployment,
        kind=due.rule.kind,
        ground=due.rule.ground,
        count=count,
        due_at=due.due_at,
        done_at=timezone.now(),
    )
    audit.record(
        "retention.erased",
        kind=AuditKind.ERASURE,
        by=None,
        deployment=due.deployment,
        reason=due.rule.ground,
        details={"kind": due.rule.kind, "count": count, "due": due.due_at.isoformat()},
    )


def find_watchlists() -> list[Due]:
    found = []
    ended = Deployment.objects.filter(
        status__in=(Status.ENDED, Status.CANCELLED), entries__isnull=False
    ).distinct()
    for deployment in ended:
        due_at = due_after_end(deployment, "watchlist")
        if due_at is not None:
            found.append(Due(deployment, RULES["watchlist"], due_at, deployment.entries.count()))
    return found


def erase_watchlist(due: Due) -> int:
    entries = list(WatchlistEntry.objects.filter(deployment=due.deployment).select_related("image"))
    WatchlistLedger.objects.filter(deployment=due.deployment, removed_at=None).update(
        removed_at=timezone.now()
    )
    WatchlistEntry.objects.filter(pk__in=[entry.pk for entry in entries]).delete()
    StillSoughtCheck.objects.filter(deployment=due.deployment).delete()
    image_store.erase(entry.image for entry in entries)
    return len(entries)


def _sweep_orphans() -> None:
    for path in (*image_store.orphans(), *stills.orphans()):
        path.unlink(missing_ok=True)
    for path in import_files.orphans(older_than=time.time() - UPLOAD_IN_FLIGHT_S):
        path.unlink(missing_ok=True)


def _destroy_spent_keys() -> None:
    """No image of a deployment that is over is left: no copy of one may open either."""
    for deployment in Deployment.objects.filter(
        status__in=image_store.TAKES_NO_IMAGES, key__isnull=False, images=None
    ):
        with transaction.atomic():
            lock(deployment.pk)
            if deployment.images.exists() or not image_store.destroy_key(deployment):
                continue
            audit.record("key.destroyed", kind=AuditKind.ERASURE, by=None, deployment=deployment)


def _close_the_empty() -> None:
    for deployment in Deployment.objects.filter(
        status=Status.ENDED, result__isnull=False, entries=None, images=None
    ):
        try:
            close(deployment)
        except Refused:
            continue
