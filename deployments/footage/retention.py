"""Footage goes when its period is over, segment by segment, but for those that are held."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Count, Exists, Min, OuterRef, QuerySet
from django.utils import timezone

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
    ids = list(over.values_list("pk", flat=True)[:BATCH])
    FootageKey.objects.filter(segment__in=ids).delete()
    FootageSegment.objects.filter(pk__in=ids).update(erased_at=timezone.now())
    transaction.on_commit(lambda: store.unlink_each(ids), robust=True)
    return len(ids)
