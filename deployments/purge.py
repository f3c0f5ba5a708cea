"""Erasure on time. Each kind of each deployment goes in batches, each in its own transaction with
its ledger row, so that a crash in the middle leaves what is done, done and recorded, and the rest
due, and nobody waits for more than a batch."""

from dataclasses import dataclass

from django.db import connection, transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone
from structlog import get_logger

from deployments import erasure_ledger, image_store, spent_keys, strays
from deployments.enums import Status
from deployments.lifecycle import Refused, close
from deployments.locking import lock
from deployments.many_rows import among, delete_each
from deployments.models import (
    Deployment,
    StillSoughtCheck,
    WatchlistEntry,
    WatchlistLedger,
)
from deployments.pacing import Unhurried
from deployments.retention import BATCH, RULES, Due, due_after_end, held_kinds, holder_of

log = get_logger(__name__)


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
    more, close what is then empty. What cannot be erased stays overdue and keeps nothing else.
    Whoever waits for an answer meanwhile goes before: it rests before each of its statements."""
    with connection.execute_wrapper(Unhurried()):
        done = [erasure for due in overdue() for erasure in _erase_or_report(due)]
        strays.sweep()
        done += [erasure for due in spent_keys.find() for erasure in _erase_or_report(due)]
        _close_the_empty()
    return done


def erase_now(due: Due) -> list[Erasure]:
    """The same of one thing, whatever the clock says."""
    return _erase_or_report(due)


def _erase_or_report(due: Due) -> list[Erasure]:
    done = []
    try:
        # One batch more than there can be: a holder that never comes to an end is not waited for.
        for _ in range(due.count + 1):
            count = _erase_batch(due)
            if count:
                done.append(Erasure(due.deployment, due.rule.kind, count))
            if count < BATCH:
                break
    except Exception as error:  # noqa: BLE001 - whatever it is, the next kind is due as well
        log.error("erasure_failed", kind=due.rule.kind, error=type(error).__name__)
    return done


def _erase_batch(due: Due) -> int:
    """As much as others can wait for: nobody else's row is held longer than it takes."""
    with transaction.atomic():
        if due.deployment is not None:
            lock(due.deployment.pk)
        count = holder_of(due.rule.kind)[1](due)
        erasure_ledger.record(
            due.rule.kind,
            count=count,
            ground=due.rule.ground,
            deployment=due.deployment,
            due_at=due.due_at,
        )
    return count


def find_watchlists() -> list[Due]:
    rule = RULES["watchlist"]
    over = Deployment.objects.filter(status__in=(Status.ENDED, Status.CANCELLED))
    found = []
    for deployment in over.filter(Exists(WatchlistEntry.objects.filter(deployment=OuterRef("pk")))):
        due_at = due_after_end(deployment, "watchlist")
        if due_at is not None:
            found.append(Due(deployment, rule, due_at, deployment.entries.count()))
    return found


def erase_watchlist(due: Due) -> int:
    entries = WatchlistEntry.objects.filter(deployment=due.deployment).order_by("pk")
    batch = list(entries.values_list("pk", "image_id", "reference")[:BATCH])
    if not batch:
        return 0
    ids, images, references = zip(*batch, strict=True)
    WatchlistLedger.objects.filter(
        deployment=due.deployment, removed_at=None, reference__in=among(references, of="text")
    ).update(removed_at=timezone.now())
    delete_each(WatchlistEntry, ids)
    StillSoughtCheck.objects.filter(deployment=due.deployment, entry=None).delete()
    image_store.erase_each(list(images))
    return len(batch)


def _close_the_empty() -> None:
    for deployment in Deployment.objects.filter(
        status=Status.ENDED, result__isnull=False, entries=None, images=None
    ):
        try:
            close(deployment)
        except Refused:
            continue
