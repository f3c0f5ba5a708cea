"""How an alert goes from one state to the next: locked, by the table of legal moves, with its
event and its audit row in the caller's transaction. The lifecycle's functions are built of these;
nothing else is to call them."""

from alerts import permissions
from alerts.enums import AlertStatus, EventKind
from alerts.events import emit
from alerts.locking import lock_alert
from alerts.models import Alert
from alerts.transitions import MOVES
from deployments import audit, training
from deployments.enums import AuditKind, TrainingKind
from deployments.lifecycle import Refused
from deployments.models import User


def held(alert: Alert, *, by: User) -> Alert:
    """Locked, and claimed by this person."""
    locked = lock_alert(alert)
    if locked.status != AlertStatus.CLAIMED or not permissions.can_judge(by, locked):
        raise Refused(why_not_claimed(locked))
    return locked


def require_trained_and_briefed(alert: Alert, *, by: User) -> None:
    """Only who is trained and briefed judges faces; the database holds the same of a claim."""
    if not training.is_trained(by, TrainingKind.OPERATOR):
        raise Refused(training.why_not_trained(by, TrainingKind.OPERATOR))
    if not training.is_briefed(by, alert.deployment):
        raise Refused(
            "Read the briefing of this deployment and acknowledge it first: it is on the "
            "deployment's page."
        )


def why_not_claimed(alert: Alert) -> str:
    if alert.is_erased:
        return "This alert was erased."
    if alert.status == AlertStatus.CLAIMED:
        return f"This alert is with {alert.claimed_by}."
    if alert.status == AlertStatus.SECOND_LOOK:
        return f"This alert is with {alert.claimed_by}, who has asked for a second operator."
    if alert.status == AlertStatus.RAISED:
        return "Claim this alert first."
    return f"This alert is already decided: {alert.get_status_display().lower()}."


def move(
    alert: Alert,
    name: str,
    event: EventKind,
    *,
    by: User | None,
    reason: str = "",
    fields: tuple[str, ...] = (),
) -> Alert:
    """`by=None`: the system itself."""
    sources, target = MOVES[name]
    if alert.status not in sources or alert.is_erased:
        raise Refused(why_not_claimed(alert))
    alert.status = target
    alert.save(update_fields=["status", *fields])
    return recorded(alert, event, by=by, reason=reason)


def recorded(alert: Alert, event: EventKind, *, by: User | None, reason: str = "") -> Alert:
    emit(alert, event)
    audit.record(
        f"alert.{event.value}",
        kind=AuditKind.DECISION,
        by=by,
        deployment=alert.deployment,
        subject=f"alert {alert.pk}",
        reason=reason,
    )
    return alert
