"""The transitions of a deployment. Each is one transaction with its audit event; nothing else
changes a status."""

from collections.abc import Callable
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from deployments import audit, authority_documents, publication
from deployments.application_steps import what_is_missing
from deployments.enums import AuditKind, Status
from deployments.locking import lock
from deployments.models import Deployment, StatusChange, User
from deployments.moving import (
    Refused,
    check_not_over,
    check_source,
    decide,
    move,
    on_status_change,
    permit,
    require,
)
from deployments.start_checks import run_checks
from deployments.start_checks.record import record_checks

__all__ = ["Refused", "on_status_change"]


def submit(deployment: Deployment, *, by: User) -> Deployment:
    with transaction.atomic():
        locked = lock(deployment.pk)
        permit(locked, "submit", by=by)
        check_source(locked, "submit")
        if missing := what_is_missing(locked):
            words = "; ".join(each.words for each in missing)
            raise Refused(f"Before you submit, give {words}.")
        return move(locked, "submit", by=by)


def authorise(deployment: Deployment, *, by: User, reasons: str) -> Deployment:
    with transaction.atomic():
        locked = decide(deployment, "authorise", by=by, reasons=reasons)
        check_not_over(locked)
        locked = move(locked, "authorise", by=by, reason=reasons)
        publication.publish_notice(locked, by=by)
        authority_documents.write(locked, by=by)
        return locked


def refuse(deployment: Deployment, *, by: User, reasons: str) -> Deployment:
    with transaction.atomic():
        locked = decide(deployment, "refuse", by=by, reasons=reasons)
        locked = move(locked, "refuse", by=by, reason=reasons)
        authority_documents.write(locked, by=by)
        return locked


def return_to_applicant(deployment: Deployment, *, by: User, reasons: str) -> Deployment:
    with transaction.atomic():
        locked = lock(deployment.pk)
        permit(locked, "return", by=by)
        require(reasons, "Say what the applicant should change.")
        return move(locked, "return", by=by, reason=reasons)


def make_ready(deployment: Deployment, *, by: User) -> Deployment:
    with transaction.atomic():
        locked = lock(deployment.pk)
        permit(locked, "make_ready", by=by)
        _require_checks(locked, "make_ready", stage=Status.READY, by=by)
        return move(locked, "make_ready", by=by)


def reopen_watchlist(deployment: Deployment, *, by: User) -> Deployment:
    with transaction.atomic():
        locked = lock(deployment.pk)
        permit(locked, "reopen_watchlist", by=by)
        return move(locked, "reopen_watchlist", by=by)


def start(deployment: Deployment, *, by: User) -> Deployment:
    with transaction.atomic():
        locked = lock(deployment.pk)
        permit(locked, "start", by=by)
        check_source(locked, "start")
        _require_checks(locked, "start", stage=Status.LIVE, by=by)
        locked.started_at = timezone.now()
        return move(locked, "start", by=by, fields=("started_at",))


def suspend(deployment: Deployment, *, by: User | None, reason: str) -> Deployment:
    """Stop every camera, keep the authority. `by=None`: the system lost a condition."""
    with transaction.atomic():
        locked = lock(deployment.pk)
        permit(locked, "suspend", by=by)
        require(reason, "Say why the deployment is suspended.")
        return move(locked, "suspend", by=by, reason=reason)


def emergency_stop(deployment: Deployment, *, by: User) -> Deployment:
    """Stop every camera on one press. Why may be added afterwards."""
    with transaction.atomic():
        locked = lock(deployment.pk)
        permit(locked, "emergency_stop", by=by)
        if locked.status != Status.LIVE:
            words = locked.get_status_display().lower()
            raise Refused(f"Recognition is not running: this deployment is {words}.")
        return move(locked, "emergency_stop", by=by)


def explain_stop(deployment: Deployment, *, by: User, reason: str) -> Deployment:
    """Add why an emergency stop was pressed, once."""
    with transaction.atomic():
        locked = lock(deployment.pk)
        permit(locked, "emergency_stop", by=by)
        require(reason, "Say why recognition was stopped.")
        stop = unexplained_stop(locked)
        if stop is None:
            raise Refused("No emergency stop of this deployment waits for its reason.")
        stop.reason = reason
        stop.save(update_fields=["reason"])
        audit.record(
            "deployment.stop_explained",
            kind=AuditKind.ALTERATION,
            by=by,
            deployment=locked,
            subject=f"status change {stop.pk}",
            reason=reason,
        )
        return locked


def unexplained_stop(deployment: Deployment) -> StatusChange | None:
    return deployment.status_changes.filter(new=Status.SUSPENDED, reason="").last()


def resume(deployment: Deployment, *, by: User) -> Deployment:
    with transaction.atomic():
        locked = lock(deployment.pk)
        permit(locked, "resume", by=by)
        check_source(locked, "resume")
        _require_checks(locked, "resume", stage=Status.LIVE, by=by)
        return move(locked, "resume", by=by)


def end(deployment: Deployment, *, by: User | None, reason: str) -> Deployment:
    """End for good. `by=None`: the window is over."""
    with transaction.atomic():
        locked = lock(deployment.pk)
        permit(locked, "end", by=by)
        require(reason, "Say why the deployment ends.")
        locked.ended_at = timezone.now()
        locked.stop_reason = reason
        return move(locked, "end", by=by, reason=reason, fields=("ended_at", "stop_reason"))


def cancel(deployment: Deployment, *, by: User | None, reason: str) -> Deployment:
    with transaction.atomic():
        locked = lock(deployment.pk)
        permit(locked, "cancel", by=by)
        require(reason, "Say why the deployment is cancelled.")
        return move(locked, "cancel", by=by, reason=reason)


def close(deployment: Deployment) -> Deployment:
    """The last step, by the system, once the result is published and all that is due is gone."""
    with transaction.atomic():
        locked = lock(deployment.pk)
        if locked.entries.exists() or locked.images.exists():
            raise Refused("The watchlist or images of this deployment are not erased yet.")
        if not hasattr(locked, "result"):
            raise Refused("The result of this deployment is not published yet.")
        locked.closed_at = timezone.now()
        return move(locked, "close", by=None, fields=("closed_at",))


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


def _require_checks(deployment: Deployment, name: str, *, stage: Status, by: User) -> None:
    """Refuse where one failed; what they found is kept with the transition otherwise."""
    checks = run_checks(deployment, stage=stage)
    if failed := [check for check in checks if not check.passed]:
        raise Refused("Not yet: " + " ".join(check.sentence for check in failed))
    record_checks(deployment, checks, transition=name, by=by)
