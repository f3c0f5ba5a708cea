"""A live deployment to raise alerts in, people who watch it, and storms of alerts."""

import time
from collections.abc import Iterator
from itertools import count
from unittest import mock

import cv2
import numpy as np
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.db import connection, transaction
from django.db.models import F
from django.utils import timezone

from alerts.enums import AlertStatus, EventKind
from alerts.events import knock
from alerts.models import Alert, AlertEvent
from alerts.raising import NewAlert, raise_alert
from deployments import briefings, lifecycle, watchlist
from deployments.models import Deployment, User
from recognition import template_store
from recognition.bench import scene
from recognition.bench.strangers import random_templates

CAMERAS = 12
BACKEND = "django.contrib.auth.backends.ModelBackend"
_turns = count()


def live_deployment() -> Deployment:
    """Its people exist by template only; nothing is recognised, alerts are raised by hand."""
    deployment = scene.authorised("The console's bench", cameras=CAMERAS)
    entries = scene.portraits(deployment)
    templates = random_templates(len(entries), dimension=128)
    for entry, template in zip(entries, templates, strict=True):
        with transaction.atomic():
            template_store.save(
                entry, template, profile=deployment.profile, profile_version="bench"
            )
            watchlist.mark_enrolled(entry)
    time.sleep(1.5)  # until its window opens
    with mock.patch.object(lifecycle, "run_checks", return_value=[]):
        return scene.started(deployment)


def operator(deployment: Deployment) -> User:
    """The one who is signed in at every console, trained and briefed."""
    user = User.objects.get(username="bench.operator")
    briefings.acknowledge(deployment, by=user)
    return user


def cookie_of(user: User) -> str:
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = BACKEND
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.create()
    return f"sessionid={session.session_key}"


def last_sequence(deployment: Deployment) -> int:
    return Deployment.objects.values_list("event_sequence", flat=True).get(pk=deployment.pk)


def storm(deployment: Deployment, number: int, *, every_s: float) -> dict[str, float]:
    """Raise so many alerts, one at a time, at this pace where the machine keeps it. When each was
    stored, in seconds since 1970, by alert."""
    stored: dict[str, float] = {}
    began = time.monotonic()
    sightings = _sightings(deployment)
    while len(stored) < number:
        alert = _raise(deployment, *next(sightings))
        if alert is not None:
            stored[str(alert.uuid)] = time.time()
        time.sleep(max(0.0, began + len(stored) * every_s - time.monotonic()))
    return stored


def _sightings(deployment: Deployment) -> Iterator[tuple[object, int]]:
    """Another camera and another entry each time, so that none extends an alert."""
    cameras = list(deployment.cameras.all())
    entries = list(deployment.entries.order_by("pk").values_list("pk", flat=True))
    while True:
        turn = next(_turns)
        yield cameras[turn // len(entries) % len(cameras)], entries[turn % len(entries)]


def _raise(deployment: Deployment, camera: object, entry_id: int) -> Alert | None:
    return raise_alert(
        deployment,
        camera,  # type: ignore[arg-type]
        NewAlert(
            entry_id=entry_id,
            similarity=0.99,
            is_lookalike=False,
            profile=deployment.profile,
            profile_version="bench",
            captured_at=timezone.now(),
            source_position_s=None,
            face_box=(10.0, 10.0, 40.0, 50.0),
            probe=PICTURE,
            context=PICTURE,
        ),
    )


def _picture() -> bytes:
    noise = np.random.default_rng(0).integers(0, 255, (128, 96, 3), dtype=np.uint8)
    return bytes(cv2.imencode(".jpg", noise)[1].tobytes())


PICTURE = _picture()


def burst(deployment: Deployment, number: int, *, seconds: float) -> dict[str, float]:
    """So many alerts at this pace, ten to a transaction: storing one with its encrypted pictures
    takes longer than a hundredth of a second, and it is the consoles that are measured."""
    stored: dict[str, float] = {}
    began = time.monotonic()
    while len(stored) < number:
        with transaction.atomic():
            alerts = _rows(deployment, min(10, number - len(stored)))
            _tell(deployment, alerts, EventKind.RAISED)
        at = time.time()
        stored |= {str(alert.uuid): at for alert in alerts}
        time.sleep(max(0.0, began + seconds * len(stored) / number - time.monotonic()))
    return stored


def shift(deployment: Deployment, number: int, *, by: User) -> None:
    """So many alerts that are raised, claimed and dismissed: a long shift in a short time."""
    alerts = _rows(deployment, number)
    pks, now = [alert.pk for alert in alerts], timezone.now()
    _tell(deployment, alerts, EventKind.RAISED)
    Alert.objects.filter(pk__in=pks).update(
        status=AlertStatus.CLAIMED, claimed_by=by, claimed_at=now
    )
    _tell(deployment, alerts, EventKind.CLAIMED)
    Alert.objects.filter(pk__in=pks).update(status=AlertStatus.DISMISSED, decided_at=now)
    _tell(deployment, alerts, EventKind.DISMISSED)


def _rows(deployment: Deployment, number: int) -> list[Alert]:
    """Written together, without pictures: only their way to the screen is measured."""
    cameras, entry = list(deployment.cameras.all()), deployment.entries.order_by("pk")[0]
    now = timezone.now()
    return Alert.objects.bulk_create(
        Alert(
            deployment=deployment,
            camera=cameras[index % len(cameras)],
            entry=entry,
            category=entry.category,
            response=entry.response,
            similarity=0.99,
            threshold=deployment.threshold,
            profile=deployment.profile,
            profile_version="bench",
            captured_at=now,
            last_seen_at=now,
        )
        for index in range(number)
    )


def _tell(deployment: Deployment, alerts: list[Alert], kind: EventKind) -> None:
    with transaction.atomic():
        rows = Deployment.objects.filter(pk=deployment.pk)
        rows.update(event_sequence=F("event_sequence") + len(alerts))
        first = last_sequence(deployment) - len(alerts) + 1
        AlertEvent.objects.bulk_create(
            AlertEvent(deployment=deployment, sequence=first + index, kind=kind, alert=alert)
            for index, alert in enumerate(alerts)
        )
    knock(deployment.uuid)


def settle(deployment: Deployment, *, by: User) -> None:
    """Decide whatever is open, so that the next measurement begins with an empty queue."""
    waiting = list(Alert.objects.filter(deployment=deployment, status=AlertStatus.RAISED))
    for chunk in (waiting[at : at + 250] for at in range(0, len(waiting), 250)):
        pks = [alert.pk for alert in chunk]
        rows = Alert.objects.filter(pk__in=pks)
        rows.update(status=AlertStatus.CLAIMED, claimed_by=by, claimed_at=timezone.now())
        rows.update(status=AlertStatus.DISMISSED, decided_at=timezone.now())
        _tell(deployment, chunk, EventKind.DISMISSED)
    connection.close()
