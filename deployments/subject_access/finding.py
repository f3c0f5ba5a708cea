"""What was recorded where and when, for somebody who asks: what is there, what was erased, and what
was never recorded."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Max, Min, Q, QuerySet

from deployments.models import (
    Camera,
    Deployment,
    DeploymentCamera,
    FootageGap,
    FootageSegment,
    User,
)
from deployments.permissions import HAS_FOOTAGE
from deployments.queries import deployments_visible_to

# Nobody asks about more cameras at once.
MOST = 40


@dataclass(frozen=True, slots=True)
class Found:
    """One camera of a deployment that ran at that time."""

    deployment: Deployment
    camera: Camera
    was_authorised: bool
    there: int
    first: datetime | None
    last: datetime | None
    erased: int
    erased_at: datetime | None
    gaps: list[FootageGap]


def find(*, begins: datetime, ends: datetime, words: str, by: User) -> list[Found]:
    """By time, and by the title or place of the deployment or the camera's place."""
    ran = deployments_visible_to(by).filter(
        status__in=HAS_FOOTAGE, starts_at__lt=ends, ends_at__gt=begins
    )
    used = DeploymentCamera.objects.filter(deployment__in=ran)
    for word in words.split():
        used = used.filter(
            Q(deployment__title__icontains=word)
            | Q(deployment__place__icontains=word)
            | Q(camera__location__icontains=word)
            | Q(camera__name__icontains=word)
        )
    rows = list(
        used.select_related("deployment", "camera").order_by(
            "deployment__starts_at", "camera__name"
        )[:MOST]
    )
    segments = _segments(rows, begins=begins, ends=ends)
    gaps = _gaps(rows, begins=begins, ends=ends)
    return [_found(row, segments, gaps) for row in rows]


Pair = tuple[int, int]


def _segments(
    rows: Iterable[DeploymentCamera], *, begins: datetime, ends: datetime
) -> dict[Pair, dict[str, object]]:
    within = FootageSegment.objects.filter(
        _of(rows), ended_at__gt=begins, started_at__lt=ends
    ).exclude(number=None)
    is_there = Q(erased_at=None)
    counted = (
        within.order_by()
        .values("deployment", "camera")
        .annotate(
            there=Count("pk", filter=is_there),
            first=Min("started_at", filter=is_there),
            last=Max("ended_at", filter=is_there),
            erased=Count("pk", filter=~is_there),
            gone_at=Max("erased_at"),
        )
    )
    return {(row["deployment"], row["camera"]): dict(row) for row in counted}


def _gaps(
    rows: Iterable[DeploymentCamera], *, begins: datetime, ends: datetime
) -> QuerySet[FootageGap]:
    still_open = Q(ended_at=None) | Q(ended_at__gt=begins)
    return FootageGap.objects.filter(_of(rows), still_open, began_at__lt=ends)


def _of(rows: Iterable[DeploymentCamera]) -> Q:
    return Q(
        deployment__in={row.deployment_id for row in rows},
        camera__in={row.camera_id for row in rows},
    )


def _found(
    row: DeploymentCamera, segments: dict[Pair, dict[str, object]], gaps: Iterable[FootageGap]
) -> Found:
    pair = (row.deployment_id, row.camera_id)
    counted = segments.get(pair, {})
    return Found(
        deployment=row.deployment,
        camera=row.camera,
        was_authorised=row.records_cctv,
        there=counted.get("there", 0),  # type: ignore[arg-type]
        first=counted.get("first"),  # type: ignore[arg-type]
        last=counted.get("last"),  # type: ignore[arg-type]
        erased=counted.get("erased", 0),  # type: ignore[arg-type]
        erased_at=counted.get("gone_at"),  # type: ignore[arg-type]
        gaps=[gap for gap in gaps if (gap.deployment_id, gap.camera_id) == pair],
    )
