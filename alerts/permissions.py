"""Who may see and decide alerts."""

from alerts.enums import AlertStatus
from alerts.models import Alert
from deployments import permissions
from deployments.enums import Rank, Status
from deployments.models import Deployment, User

CONSOLE_STATES = frozenset({Status.READY, Status.LIVE, Status.SUSPENDED, Status.ENDED})
FIELD_STATES = frozenset(
    {AlertStatus.DISPATCHED, AlertStatus.ENGAGED, AlertStatus.NOT_LOCATED, AlertStatus.RESOLVED}
)


def can_open_console(user: User, deployment: Deployment) -> bool:
    return permissions.can_operate(user) and deployment.status in CONSOLE_STATES


def can_open_handheld(user: User, deployment: Deployment) -> bool:
    return permissions.can_engage(user) and deployment.status in CONSOLE_STATES


def can_supervise(user: User) -> bool:
    """An authorising officer, or an operator who leads others: a sergeant and above."""
    leads = permissions.can_operate(user) and user.rank >= Rank.SERGEANT
    return permissions.is_authorising_officer(user) or leads


def can_view_alert(user: User, alert: Alert) -> bool:
    """Operators see every alert of the deployment; engagement officers those sent to them."""
    if permissions.can_operate(user):
        return True
    return permissions.can_engage(user) and alert.status in FIELD_STATES


def can_judge(user: User, alert: Alert) -> bool:
    return permissions.can_operate(user) and alert.claimed_by_id == user.pk


def can_record_engagement(user: User, alert: Alert) -> bool:  # noqa: ARG001 - asked like the rest
    return permissions.can_engage(user) or permissions.is_trained_operator(user)
