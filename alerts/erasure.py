"""Erasure of alerts: the person goes, the statistic stays."""

from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Min, QuerySet
from django.utils import timezone

from alerts.enums import AlertStatus, EventKind
from alerts.events import emit_each
from alerts.models import Adjudication, Alert, FirstLook, OtherCandidate, SecondOpinion
from alerts.transitions import TEXTS
from deployments import erasure_ledger, image_store, retention
from deployments.enums import Status
from deployments.many_rows import among
from deployments.models import Deployment, WatchlistEntry
from deployments.retention import BATCH, RULES, Due, due_after_end
from deployments.watchlist import WITHDRAWN

PERSONAL = ("entry", "probe", "context", "face_box", "probe_eyes")
NO_TEXTS = dict.fromkeys(TEXTS, "")


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
    dismissed = Alert.objects.filter(
        deployment=due.deployment,
        status=AlertStatus.DISMISSED,
        erased_at=None,
        decided_at__lte=decided_by,
    )
    return _erase(due.deployment, dismissed.exclude(undo_until__gt=timezone.now()))


def find_alerts() -> list[Due]:
    found = []
    rows = (
        Alert.objects.filter(deployment__status=Status.ENDED, erased_at=None)
        .values("deployment")
        .annotate(count=Count("pk"))
        .order_by()
    )
    counts = {row["deployment"]: row["count"] for row in rows}
    for deployment in Deployment.objects.filter(pk__in=counts):
        due_at: datetime | None = due_after_end(deployment, "alert")
        if due_at is not None:
            found.append(Due(deployment, RULES["alert"], due_at, counts[deployment.pk]))
    return found


def erase_alerts(due: Due) -> int:
    return _erase(due.deployment, Alert.objects.filter(deployment=due.deployment, erased_at=None))


def forget(deployment: Deployment, alerts: QuerySet[Alert], *, ground: str) -> None:
    """Whatever their clock says. The caller holds the deployment's lock."""
    while count := _erase(deployment, alerts.filter(erased_at=None)):
        erasure_ledger.record("alert", count=count, ground=ground, deployment=deployment)


def forget_entry(entry: WatchlistEntry) -> None:
    """A withdrawn entry takes its alerts' images with it, and its place beside other alerts."""
    entry.other_alerts.all().delete()
    forget(entry.deployment, entry.alerts.all(), ground=WITHDRAWN)


def _erase(deployment: Deployment | None, alerts: QuerySet[Alert]) -> int:
    """A batch of them, each in a few statements for all."""
    assert deployment is not None
    rows = list(alerts.order_by("pk").values_list("pk", "probe_id", "context_id")[:BATCH])
    ids = [pk for pk, _, _ in rows]
    if not ids:
        return 0
    Alert.objects.filter(pk__in=among(ids)).update(
        **dict.fromkeys(PERSONAL), erased_at=timezone.now()
    )
    OtherCandidate.objects.filter(alert__in=among(ids)).delete()
    for judged in (Adjudication, FirstLook, SecondOpinion):
        judged.objects.filter(alert__in=among(ids)).exclude(**NO_TEXTS).update(**NO_TEXTS)
    emit_each(deployment, ids, EventKind.ERASED)
    pictures: list[Any] = [picture for row in rows for picture in row[1:]]
    image_store.erase_each([picture for picture in pictures if picture is not None])
    return len(ids)
