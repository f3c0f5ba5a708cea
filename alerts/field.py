"""What officers on the ground record before they speak to anybody: that they have the alert, and
their own assessment. The operator's view is not proof of identity."""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from alerts.enums import AlertStatus, EventKind, OfficersView
from alerts.events import emit
from alerts.locking import lock_alert
from alerts.models import Alert, Engagement, FieldAssessment
from deployments import audit, permissions
from deployments.enums import AuditKind
from deployments.lifecycle import Refused
from deployments.models import User


def acknowledge(alert: Alert, *, by: User) -> Alert:
    """Once for each officer; a second time changes nothing."""
    with transaction.atomic():
        locked = _dispatched(alert, by=by)
        _, is_new = FieldAssessment.objects.get_or_create(alert=locked, by=by)
        return _recorded(locked, EventKind.ACKNOWLEDGED, by=by) if is_new else locked


def assess(alert: Alert, *, by: User, view: str) -> Alert:
    """An officer may come nearer and see better: the last view counts, each is on record."""
    if view not in OfficersView.values:
        raise Refused("Say what you make of it: could be the person, cannot tell, or not.")
    with transaction.atomic():
        locked = _dispatched(alert, by=by)
        FieldAssessment.objects.update_or_create(
            alert=locked, by=by, defaults={"view": view, "assessed_at": timezone.now()}
        )
        return _recorded(locked, EventKind.ASSESSED, by=by, reason=view)


def require_own_assessment(alert: Alert, *, by: User) -> None:
    """Of an engagement officer; an operator records what officers said by radio."""
    if permissions.can_operate(by):
        return
    own = FieldAssessment.objects.filter(alert=alert, by=by).first()
    if own is None or not own.view:
        raise Refused("Make your own assessment first.")
    if own.view == OfficersView.IS_NOT:
        raise Refused("You assessed that this is not the person. Assess again before you engage.")


def moment(alert: Alert, *, ago: timedelta) -> datetime:
    """When something was done that is told only now, because there was no signal: never before
    officers were sent, never in the future."""
    now = timezone.now()
    return min(now, max(alert.dispatched_at or now, now - max(ago, timedelta())))


def begun(alert: Alert, *, at: datetime | None) -> datetime | None:
    """When an operator says that the two met, by the minute: not before officers were sent, not in
    the future. None where nobody said."""
    if at is None:
        return None
    sent_at = alert.dispatched_at or alert.raised_at
    if at < _minute(sent_at):
        raise Refused(
            f"Officers were sent at {_clock(sent_at)}: they met the person then or later."
        )
    if at > timezone.now():
        raise Refused(f"It is {_clock(timezone.now())} now: they met the person then or earlier.")
    return max(at, sent_at)


def parted(engagement: Engagement, *, at: datetime | None) -> datetime | None:
    """When an operator says that the two parted, by the minute: not before they met, not in the
    future. None where nobody said."""
    if at is None:
        return None
    met_at = engagement.engaged_from
    if at < _minute(met_at):
        raise Refused(f"They met at {_clock(met_at)}: they parted then or later.")
    if at > timezone.now():
        raise Refused(f"It is {_clock(timezone.now())} now: they parted then or earlier.")
    return max(at, met_at)


def _minute(moment: datetime) -> datetime:
    return moment.replace(second=0, microsecond=0)


def _clock(moment: datetime) -> str:
    return f"{timezone.localtime(moment):%H:%M}"


def _dispatched(alert: Alert, *, by: User) -> Alert:
    """The alert, locked, if officers may still set out for it."""
    if not permissions.can_engage(by):
        raise Refused("Only engagement officers acknowledge and assess.")
    locked = lock_alert(alert)
    if locked.is_erased:
        raise Refused("This alert was erased.")
    if locked.status != AlertStatus.DISPATCHED:
        raise Refused(f"This alert has moved on: {locked.get_status_display().lower()}.")
    return locked


def _recorded(alert: Alert, event: EventKind, *, by: User, reason: str = "") -> Alert:
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
