"""Footage goes when its period is over, segment by segment, but for those that are held."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Count, Exists, Min, OuterRef, QuerySet
from django.utils import timezone

from deployments import erasure_journal, erasure_ledger
from deployments.erasure_journal import What
from deployments.footage import store
from deployments.models import Deployment, FootageHeld, FootageKey, FootageSegment
from deployments.retention import BATCH, RULES, Due

KIND = "footage"


def period() -> timedelta:
    return RULES[KIND].period or timedelta()


def due_at(segment: FootageSegment) -> datetime | None:
    """None while it is being written."""
    return None if segment.ended_at is None else segment.ended_at + period()


def unheld() -> QuerySet[FootageSegment]:
    """What is there and no open hold keeps."""
    held = FootageHeld.objects.filter(segment=OuterRef("pk"), hold__released_at=None)
    return (
        FootageSegment.objects.filter(erased_at=None).exclude(ended_at=None).exclude(Exists(held))
    )


def find_footage() -> list[Due]:
    """Per deployment, due as its earliest segment is. What is held is not due."""
    rows = unheld().order_by().values("deployment")
    return [
        Due(
            Deployment.objects.get(pk=row["deployment"]),
            RULES[KIND],
            row["first"] + period(),
            row["count"],
        )
        for row in rows.annotate(first=Min("ended_at"), count=Count("pk"))
    ]


def erase_footage(due: Due) -> int:
    """A batch: keys and marks now, files as the transaction commits."""
    over = unheld().filter(deployment=due.deployment, ended_at__lte=timezone.now() - period())
    return _erase(list(over.values_list("pk", flat=True)[:BATCH]))


def erase_again(deployment: Deployment, segments: Iterable[UUID], *, ground: str) -> int:
    """What was erased before and is back, whatever its clock says. Whoever held it has released it
    already; the caller holds the deployment's lock."""
    back = unheld().filter(deployment=deployment, pk__in=list(segments))
    count = _erase(list(back.values_list("pk", flat=True)))
    erasure_ledger.record(KIND, count=count, ground=ground, deployment=deployment)
    return count


def _erase(ids: list[UUID]) -> int:
    FootageKey.objects.filter(segment__in=ids).delete()
    FootageSegment.objects.filter(pk__in=ids).update(erased_at=timezone.now())
    erasure_journal.note(What.FOOTAGE, ids)
    transaction.on_commit(lambda: store.unlink_each(ids), robust=True)
    return len(ids)
