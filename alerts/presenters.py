"""Rows as the facts that leave the server: to consoles, handhelds and scripts."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Protocol

from django.urls import reverse
from django.utils import timezone

from alerts.enums import Outcome
from alerts.models import Alert, AlertEvent
from alerts.protocol import (
    AlertFacts,
    CameraFacts,
    DeploymentFacts,
    Event,
    Images,
    OfficerFacts,
    Snapshot,
)
from alerts.statistics import kind_of
from alerts.urgency import urgency_of
from deployments.enums import Response
from deployments.models import Camera, Deployment

# Longer than a worker's lease: its successor is given the time to take over.
HEARTBEAT_LOST = timedelta(seconds=5)


class CameraReport(Protocol):
    """What a camera run says of itself. The run belongs to the app that reads cameras."""

    state: str
    state_words: str
    recording_words: str
    frames_per_s: float
    faces_seen: int
    faces_per_min: float
    dropped_count: int
    heartbeat_at: datetime | None
    last_frame_at: datetime | None

    @property
    def camera(self) -> Camera: ...

    def get_state_display(self) -> str: ...


def alert_facts(alert: Alert) -> AlertFacts:
    """Wants `camera`, `claimed_by` and `engagement` selected with the alert, and the officers'
    assessments fetched."""
    outcome, kind = outcome_of(alert), kind_of(alert)
    url = reverse("alerts:detail", args=[alert.uuid])
    return {
        "uuid": str(alert.uuid),
        "url": url,
        "status": alert.status,
        "status_words": alert.get_status_display(),
        "category": alert.category,
        "category_words": alert.get_category_display(),
        "response": alert.response,
        "response_words": str(Response(alert.response).label),
        "camera": alert.camera.name,
        "captured_at": alert.captured_at.timestamp(),
        "raised_at": alert.raised_at.timestamp(),
        "last_seen_at": alert.last_seen_at.timestamp(),
        "decided_at": _seconds(alert.decided_at),
        "sightings": alert.sighting_count,
        "lookalike": alert.is_lookalike,
        "escalated": alert.escalated_at is not None,
        "urgency": urgency_of(alert),
        "claimed_by": str(alert.claimed_by) if alert.claimed_by else None,
        "claimed_by_id": alert.claimed_by_id,
        "outcome": outcome,
        "outcome_words": str(Outcome(outcome).label) if outcome else "",
        "officers": officers_of(alert),
        "kind": kind.value,
        "kind_words": str(kind.label),
        "undo_until": _seconds(alert.undo_until),
        "sending_at": _seconds(alert.sending_at) if alert.is_being_sent else None,
        "erased": alert.is_erased,
        "images": None if alert.is_erased else images_of(url),
    }


def images_of(url: str) -> Images:
    """Below the alert's own address: a burst asks for them a thousand times a second."""
    return {
        "probe": f"{url}image/probe/",
        "candidate": f"{url}image/candidate/",
        "context": f"{url}image/context/",
    }


def officers_of(alert: Alert) -> list[OfficerFacts]:
    return [
        {
            "id": each.by_id,
            "name": str(each.by),
            "view": each.view,
            "view_words": each.get_view_display() if each.view else "",
        }
        for each in alert.field_assessments.all()
    ]


def outcome_of(alert: Alert) -> str:
    return alert.engagement.outcome if hasattr(alert, "engagement") else ""


def event_message(event: AlertEvent, *, missed: bool) -> Event:
    return {
        "type": "event",
        "sequence": event.sequence,
        "kind": event.kind,
        "at": event.at.timestamp(),
        "missed": missed,
        "alert": alert_facts(event.alert),
    }


def snapshot(alerts: Iterable[Alert], *, sequence: int, resync: bool = False) -> Snapshot:
    return {
        "type": "resync" if resync else "snapshot",
        "sequence": sequence,
        "server_time": timezone.now().timestamp(),
        "alerts": [alert_facts(alert) for alert in alerts],
    }


def deployment_facts(deployment: Deployment, *, watchlist_size: int) -> DeploymentFacts:
    left = (deployment.ends_at - timezone.now()).total_seconds()
    return {
        "uuid": str(deployment.uuid),
        "title": deployment.title,
        "status": deployment.status,
        "status_words": deployment.get_status_display(),
        "starts_at": deployment.starts_at.timestamp(),
        "ends_at": deployment.ends_at.timestamp(),
        "window_left_s": 0.0 if deployment.has_ended else max(0.0, round(left, 1)),
        "threshold": deployment.threshold,
        "profile": deployment.profile,
        "watchlist_size": watchlist_size,
        "watchlist_built_at": _seconds(deployment.watchlist_built_at),
    }


def camera_facts(report: CameraReport, *, is_live: bool) -> CameraFacts:
    """A live deployment whose camera has no heartbeat is told so: its last state is no state."""
    now = timezone.now()
    state, words = report.state, report.state_words or report.get_state_display()
    if is_live and (report.heartbeat_at is None or now - report.heartbeat_at > HEARTBEAT_LOST):
        state, words = "lost", "No worker reads this camera"
    elif report.recording_words:
        words = f"{words.rstrip('.')}. {report.recording_words}"
    seen = report.last_frame_at
    return {
        "id": report.camera.pk,
        "name": report.camera.name,
        "state": state,
        "state_words": words,
        "frames_per_s": report.frames_per_s,
        "faces_seen": report.faces_seen,
        "faces_per_min": report.faces_per_min,
        "dropped": report.dropped_count,
        "picture_age_s": round((now - seen).total_seconds(), 1) if seen else None,
    }


def unread_camera(camera: Camera) -> CameraFacts:
    """A camera that no worker has read in this deployment."""
    return {
        "id": camera.pk,
        "name": camera.name,
        "state": "idle",
        "state_words": "Not running",
        "frames_per_s": 0.0,
        "faces_seen": 0,
        "faces_per_min": 0.0,
        "dropped": 0,
        "picture_age_s": None,
    }


def _seconds(moment: datetime | None) -> float | None:
    return None if moment is None else moment.timestamp()
