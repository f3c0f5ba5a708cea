"""The published result of a deployment, once nothing in it will change any more."""

from django.db import transaction
from django.db.models import Sum
from django.utils import timezone

from alerts.models import Alert
from alerts.statistics import count_alerts
from alerts.transitions import OPEN
from deployments.enums import Status
from deployments.models import Deployment
from deployments.publication import publish_result
from deployments.retention import due_after_end
from recognition.models import CameraRun


def publish_due_results() -> int:
    """Publish for each ended deployment whose alerts are settled, or about to be erased."""
    count = 0
    for deployment in Deployment.objects.filter(status=Status.ENDED, result=None):
        if _is_settled(deployment):
            _publish(deployment)
            count += 1
    return count


def _is_settled(deployment: Deployment) -> bool:
    if CameraRun.objects.filter(deployment=deployment, lease_until__gt=timezone.now()).exists():
        return False  # a camera has yet to report its last second
    if not Alert.objects.filter(deployment=deployment, status__in=OPEN, erased_at=None).exists():
        return True
    due_at = due_after_end(deployment, "alert")
    return due_at is not None and due_at <= timezone.now()


def _publish(deployment: Deployment) -> None:
    runs = CameraRun.objects.filter(deployment=deployment)
    versions = sorted({run.profile_version for run in runs if run.profile_version})
    counts = count_alerts(
        deployment,
        watchlist_size=_watchlist_size(deployment),
        faces_seen=runs.aggregate(total=Sum("faces_seen"))["total"] or 0,
    )
    with transaction.atomic():
        publish_result(
            deployment, counts, profile_version=", ".join(versions) or deployment.profile
        )


def _watchlist_size(deployment: Deployment) -> int:
    """How many people were on the list when the deployment ended."""
    ended_at = deployment.ended_at or timezone.now()
    ledger = deployment.watchlist_ledger.filter(added_at__lte=ended_at)
    return ledger.exclude(removed_at__lt=ended_at).count()
