"""The rows of a timeline: what alerts, people, cameras and the deployment itself did, in order."""

from collections import defaultdict, deque
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db.models import TextChoices

from alerts.enums import DismissalReason, EventKind, OfficersView, Outcome
from alerts.models import AlertEvent
from deployments import audit
from deployments.enums import AuditKind
from deployments.models import AuditEvent, Deployment, User

MACHINE = frozenset({EventKind.RAISED, EventKind.SEEN_AGAIN, EventKind.ESCALATED, EventKind.ERASED})


class Source(TextChoices):
    ALERT = "alert", "Alerts"
    DECISION = "decision", "Decisions"
    CAMERA = "camera", "Camera states"
    DEPLOYMENT = "deployment", "The deployment"


@dataclass(frozen=True, slots=True)
class Row:
    """`alert` counts the deployment's alerts from 1. Nothing in a row is about who was sought."""

    at: datetime
    source: Source
    what: str
    camera: str = ""
    alert: int | None = None
    category: str = ""
    response: str = ""
    by: str = ""
    details: str = ""
    # Somebody of an open alert in view again: most rows of a busy deployment, and no decision.
    is_sighting: bool = False


def timeline(deployment: Deployment) -> list[Row]:
    rows = [*_of_alerts(deployment), *_of_cameras(deployment), *_of_deployment(deployment)]
    return sorted(rows, key=lambda row: row.at)


def _of_alerts(deployment: Deployment) -> Iterator[Row]:
    pks = deployment.alerts.order_by("pk").values_list("pk", flat=True)
    numbers = {pk: number for number, pk in enumerate(pks, start=1)}
    decisions = _decisions(deployment)
    events = AlertEvent.objects.filter(deployment=deployment).order_by("sequence")
    for event in events.select_related("alert__camera"):
        kind, alert = EventKind(event.kind), event.alert
        told = decisions[f"alert {alert.pk}", f"alert.{kind.value}"]
        by, reason = told.popleft() if told else ("", "")
        yield Row(
            at=event.at,
            source=Source.ALERT if kind in MACHINE else Source.DECISION,
            what=str(kind.label),
            camera=alert.camera.name,
            alert=numbers[alert.pk],
            category=alert.get_category_display(),
            response=alert.response.capitalize(),
            by=by,
            details=_in_words(reason),
            is_sighting=kind == EventKind.SEEN_AGAIN,
        )


def _decisions(deployment: Deployment) -> dict[tuple[str, str], deque[tuple[str, str]]]:
    """Who decided and why, by alert and action, in order: each decision has its audit event, which
    was written with it."""
    rows = AuditEvent.objects.filter(
        deployment=deployment, kind=AuditKind.DECISION, action__startswith="alert."
    ).order_by("sequence")
    found = list(rows.values_list("subject", "action", "actor", "reason"))
    usernames = {actor for _, _, actor, _ in found}
    names = {user.username: str(user) for user in User.objects.filter(username__in=usernames)}
    decisions: dict[tuple[str, str], deque[tuple[str, str]]] = defaultdict(deque)
    for subject, action, actor, reason in found:
        by = "The system" if actor == audit.SYSTEM else names.get(actor, actor)
        decisions[subject, action].append((by, reason))
    return decisions


def _in_words(reason: str) -> str:
    """A reason of a closed list by its words; anything else is left in the audit trail."""
    for words in (DismissalReason, Outcome, OfficersView):
        if reason in words.values:
            return str(words(reason).label)
    return ""


def _of_cameras(deployment: Deployment) -> Iterator[Row]:
    for change in deployment.camera_state_changes.select_related("camera"):
        yield Row(
            at=change.at,
            source=Source.CAMERA,
            what=change.get_state_display(),
            camera=change.camera.name,
            details=change.words,
        )


def _of_deployment(deployment: Deployment) -> Iterator[Row]:
    for change in deployment.status_changes.select_related("by"):
        yield Row(
            at=change.at,
            source=Source.DEPLOYMENT,
            what=change.get_new_display(),
            by=str(change.by) if change.by else "The system",
        )
