"""The transitions of an alert. Each is one transaction with its event and its audit row."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models.functions import Greatest
from django.utils import timezone

from alerts import field, permissions
from alerts.enums import AlertStatus, EventKind, Outcome, Verdict
from alerts.events import emit
from alerts.models import Adjudication, Alert, Engagement
from alerts.transitions import MOVES
from deployments import audit, image_store, still_sought, training
from deployments import permissions as deployment_permissions
from deployments.enums import AuditKind, ImageKind, Status, TrainingKind
from deployments.lifecycle import Refused
from deployments.locking import lock
from deployments.models import Camera, Deployment, User, WatchlistEntry

JUST_NOW = timedelta()
# A sighting that extends an alert is told to consoles at most this often.
SEEN_AGAIN_EVERY = timedelta(seconds=5)


@dataclass(frozen=True, slots=True)
class NewAlert:
    """What the recogniser reports: a match above the authorised threshold. Images are JPEG."""

    entry_id: int
    similarity: float
    is_lookalike: bool
    profile: str
    profile_version: str
    captured_at: datetime
    source_position_s: float | None
    face_box: tuple[float, float, float, float]
    probe: bytes
    context: bytes


def raise_alert(deployment: Deployment, camera: Camera, new: NewAlert) -> Alert | None:
    """Store the alert before anyone is told (I6), or extend the one that is open for this person
    and camera. None when the authority is gone or the entry was withdrawn in the meantime."""
    with transaction.atomic():
        locked = lock(deployment.pk)
        if locked.status != Status.LIVE or timezone.now() >= locked.authority_ends_at:
            return None
        if not _is_on_its_terms(locked, camera, new):
            return None
        entry = WatchlistEntry.objects.filter(
            pk=new.entry_id, deployment=locked, status="enrolled"
        ).first()
        if entry is None:
            return None
        return _extend(locked, camera, entry, new) or _raise(locked, camera, entry, new)


def _is_on_its_terms(deployment: Deployment, camera: Camera, new: NewAlert) -> bool:
    """A variation may have raised the threshold or taken the camera out since the frame was seen;
    the camera's run hears of it a moment later."""
    return (
        new.similarity >= deployment.threshold and deployment.cameras.filter(pk=camera.pk).exists()
    )


def _extend(
    deployment: Deployment, camera: Camera, entry: WatchlistEntry, new: NewAlert
) -> Alert | None:
    since = new.captured_at - timedelta(seconds=settings.ALERT_MERGE_S)
    alert = (
        Alert.objects.filter(
            deployment=deployment, camera=camera, entry=entry, last_seen_at__gte=since
        )
        .order_by("-last_seen_at")
        .first()
    )
    if alert is None:
        return None
    told = alert.events.order_by("-sequence").values_list("at", flat=True).first()
    alert.last_seen_at = max(alert.last_seen_at, new.captured_at)
    alert.sighting_count += 1
    alert.save(update_fields=["last_seen_at", "sighting_count"])
    if told is None or timezone.now() - told >= SEEN_AGAIN_EVERY:
        emit(alert, EventKind.SEEN_AGAIN)
    return alert


def _raise(deployment: Deployment, camera: Camera, entry: WatchlistEntry, new: NewAlert) -> Alert:
    alert = Alert.objects.create(
        deployment=deployment,
        camera=camera,
        entry=entry,
        category=entry.category,
        response=entry.response,
        similarity=new.similarity,
        threshold=deployment.threshold,
        profile=new.profile,
        profile_version=new.profile_version,
        is_lookalike=new.is_lookalike,
        probe=image_store.put(deployment, new.probe, kind=ImageKind.PROBE),
        context=image_store.put(deployment, new.context, kind=ImageKind.CONTEXT),
        captured_at=new.captured_at,
        last_seen_at=new.captured_at,
        source_position_s=new.source_position_s,
        face_box=list(new.face_box),
    )
    emit(alert, EventKind.RAISED)
    audit.record(
        "alert.raised",
        kind=AuditKind.COLLECTION,
        by=None,
        deployment=deployment,
        subject=f"alert {alert.pk}",
        details={
            "camera": camera.pk,
            "entry": entry.pk,
            "threshold": deployment.threshold,
            "profile": f"{new.profile} {new.profile_version}",
        },
    )
    return alert


def claim(alert: Alert, *, by: User) -> Alert:
    """Exclusive by a conditional update: a second claim learns who has it."""
    _require_claimant(alert, by=by)
    with transaction.atomic():
        lock(alert.deployment_id)
        won = Alert.objects.filter(pk=alert.pk, status=AlertStatus.RAISED, erased_at=None).update(
            status=AlertStatus.CLAIMED, claimed_by=by, claimed_at=timezone.now()
        )
        alert.refresh_from_db()
        if won != 1:
            raise Refused(_why_not_claimed(alert))
        return _recorded(alert, EventKind.CLAIMED, by=by)


def _require_claimant(alert: Alert, *, by: User) -> None:
    """Only who is trained and briefed judges faces; the database holds the same."""
    if not deployment_permissions.can_operate(by):
        raise Refused("Only an operator may claim or judge an alert.")
    if not training.is_trained(by, TrainingKind.OPERATOR):
        raise Refused(training.why_not_trained(by, TrainingKind.OPERATOR))
    if not training.is_briefed(by, alert.deployment):
        raise Refused(
            "Read the briefing of this deployment and acknowledge it first: it is on the "
            "deployment's page."
        )


def release(alert: Alert, *, by: User) -> Alert:
    with transaction.atomic():
        locked = _held(alert, by=by)
        locked.claimed_by = locked.claimed_at = None
        return _move(
            locked, "release", EventKind.RELEASED, by=by, fields=("claimed_by", "claimed_at")
        )


def dismiss(
    alert: Alert, *, by: User, reason: str, factors: Mapping[str, str] | None = None
) -> Alert:
    with transaction.atomic():
        locked = _held(alert, by=by)
        if not reason:
            raise Refused("Choose why the alert is dismissed.")
        _judge(locked, Verdict.DISMISSED, by=by, factors=factors, dismissal_reason=reason)
        return _move(locked, "dismiss", EventKind.DISMISSED, by=by, reason=reason)


def confirm(alert: Alert, *, by: User, factors: Mapping[str, str]) -> Alert:
    """A judgement names at least one factor that the operator weighed."""
    with transaction.atomic():
        locked = _held(alert, by=by)
        if not any(text.strip() for text in factors.values()):
            raise Refused("Record what you compared before you confirm.")
        _judge(locked, Verdict.CONFIRMED, by=by, factors=factors)
        return _move(locked, "confirm", EventKind.CONFIRMED, by=by)


def dispatch(alert: Alert, *, by: User, source: str = "", reference: str = "") -> Alert:
    """Send officers. The database refuses it without a recorded judgement (I8), and without a
    check since the alert that the person is still sought: `source` says who was asked just now."""
    with transaction.atomic():
        locked = _lock(alert)
        if not permissions.can_judge(by, locked):
            raise Refused("Only the operator who judged this alert sends officers.")
        if locked.status == AlertStatus.CONFIRMED and locked.entry is not None:
            _ask_whether_sought(locked, locked.entry, by=by, source=source, reference=reference)
        locked.dispatched_at = timezone.now()
        return _move(locked, "dispatch", EventKind.DISPATCHED, by=by, fields=("dispatched_at",))


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
        locked = _lock(alert)
        if not permissions.can_judge(by, locked):
            raise Refused("Only the operator who judged this alert closes it.")
        moved = _move(locked, "not_sought", EventKind.NOT_SOUGHT, by=by)
        if moved.entry is not None:
            still_sought.withdraw_no_longer_sought(moved.entry, source=source, by=by)
        moved.refresh_from_db()
        return moved


def engage(alert: Alert, *, by: User, ago: timedelta = JUST_NOW) -> Alert:
    """`ago`: officers had no signal and tell it only now."""
    with transaction.atomic():
        locked = _for_engagement(alert, by=by)
        if locked.status == AlertStatus.DISPATCHED:
            field.require_own_assessment(locked, by=by)
        moved = _move(locked, "engage", EventKind.ENGAGED, by=by)
        Engagement.objects.create(alert=moved, by=by, engaged_from=field.moment(moved, ago=ago))
        return moved


def not_located(alert: Alert, *, by: User) -> Alert:
    with transaction.atomic():
        return _move(_for_engagement(alert, by=by), "not_located", EventKind.NOT_LOCATED, by=by)


def resolve(
    alert: Alert,
    *,
    by: User,
    outcome: str,
    identity_confirmed: bool,
    notice_handed_over: bool,
    ago: timedelta = JUST_NOW,
) -> Alert:
    with transaction.atomic():
        locked = _for_engagement(alert, by=by)
        if outcome not in Outcome.values:
            raise Refused("Choose an outcome.")
        if identity_confirmed == (outcome == Outcome.NOT_THE_PERSON):
            raise Refused("The outcome and the confirmed identity contradict each other.")
        moved = _move(locked, "resolve", EventKind.RESOLVED, by=by, reason=outcome)
        Engagement.objects.filter(alert=moved).update(
            outcome=outcome,
            identity_confirmed=identity_confirmed,
            notice_handed_over=notice_handed_over,
            engaged_to=Greatest("engaged_from", field.moment(moved, ago=ago)),
        )
        return moved


def escalate_unclaimed(*, after_s: float = 30.0) -> int:
    """Mark alerts that nobody took, so that every console and the supervisor see them."""
    late = Alert.objects.filter(
        status=AlertStatus.RAISED,
        escalated_at=None,
        erased_at=None,
        deployment__status=Status.LIVE,
        raised_at__lte=timezone.now() - timedelta(seconds=after_s),
    )
    count = 0
    for alert in late:
        with transaction.atomic():
            lock(alert.deployment_id)
            if late.filter(pk=alert.pk).update(escalated_at=timezone.now()):
                emit(alert, EventKind.ESCALATED)
                count += 1
    return count


def _lock(alert: Alert) -> Alert:
    lock(alert.deployment_id)
    return Alert.objects.select_for_update(no_key=True).get(pk=alert.pk)


def _held(alert: Alert, *, by: User) -> Alert:
    locked = _lock(alert)
    if locked.status != AlertStatus.CLAIMED or not permissions.can_judge(by, locked):
        raise Refused(_why_not_claimed(locked))
    return locked


def _for_engagement(alert: Alert, *, by: User) -> Alert:
    locked = _lock(alert)
    if not permissions.can_record_engagement(by, locked):
        raise Refused("Only engagement officers and operators record an engagement.")
    return locked


def _why_not_claimed(alert: Alert) -> str:
    if alert.is_erased:
        return "This alert was erased."
    if alert.status == AlertStatus.CLAIMED:
        return f"This alert is with {alert.claimed_by}."
    if alert.status == AlertStatus.RAISED:
        return "Claim this alert first."
    return f"This alert is already decided: {alert.get_status_display().lower()}."


def _judge(
    alert: Alert, verdict: Verdict, *, by: User, factors: Mapping[str, str] | None, **extra: str
) -> None:
    _require_claimant(
        alert, by=by
    )  # training may end, or a variation change the figures, meanwhile
    fields: dict[str, Any] = {
        f"{name}_factors": (factors or {}).get(name, "").strip()[:300]
        for name in ("subject", "system", "environment")
    }
    Adjudication.objects.create(alert=alert, by=by, verdict=verdict, **fields, **extra)
    alert.decided_at = timezone.now()
    alert.save(update_fields=["decided_at"])


def _move(
    alert: Alert,
    name: str,
    event: EventKind,
    *,
    by: User,
    reason: str = "",
    fields: tuple[str, ...] = (),
) -> Alert:
    sources, target = MOVES[name]
    if alert.status not in sources or alert.is_erased:
        raise Refused(_why_not_claimed(alert))
    alert.status = target
    alert.save(update_fields=["status", *fields])
    return _recorded(alert, event, by=by, reason=reason)


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
