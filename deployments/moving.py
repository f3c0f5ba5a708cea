"""How a status changes: the table is asked who may and from where, then status, history and audit
event are written in the caller's transaction. Nothing else writes a status."""

from collections.abc import Callable

from django.db import transaction
from django.utils import timezone
from structlog import get_logger

from deployments import audit, permissions
from deployments.enums import AuditKind, Status
from deployments.locking import lock
from deployments.models import Deployment, StatusChange, User
from deployments.training import why_not_trained
from deployments.transitions import SYSTEM, TRANSITIONS
from deployments.wording import moment_in_words

log = get_logger(__name__)


class Refused(Exception):
    """A transition that may not be made; the message says why, in words for the person."""


# Called after commit with the deployment; workers and consoles hear of a change through these.
_listeners: list[Callable[[Deployment], None]] = []


def on_status_change(listener: Callable[[Deployment], None]) -> None:
    _listeners.append(listener)


def permit(deployment: Deployment, name: str, *, by: User | None) -> None:
    """`by=None` is the system."""
    transition = TRANSITIONS[name]
    if by is None:
        if SYSTEM not in transition.who:
            raise Refused(f"Only {transition.by} may do this.")
    elif not permissions.may(by, name, deployment):
        named = [who for who in transition.who if permissions.is_named(by, who, deployment)]
        if named and named[0].training:
            raise Refused(why_not_trained(by, named[0].training))
        raise Refused(f"Only {transition.by} may do this.")


def require(text: str, sentence: str) -> None:
    if not text.strip():
        raise Refused(sentence)


def check_source(deployment: Deployment, name: str) -> None:
    transition = TRANSITIONS[name]
    if deployment.status not in transition.sources:
        raise Refused(
            f"A deployment that is {deployment.get_status_display().lower()} cannot become "
            f"{transition.target.label.lower()}."
        )


def decide(deployment: Deployment, name: str, *, by: User, reasons: str) -> Deployment:
    """Lock an application for its decision and sign it; `move` follows."""
    locked = lock(deployment.pk)
    if locked.applicant_id == by.pk:
        raise Refused("The applicant cannot decide their own application.")
    permit(locked, name, by=by)
    if locked.status != Status.SUBMITTED:
        raise Refused(_why_nothing_to_decide(locked))
    require(reasons, "A decision needs its reasons.")
    locked.decided_by = by
    locked.decided_at = timezone.now()
    locked.decision_reasons = reasons
    locked.save(update_fields=["decided_by", "decided_at", "decision_reasons"])
    return locked


def _why_nothing_to_decide(deployment: Deployment) -> str:
    """To the second of two who decide the same application."""
    changes = deployment.status_changes.select_related("by")
    left = changes.filter(old=Status.SUBMITTED).order_by("-pk").first()
    if left is None or left.by is None:
        status = deployment.get_status_display().lower()
        return f"This application is {status}; nothing to decide."
    done = f"{left.get_new_display().lower()} on {moment_in_words(left.at)}"
    return f"{left.by} was first: {done}. Your decision is not recorded."


def check_not_over(deployment: Deployment) -> None:
    if deployment.ends_at <= timezone.now():
        raise Refused("The window of this application has already passed.")


def move(
    deployment: Deployment,
    name: str,
    *,
    by: User | None,
    reason: str = "",
    fields: tuple[str, ...] = (),
) -> Deployment:
    """`deployment` is locked by the caller, and `by` permitted."""
    check_source(deployment, name)
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
    transaction.on_commit(lambda: tell(deployment))
    return deployment


def tell(deployment: Deployment) -> None:
    """A worker or a broker that does not answer undoes nothing: beat asks again."""
    for listener in _listeners:
        try:
            listener(deployment)
        except Exception as error:  # noqa: BLE001
            log.warning("status_change_not_heard", error=type(error).__name__)
