"""Erasure of alerts: the person goes, the statistic stays."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db.models import Count, Min
from django.utils import timezone

from alerts.enums import AlertStatus, EventKind
from alerts.events import emit
from alerts.models import Alert
from deployments import image_store, retention
from deployments.enums import Status
from deployments.models import Deployment, WatchlistEntry
from deployments.retention import RULES, Due, due_after_end

PERSONAL = ("entry", "probe", "context", "face_box", "probe_eyes")


def register() -> None:
    retention.register("false_alert", find=find_dismissed, erase=erase_dismissed)
    retention.register("alert", find=find_alerts, erase=erase_alerts)


def find_dismissed() -> list[Due]:
    """Per deployment, due at the earliest decision among its dismissed alerts."""
    rule = RULES["false_alert"]
    period = rule.period or timedelta()
    rows = (
        Alert.objects.filter(status=AlertStatus.DISMISSED, erased_at=None)
        .exclude(undo_until__gt=timezone.now())
        .values("deployment")
        .annotate(first=Min("decided_at"), count=Count("pk"))
        .order_by()
    )
    deployments = Deployment.objects.in_bulk([row["deployment"] for row in rows])
    return [
        Due(deployments[row["deployment"]], rule, row["first"] + period, row["count"])
        for row in rows
    ]


def erase_dismissed(due: Due) -> int:
    decided_by = timezone.now() - (due.rule.period or timedelta())
    return _erase(
        Alert.objects.filter(
            deployment=due.deployment,
            status=AlertStatus.DISMISSED,
            erased_at=None,
            decided_at__lte=decided_by,
        )
        .exclude(undo_until__gt=timezone.now())
        .select_related("probe", "context")
    )


def find_alerts() -> list[Due]:
    found = []
    ended = Deployment.objects.filter(status=Status.ENDED, alerts__erased_at=None).annotate(
        held=Count("alerts")
    )
    for deployment in ended.filter(held__gt=0):
        due_at: datetime | None = due_after_end(deployment, "alert")
        if due_at is not None:
            found.append(Due(deployment, RULES["alert"], due_at, deployment.held))
    return found


def erase_alerts(due: Due) -> int:
    return _erase(
        Alert.objects.filter(deployment=due.deployment, erased_at=None).select_related(
            "probe", "context"
        )
    )


def forget_entry(entry: WatchlistEntry) -> None:
    """A withdrawn entry takes its alerts' images with it, and its place beside other alerts."""
    entry.other_alerts.all().delete()
    _erase(entry.alerts.filter(erased_at=None).select_related("probe", "context"))


def _erase(alerts: Iterable[Alert]) -> int:
    count = 0
    for alert in alerts:
        images = [image for image in (alert.probe, alert.context) if image is not None]
        for name in PERSONAL:
            setattr(alert, name, None)
        alert.erased_at = timezone.now()
        alert.save(update_fields=[*PERSONAL, "erased_at"])
        alert.others.all().delete()
        for judged in (alert.adjudications, alert.first_looks, alert.second_opinions):
            judged.update(subject_factors="", system_factors="", environment_factors="")
        emit(alert, EventKind.ERASED)
        image_store.erase(images)
        count += 1
    return count
