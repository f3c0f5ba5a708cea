"""What a supervisor sees: every live deployment, what nobody has taken, who is on and what they
hold. No picture and no name of anybody sought."""

from dataclasses import dataclass
from datetime import timedelta

from django.db.models import QuerySet
from django.utils import timezone

from alerts import attendance
from alerts.enums import AlertStatus
from alerts.models import Alert
from alerts.protocol import CameraFacts, OperatorFacts
from alerts.queries import cameras_of, operators_of
from alerts.transitions import OPEN
from alerts.urgency import urgency_of
from deployments.enums import Status
from deployments.models import Deployment

RUNNING = (Status.LIVE, Status.SUSPENDED)
# From here on a waiting alert is marked, as consoles grow louder.
WAITS_LONG = timedelta(seconds=10)
GOOD_STATES = {"live"}


@dataclass(frozen=True, slots=True)
class Waiting:
    """An alert that nobody has taken. `is_late`: it was escalated."""

    alert: Alert
    age: timedelta
    is_late: bool

    @property
    def age_s(self) -> int:
        return int(self.age.total_seconds())

    @property
    def age_in_words(self) -> str:
        return f"{self.age_s} s" if self.age_s < 60 else f"{self.age_s // 60} min"

    @property
    def waits_long(self) -> bool:
        return self.age > WAITS_LONG


@dataclass(frozen=True, slots=True)
class Overview:
    deployment: Deployment
    waiting: list[Waiting]
    judged: int
    in_field: int
    operators: list[OperatorFacts]
    cameras: list[CameraFacts]

    @property
    def late(self) -> int:
        return sum(each.is_late for each in self.waiting)

    @property
    def is_unattended(self) -> bool:
        return not any(operator["present"] for operator in self.operators)


def overviews() -> list[Overview]:
    """The deployments that run, the one with the longest wait first."""
    running = Deployment.objects.filter(status__in=RUNNING)
    found = [_overview(deployment) for deployment in running]
    return sorted(found, key=lambda each: (-each.late, -len(each.waiting), each.deployment.pk))


def _overview(deployment: Deployment) -> Overview:
    open_alerts: QuerySet[Alert] = deployment.alerts.filter(erased_at=None, status__in=OPEN)
    alerts = list(open_alerts.select_related("camera"))
    waiting = [_waiting(alert) for alert in alerts if alert.status == AlertStatus.RAISED]
    judged = {AlertStatus.CLAIMED, AlertStatus.SECOND_LOOK, AlertStatus.CONFIRMED}
    return Overview(
        deployment=deployment,
        waiting=sorted(waiting, key=lambda each: (-urgency_of(each.alert), -each.age_s)),
        judged=sum(alert.status in judged for alert in alerts),
        in_field=sum(
            alert.status in {AlertStatus.DISPATCHED, AlertStatus.ENGAGED} for alert in alerts
        ),
        operators=operators_of(deployment, present=attendance.present(deployment)),
        cameras=cameras_of(deployment),
    )


def _waiting(alert: Alert) -> Waiting:
    return Waiting(alert, timezone.now() - alert.raised_at, alert.escalated_at is not None)
