"""The transitions of an alert. Each is one transaction with its event and its audit row."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from alerts import drafts, field, permissions
from alerts.enums import AlertStatus, EventKind, Outcome, Verdict
from alerts.events import emit
from alerts.findings import NOTHING, Findings
from alerts.locking import lock_alert
from alerts.models import Adjudication, Alert, Engagement, FirstLook
from alerts.moves import (
    held,
    move,
    recorded,
    require_trained_and_briefed,
    why_not_claimed,
)
from deployments import audit, still_sought
from deployments import permissions as deployment_permissions
from deployments.enums import AuditKind, Status
from deployments.lifecycle import Refused
from deployments.locking import lock
from deployments.models import User, WatchlistEntry

JUST_NOW = timedelta()
ESCALATED_AT_ONCE = 50


def claim(alert: Alert, *, by: User) -> Alert:
    """Exclusive by a conditional update: a second claim learns who has it."""
    if not deployment_permissions.can_operate(by):
        raise Refused("Only an operator may claim an alert.")
    require_trained_and_briefed(alert, by=by)
    with transaction.atomic():
        lock(alert.deployment_id)
        won = Alert.objects.filter(pk=alert.pk, status=AlertStatus.RAISED, erased_at=None).update(
            status=AlertStatus.CLAIMED, claimed_by=by, claimed_at=timezone.now()
        )
        alert.refresh_from_db()
        if won != 1:
            raise Refused(why_not_claimed(alert))
        return recorded(alert, EventKind.CLAIMED, by=by)


def release(alert: Alert, *, by: User) -> Alert:
    with transaction.atomic():
        locked = held(alert, by=by)
        drafts.discard(locked, by=by)
        return _give_back(locked, "release", by=by)


def abandon(alert: Alert) -> Alert:
    """The holder's console has gone away: the alert waits again, for anyone."""
    with transaction.atomic():
        return _give_back(
            lock_alert(alert), "abandon", by=None, reason="The operator's console has gone away."
        )


def _give_back(locked: Alert, name: str, *, by: User | None, reason: str = "") -> Alert:
    """What was judged stays on record, as undone; whoever takes the alert next judges anew."""
    now = timezone.now()
    locked.second_opinions.filter(answered_at=None, ended_at=None).update(ended_at=now)
    locked.adjudications.filter(undone_at=None).update(undone_at=now)
    locked.claimed_by = locked.claimed_at = locked.decided_at = locked.undo_until = None
    fields = ("claimed_by", "claimed_at", "decided_at", "undo_until")
    return move(locked, name, EventKind.RELEASED, by=by, reason=reason, fields=fields)


def look_first(alert: Alert, *, by: User, findings: Findings) -> Alert:
    """The operator's own view of the features. Only then are name and score told to them."""
    with transaction.atomic():
        locked = held(alert, by=by)
        if findings.is_empty:
            raise Refused("Record what you compared before the name and the score are shown.")
        looked = FirstLook.objects.filter(alert=locked, by=by).exists()
        if not looked:
            require_trained_and_briefed(locked, by=by)
            FirstLook.objects.create(alert=locked, by=by, **findings.columns())
            _note(locked, "alert.first_look", by=by)
        return locked


def dismiss(alert: Alert, *, by: User, reason: str, findings: Findings = NOTHING) -> Alert:
    with transaction.atomic():
        locked = held(alert, by=by)
        if not reason:
            raise Refused("Choose why the alert is dismissed.")
        _judge(locked, Verdict.DISMISSED, by=by, findings=findings, dismissal_reason=reason)
        return move(
            locked,
            "dismiss",
            EventKind.DISMISSED,
            by=by,
            reason=reason,
            fields=("decided_at", "undo_until"),
        )


def confirm(alert: Alert, *, by: User, findings: Findings) -> Alert:
    """A judgement names at least one factor that the operator weighed."""
    with transaction.atomic():
        locked = held(alert, by=by)
        if findings.is_empty:
            raise Refused("Record what you compared before you confirm.")
        _judge(locked, Verdict.CONFIRMED, by=by, findings=findings)
        fields = ("decided_at", "undo_until")
        return move(locked, "confirm", EventKind.CONFIRMED, by=by, fields=fields)


def dispatch(alert: Alert, *, by: User, source: str = "", reference: str = "") -> Alert:
    """Send officers: they are told once the decision can no longer be undone. The database refuses
    it without a recorded judgement (I8), and without a check since the alert that the person is
    still sought: `source` says who was asked just now."""
    with transaction.atomic():
        locked = lock_alert(alert)
        if not permissions.can_judge(by, locked):
            raise Refused("Only the operator who judged this alert sends officers.")
        if locked.status != AlertStatus.CONFIRMED or locked.is_erased or locked.sending_at:
            raise Refused(why_not_claimed(locked))
        if locked.entry is not None:
            _ask_whether_sought(locked, locked.entry, by=by, source=source, reference=reference)
        if not settings.UNDO_S:
            return _send(locked)
        locked.undo_until = locked.sending_at = _undo_until()
        locked.save(update_fields=["undo_until", "sending_at"])
        return recorded(locked, EventKind.SENDING, by=by)


def send_due(alert: Alert) -> Alert | None:
    """Tell the officers, where nobody took the decision back meanwhile."""
    with transaction.atomic():
        locked = lock_alert(alert)
        still = locked.is_being_sent and not locked.is_erased
        return _send(locked) if still else None


def _send(locked: Alert) -> Alert:
    locked.dispatched_at = timezone.now()
    fields = ("dispatched_at",)
    return move(locked, "dispatch", EventKind.DISPATCHED, by=locked.claimed_by, fields=fields)


def undo(alert: Alert, *, by: User) -> Alert:
    """Take the last decision back: a dismissal within seconds, before anything is erased; a
    confirmation until officers are told. What was judged stays on record, as undone."""
    with transaction.atomic():
        locked = lock_alert(alert)
        if not permissions.can_judge(by, locked):
            raise Refused("Only the operator who decided this alert takes it back.")
        is_late = locked.undo_until is None or locked.undo_until <= timezone.now()
        if locked.status == AlertStatus.DISMISSED and is_late:
            raise Refused("It is too late to take this back.")
        if locked.status == AlertStatus.DISPATCHED:
            raise Refused("It is too late to take this back: officers were told.")
        judgement = locked.adjudications.filter(undone_at=None).last()
        locked.adjudications.filter(undone_at=None).update(undone_at=timezone.now())
        locked.decided_at = locked.undo_until = locked.sending_at = None
        fields = ("decided_at", "undo_until", "sending_at")
        moved = move(locked, "undo", EventKind.UNDONE, by=by, fields=fields)
        if judgement is not None:
            drafts.begin_again(judgement)
        return moved


def _ask_whether_sought(
    alert: Alert, entry: WatchlistEntry, *, by: User, source: str, reference: str
) -> None:
    if source:
        still_sought.confirm_entry(entry, source=source, reference=reference, by=by)
    elif not still_sought.was_asked_since(entry, alert.raised_at):
        raise Refused("First ask whether the person is still sought, and say who was asked.")


def close_not_sought(alert: Alert, *, by: User, source: str) -> Alert:
    """The operator asked and the person is no longer sought: nobody is sent, and the entry comes
    off the list at once, with its template and with the images of its alerts."""
    with transaction.atomic():
        locked = lock_alert(alert)
        if not permissions.can_judge(by, locked):
            raise Refused("Only the operator who judged this alert closes it.")
        moved = move(locked, "not_sought", EventKind.NOT_SOUGHT, by=by)
        if moved.entry is not None:
            still_sought.withdraw_no_longer_sought(moved.entry, source=source, by=by)
        moved.refresh_from_db()
        return moved


def engage(
    alert: Alert,
    *,
    by: User,
    ago: timedelta = JUST_NOW,
    engaged_from: datetime | None = None,
) -> Alert:
    """`ago`: officers had no signal and tell it only now. `engaged_from`: an operator says when."""
    with transaction.atomic():
        locked = _for_engagement(alert, by=by)
        if locked.status == AlertStatus.DISPATCHED:
            field.require_own_assessment(locked, by=by)
        moved = move(locked, "engage", EventKind.ENGAGED, by=by)
        since = field.begun(moved, at=engaged_from) or field.moment(moved, ago=ago)
        Engagement.objects.create(alert=moved, by=by, engaged_from=since)
        return moved


def not_located(alert: Alert, *, by: User) -> Alert:
    with transaction.atomic():
        return move(_for_engagement(alert, by=by), "not_located", EventKind.NOT_LOCATED, by=by)


def resolve(
    alert: Alert,
    *,
    by: User,
    outcome: str,
    identity_confirmed: bool,
    notice_handed_over: bool,
    ago: timedelta = JUST_NOW,
    engaged_from: datetime | None = None,
    engaged_to: datetime | None = None,
) -> Alert:
    """The times as an operator says them, where they do; the end is otherwise `ago`."""
    with transaction.atomic():
        locked = _for_engagement(alert, by=by)
        if outcome not in Outcome.values:
            raise Refused("Choose an outcome.")
        if identity_confirmed == (outcome == Outcome.NOT_THE_PERSON):
            raise Refused("The outcome and the confirmed identity contradict each other.")
        moved = move(locked, "resolve", EventKind.RESOLVED, by=by, reason=outcome)
        engagement = Engagement.objects.get(alert=moved)
        engagement.engaged_from = field.begun(moved, at=engaged_from) or engagement.engaged_from
        engagement.engaged_to = field.parted(engagement, at=engaged_to) or max(
            engagement.engaged_from, field.moment(moved, ago=ago)
        )
        engagement.outcome = outcome
        engagement.identity_confirmed = identity_confirmed
        engagement.notice_handed_over = notice_handed_over
        engagement.save()
        return moved


def escalate_unclaimed(*, after_s: float = 30.0, deployment_id: int | None = None) -> int:
    """Mark alerts that nobody took, so that every console and the supervisor see them. Of a storm
    as many at once as hold up the next alert no longer than one decision does."""
    late = Alert.objects.filter(
        status=AlertStatus.RAISED,
        escalated_at=None,
        erased_at=None,
        deployment__status=Status.LIVE,
        raised_at__lte=timezone.now() - timedelta(seconds=after_s),
    )
    if deployment_id is not None:
        late = late.filter(deployment=deployment_id)
    waiting = late.order_by("deployment").values_list("deployment", flat=True).distinct()
    return sum(_escalate(late.filter(deployment=each), each) for each in list(waiting))


def _escalate(late: QuerySet[Alert], deployment_id: int) -> int:
    with transaction.atomic():
        lock(deployment_id)
        alerts = list(late.order_by("pk")[:ESCALATED_AT_ONCE])
        pks = [alert.pk for alert in alerts]
        late.filter(pk__in=pks).update(escalated_at=timezone.now())
        for alert in alerts:
            emit(alert, EventKind.ESCALATED)
        return len(alerts)


def _for_engagement(alert: Alert, *, by: User) -> Alert:
    locked = lock_alert(alert)
    if not permissions.can_record_engagement(by, locked):
        raise Refused("Only engagement officers and operators record an engagement.")
    return locked


def _judge(
    alert: Alert, verdict: Verdict, *, by: User, findings: Findings, dismissal_reason: str = ""
) -> None:
    # Training may have ended, or a variation changed the figures, since the claim.
    require_trained_and_briefed(alert, by=by)
    Adjudication.objects.create(
        alert=alert,
        by=by,
        verdict=verdict,
        dismissal_reason=dismissal_reason,
        **findings.columns(),
    )
    alert.decided_at = timezone.now()
    alert.undo_until = _undo_until()


def _undo_until() -> datetime | None:
    return timezone.now() + timedelta(seconds=settings.UNDO_S) if settings.UNDO_S else None


def _note(alert: Alert, action: str, *, by: User) -> None:
    """On record, but nothing that another console needs to hear of."""
    audit.record(
        action,
        kind=AuditKind.DECISION,
        by=by,
        deployment=alert.deployment,
        subject=f"alert {alert.pk}",
    )
