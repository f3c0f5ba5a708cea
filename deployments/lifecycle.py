"""The transitions of a deployment. Each is one transaction with its audit event; nothing else
changes a status."""

from collections.abc import Callable
from datetime import datetime

from django.db import transaction
from django.utils import timezone
from structlog import get_logger

from deployments import audit, authority_documents, permissions, publication
from deployments.enums import AuditKind, Status, TrainingKind
from deployments.locking import lock
from deployments.models import Deployment, StatusChange, User
from deployments.start_checks import run_checks
from deployments.start_checks.record import record_checks
from deployments.training import why_not_trained
from deployments.transitions import TRANSITIONS

log = get_logger(__name__)


class Refused(Exception):
    """A transition that may not be made; the message says why, in words for the person."""


# Called after commit with the deployment; workers and consoles hear of a change through these.
_listeners: list[Callable[[Deployment], None]] = []


def on_status_change(listener: Callable[[Deployment], None]) -> None:
    _listeners.append(listener)


def submit(deployment: Deployment, *, by: User) -> Deployment:
    with transaction.atomic():
        locked = lock(deployment.pk)
        _allow(permissions.can_apply(by) and locked.applicant_id == by.pk, "submit")
        if locked.ends_at <= timezone.now():
            raise Refused("The window of this application has already passed.")
        if not locked.cameras.exists():
            raise Refused("Choose at least one camera before you submit.")
        return _move(locked, "submit", by=by)


def authorise(deployment: Deployment, *, by: User, reasons: str) -> Deployment:
    with transaction.atomic():
        locked = _decide(deployment, by=by, reasons=reasons)
        if locked.ends_at <= timezone.now():
            raise Refused("The window of this application has already passed.")
        locked = _move(locked, "authorise", by=by, reason=reasons)
        publication.publish_notice(locked, by=by)
        authority_documents.write(locked, by=by)
        return locked


def refuse(deployment: Deployment, *, by: User, reasons: str) -> Deployment:
    with transaction.atomic():
        locked = _decide(deployment, by=by, reasons=reasons)
        locked = _move(locked, "refuse", by=by, reason=reasons)
        authority_documents.write(locked, by=by)
        return locked


def return_to_applicant(deployment: Deployment, *, by: User, reasons: str) -> Deployment:
    with transaction.atomic():
        locked = lock(deployment.pk)
        _allow(_may_decide(locked, by=by), "return")
        _require(reasons, "Say what the applicant should change.")
        return _move(locked, "return", by=by, reason=reasons)


def make_ready(deployment: Deployment, *, by: User) -> Deployment:
    with transaction.atomic():
        locked = lock(deployment.pk)
        _allow(permissions.can_make_ready(by), "make_ready")
        _require_checks(locked, "make_ready", stage=Status.READY, by=by)
        return _move(locked, "make_ready", by=by)


def reopen_watchlist(deployment: Deployment, *, by: User) -> Deployment:
    with transaction.atomic():
        locked = lock(deployment.pk)
        _allow(permissions.can_manage_watchlist(by, locked), "reopen_watchlist")
        return _move(locked, "reopen_watchlist", by=by)


def start(deployment: Deployment, *, by: User) -> Deployment:
    with transaction.atomic():
        locked = lock(deployment.pk)
        _allow(permissions.can_operate(by), "start")
        _check_source(locked, "start")
        _require_checks(locked, "start", stage=Status.LIVE, by=by)
        locked.started_at = timezone.now()
        return _move(locked, "start", by=by, fields=("started_at",))


def suspend(deployment: Deployment, *, by: User | None, reason: str) -> Deployment:
    """Stop every camera, keep the authority. `by=None`: the system lost a condition."""
    with transaction.atomic():
        locked = lock(deployment.pk)
        _allow(by is None or permissions.can_stop(by), "suspend")
        _require(reason, "Say why the deployment is suspended.")
        return _move(locked, "suspend", by=by, reason=reason)


def resume(deployment: Deployment, *, by: User) -> Deployment:
    with transaction.atomic():
        locked = lock(deployment.pk)
        _allow(permissions.can_operate(by), "resume")
        _check_source(locked, "resume")
        _require_checks(locked, "resume", stage=Status.LIVE, by=by)
        return _move(locked, "resume", by=by)


def end(deployment: Deployment, *, by: User | None, reason: str) -> Deployment:
    """End for good. `by=None`: the window is over."""
    with transaction.atomic():
        locked = lock(deployment.pk)
        _allow(by is None or permissions.can_stop(by), "end")
        _require(reason, "Say why the deployment ends.")
        locked.ended_at = timezone.now()
        locked.stop_reason = reason
        return _move(locked, "end", by=by, reason=reason, fields=("ended_at", "stop_reason"))


def cancel(deployment: Deployment, *, by: User | None, reason: str) -> Deployment:
    with transaction.atomic():
        locked = lock(deployment.pk)
        _allow(by is None or permissions.can_cancel(by, locked), "cancel")
        _require(reason, "Say why the deployment is cancelled.")
        return _move(locked, "cancel", by=by, reason=reason)


def close(deployment: Deployment) -> Deployment:
    """The last step, by the system, once the result is published and all that is due is gone."""
    with transaction.atomic():
        locked = lock(deployment.pk)
        if locked.entries.exists() or locked.images.exists():
            raise Refused("The watchlist or images of this deployment are not erased yet.")
        if not hasattr(locked, "result"):
            raise Refused("The result of this deployment is not published yet.")
        locked.closed_at = timezone.now()
        return _move(locked, "close", by=None, fields=("closed_at",))


def end_expired(*, now: datetime | None = None) -> int:
    """End what runs past its window, and cancel what was never started. Returns how many."""
    now = now or timezone.now()
    overdue = Deployment.objects.filter(ends_at__lte=now)
    running = list(overdue.filter(status__in=(Status.LIVE, Status.SUSPENDED)))
    for deployment in running:
        _tolerate(end, deployment, reason="The authorised window is over.")
    unstarted = list(overdue.filter(status__in=(Status.SUBMITTED, Status.AUTHORISED, Status.READY)))
    for deployment in unstarted:
        _tolerate(cancel, deployment, reason="The window passed without a start.")
    return len(running) + len(unstarted)


def _tolerate(
    transition: Callable[..., Deployment], deployment: Deployment, *, reason: str
) -> None:
    """A person may have ended it in the same moment: then there is nothing left to do."""
    try:
        transition(deployment, by=None, reason=reason)
    except Refused:
        deployment.refresh_from_db()


def _may_decide(deployment: Deployment, *, by: User) -> bool:
    if not permissions.is_authorising_officer(by) or deployment.applicant_id == by.pk:
        return False
    if not permissions.is_trained_officer(by):
        raise Refused(why_not_trained(by, TrainingKind.AUTHORISING_OFFICER))
    return True


def _decide(deployment: Deployment, *, by: User, reasons: str) -> Deployment:
    locked = lock(deployment.pk)
    if locked.applicant_id == by.pk:
        raise Refused("The applicant cannot decide their own application.")
    _allow(_may_decide(locked, by=by), "authorise")
    if locked.status != Status.SUBMITTED:
        raise Refused(
            f"This application is {locked.get_status_display().lower()}; nothing to decide."
        )
    _require(reasons, "A decision needs its reasons.")
    locked.decided_by = by
    locked.decided_at = timezone.now()
    locked.decision_reasons = reasons
    locked.save(update_fields=["decided_by", "decided_at", "decision_reasons"])
    return locked


def _allow(allowed: object, name: str) -> None:
    if not allowed:
        raise Refused(f"Only {TRANSITIONS[name].by} may do this.")


def _require(text: str, sentence: str) -> None:
    if not text.strip():
        raise Refused(sentence)


def _require_checks(deployment: Deployment, name: str, *, stage: Status, by: User) -> None:
    """Refuse where one failed; what they found is kept with the transition otherwise."""
    checks = run_checks(deployment, stage=stage)
    if failed := [check for check in checks if not check.passed]:
        raise Refused("Not yet: " + " ".join(check.sentence for check in failed))
    record_checks(deployment, checks, transition=name, by=by)


def _check_source(deployment: Deployment, name: str) -> None:
    transition = TRANSITIONS[name]
    if deployment.status not in transition.sources:
        raise Refused(
            f"A deployment that is {deployment.get_status_display().lower()} cannot become "
            f"{transition.target.label.lower()}."
        )


def _move(
    deployment: Deployment,
    name: str,
    *,
    by: User | None,
    reason: str = "",
    fields: tuple[str, ...] = (),
) -> Deployment:
    _check_source(deployment, name)
    old, deployment.status = deployment.status, TRANSITIONS[name].target
    deployment.status_at = timezone.now()
    deployment.save(update_fields=["status", "status_at", *fields])
    StatusChange.objects.create(
        deployment=deployment, old=old, new=deployment.status, by=by, reason=reason
    )
    audit.record(
        f"deployment.{name}",
        kind=AuditKind.DECISION,
        by=by,
        deployment=deployment,
        reason=reason,
        details={"from": old, "to": deployment.status},
    )
    transaction.on_commit(lambda: _tell(deployment))
    return deployment


def _tell(deployment: Deployment) -> None:
    """A worker or a broker that does not answer undoes nothing: beat asks again."""
    for listener in _listeners:
        try:
            listener(deployment)
        except Exception as error:  # noqa: BLE001
            log.warning("status_change_not_heard", error=type(error).__name__)
