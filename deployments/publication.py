"""What the public is told: the notice before, the result after."""

from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.utils import timezone

from deployments import audit
from deployments.enums import AuditKind, Status
from deployments.models import Deployment, DeploymentResult, User
from deployments.wording import lead_in_words

NOTICE_STATES = (Status.AUTHORISED, Status.READY, Status.LIVE, Status.SUSPENDED)


@dataclass(frozen=True, slots=True)
class Counts:
    """The figures of a result, counted by the apps that hold them."""

    watchlist_size: int
    faces_seen: int
    alerts: int
    true_alerts: int
    false_alerts: int
    undecided_alerts: int
    engagements: int
    outcomes: dict[str, int]
    # Of the true and the false alerts, those that officers confirmed on the ground.
    confirmed_true_alerts: int = 0
    confirmed_false_alerts: int = 0


def publish_notice(deployment: Deployment, *, by: User) -> None:
    """Publish at once on authorisation; withholding needs the officer's written reason."""
    if deployment.notice_withheld_reason:
        return
    deployment.published_at = timezone.now()
    deployment.notice_lead_days = settings.NOTICE_LEAD_DAYS
    deployment.save(update_fields=["published_at", "notice_lead_days"])
    audit.record(
        "notice.published",
        kind=AuditKind.DISCLOSURE,
        by=by,
        deployment=deployment,
        reason="The public is told before a deployment.",
        details={"lead_hours": round(notice_lead(deployment).total_seconds() / 3600, 1)},
    )


def notice_lead(deployment: Deployment) -> timedelta:
    """How long before its start the notice was up. Zero where there is none."""
    if deployment.published_at is None:
        return timedelta()
    return deployment.starts_at - deployment.published_at


def lead_days_asked(deployment: Deployment) -> int:
    """By the policy of the day on which its notice went up: another policy judges no past one."""
    if deployment.notice_lead_days is None:
        return int(settings.NOTICE_LEAD_DAYS)
    return deployment.notice_lead_days


def is_notice_in_time(deployment: Deployment) -> bool:
    """Up long enough before the start; where policy asks for no days ahead, up at all."""
    days = lead_days_asked(deployment)
    if days == 0:
        return deployment.published_at is not None
    return notice_lead(deployment) >= timedelta(days=days)


def notice_in_words(deployment: Deployment) -> str:
    """How the public was told, and whether that was as early as policy asks."""
    if deployment.published_at is None:
        return (
            "The notice of this deployment was withheld beforehand, on the authorising officer’s "
            "written reasons."
        )
    lead = notice_lead(deployment)
    if lead <= timedelta():
        told = "The notice was published only after the start"
    else:
        told = f"The notice was published {lead_in_words(lead)} before the start"
    if is_notice_in_time(deployment):
        return f"{told}."
    days = lead_days_asked(deployment)
    return f"{told}: later than policy asks, which is {days} day{'' if days == 1 else 's'} ahead."


def publish_result(deployment: Deployment, counts: Counts, *, profile_version: str) -> None:
    """Store the figures that the public page shows. Once; a second call changes nothing."""
    result, created = DeploymentResult.objects.get_or_create(
        deployment=deployment,
        defaults={
            "watchlist_size": counts.watchlist_size,
            "faces_seen": counts.faces_seen,
            "alerts": counts.alerts,
            "true_alerts": counts.true_alerts,
            "false_alerts": counts.false_alerts,
            "undecided_alerts": counts.undecided_alerts,
            "engagements": counts.engagements,
            "outcomes": counts.outcomes,
            "confirmed_true_alerts": counts.confirmed_true_alerts,
            "confirmed_false_alerts": counts.confirmed_false_alerts,
            "threshold": deployment.threshold,
            "profile_version": profile_version,
        },
    )
    if created:
        audit.record(
            "result.published",
            kind=AuditKind.DISCLOSURE,
            by=None,
            deployment=deployment,
            reason="The public is told what came of a deployment.",
            details={"alerts": result.alerts, "faces_seen": result.faces_seen},
        )
