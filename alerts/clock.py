"""What happens to alerts as time goes by: officers are told once a decision can no longer be taken
back, alerts of a console that went away wait again, unclaimed ones are escalated.

Run every second by the general worker, and by each web process for the deployments whose consoles
it serves, so that it goes on while the broker is down. Each step is a conditional update, and it
does not matter who comes first."""

from collections.abc import Callable

from django.db import DatabaseError
from django.db.models.functions import Now
from structlog import get_logger

from alerts import attendance, lifecycle
from alerts.enums import AlertStatus
from alerts.models import Alert
from deployments.lifecycle import Refused

log = get_logger(__name__)


def tick(deployment_id: int | None = None) -> int:
    """For one deployment or for all. Returns how many alerts changed."""
    alerts = Alert.objects.filter(erased_at=None)
    if deployment_id is not None:
        alerts = alerts.filter(deployment=deployment_id)
    due = alerts.filter(status=AlertStatus.CONFIRMED, sending_at__lte=Now())
    return (
        sum(_tolerated(lifecycle.send_due, alert) for alert in due)
        + sum(_tolerated(lifecycle.abandon, alert) for alert in attendance.abandoned(alerts))
        + lifecycle.escalate_unclaimed(deployment_id=deployment_id)
    )


def _tolerated(step: Callable[[Alert], object], alert: Alert) -> bool:
    """A person or another process may have been quicker; one that fails holds up no other."""
    try:
        return step(alert) is not None
    except Refused:
        return False
    except DatabaseError as error:
        log.warning("alert_clock_failed", alert=alert.pk, error=type(error).__name__)
        return False
