"""What is public of a deployment, in one place: the API, the sheet and the calendar read it from
here. A column that is not here is not public; zones, cameras, people and reasons never are."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from deployments import publication
from deployments.enums import Status
from deployments.figures import interval
from deployments.models import Deployment, DeploymentResult
from deployments.publication import NOTICE_STATES

ANNOUNCED, CURRENT, OVER, CANCELLED = "announced", "current", "over", "cancelled"


@dataclass(frozen=True, slots=True)
class PublicResult:
    """The figures of REQUIREMENTS 8; the rate and its 95 % interval are 0 to 1."""

    published_at: datetime
    watchlist_size: int
    faces_seen: int
    alerts: int
    true_alerts: int
    false_alerts: int
    confirmed_true_alerts: int
    confirmed_false_alerts: int
    undecided_alerts: int
    engagements: int
    outcomes: dict[str, int]
    false_alert_rate: float | None
    false_alert_rate_low: float | None
    false_alert_rate_high: float | None


@dataclass(frozen=True, slots=True)
class PublicRecord:
    id: UUID
    stage: str
    force: str
    place: str
    place_ground: str
    sought: list[str]
    starts_at: datetime
    ends_at: datetime
    started_at: datetime | None
    ended_at: datetime | None
    notice_published_at: datetime | None
    notice_withheld: bool
    notice_in_time: bool
    threshold: float
    model: str
    result: PublicResult | None


def public_record(deployment: Deployment, *, now: datetime) -> PublicRecord:
    """Of one of `queries.public_deployments()`, with its result selected."""
    result = getattr(deployment, "result", None)
    return PublicRecord(
        id=deployment.uuid,
        stage=stage_of(deployment, now=now),
        force=str(deployment.controller_force_id),
        place=deployment.place,
        place_ground=deployment.get_place_ground_display(),
        sought=deployment.category_labels,
        starts_at=deployment.starts_at,
        ends_at=deployment.ends_at,
        started_at=deployment.started_at,
        ended_at=deployment.ended_at,
        notice_published_at=deployment.published_at,
        notice_withheld=deployment.published_at is None,
        notice_in_time=publication.is_notice_in_time(deployment),
        threshold=result.threshold if result else deployment.threshold,
        model=result.profile_version if result else deployment.profile,
        result=_public_result(result) if result else None,
    )


def stage_of(deployment: Deployment, *, now: datetime) -> str:
    if deployment.status == Status.CANCELLED:
        return CANCELLED
    if deployment.status not in NOTICE_STATES or deployment.ends_at <= now:
        return OVER
    return CURRENT if deployment.starts_at <= now else ANNOUNCED


def _public_result(result: DeploymentResult) -> PublicResult:
    low, high = None, None
    if result.faces_seen:
        low, high = interval(result.false_alerts, result.faces_seen)
    return PublicResult(
        published_at=result.published_at,
        watchlist_size=result.watchlist_size,
        faces_seen=result.faces_seen,
        alerts=result.alerts,
        true_alerts=result.true_alerts,
        false_alerts=result.false_alerts,
        confirmed_true_alerts=result.confirmed_true_alerts,
        confirmed_false_alerts=result.confirmed_false_alerts,
        undecided_alerts=result.undecided_alerts,
        engagements=result.engagements,
        outcomes=dict(result.outcomes),
        false_alert_rate=result.false_alert_rate,
        false_alert_rate_low=low,
        false_alert_rate_high=high,
    )
