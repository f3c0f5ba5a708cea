"""A run follows the authority it runs on: other terms begin it anew, an unmade review ends it, and
one press of the emergency stop ends it, each within a second (I1, I3, I9)."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from alerts import raising
from alerts.models import Alert
from deployments import variations
from deployments.enums import Status
from deployments.models import Camera, Deployment
from recognition import authority, camera_run, factory
from recognition.authority import Answer, AuthorityWatch, ask
from recognition.models import CameraRun
from tests.factories import (
    Cast,
    make_alert,
    make_camera,
    make_cast,
    make_deployment,
    make_variation,
    new_alert,
    person,
    recognition_worker_answers,
)
from tests.recognition.scripted_cameras import ScriptedCamera, scripted_models, street_with
from tests.tampering import triggers_disabled

SECOND = 1.0
LIMIT_S = 30.0
STRANGER = 5


class Runs:
    """Each run's camera and threshold, in order."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.cameras: list[ScriptedCamera] = []
        self.thresholds: list[float] = []
        models = scripted_models(STRANGER)
        monkeypatch.setattr(camera_run, "build_models", lambda _: models)
        monkeypatch.setattr(camera_run, "open_reader", self._open)
        monkeypatch.setattr(camera_run, "build_pipeline", self._build)

    def _open(self, *_: object, **__: object) -> ScriptedCamera:
        self.cameras.append(ScriptedCamera(street_with(STRANGER)))
        return self.cameras[-1]

    def _build(self, *arguments: Any, **named: Any) -> Any:
        self.thresholds.append(named["settings"].threshold)
        return factory.build_pipeline(*arguments, **named)


@pytest.fixture
def runs(monkeypatch: pytest.MonkeyPatch) -> Runs:
    return Runs(monkeypatch)


@pytest.fixture
def live(transactional_db: None) -> Deployment:
    make_cast()
    with recognition_worker_answers():
        return make_deployment(status=Status.LIVE, threshold=0.9)


@contextmanager
def running(live: Deployment, camera: Camera) -> Iterator[threading.Thread]:
    def run() -> None:
        try:
            camera_run.run_camera(live.pk, camera.pk)
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield thread
    finally:
        authority.stop_all()
        thread.join(LIMIT_S)
        authority._worker_stops.clear()
        assert not thread.is_alive()


def until(condition: Callable[[], bool], *, limit_s: float = LIMIT_S) -> None:
    pause, deadline = threading.Event(), time.monotonic() + limit_s
    while not condition():
        assert time.monotonic() < deadline, "it never came to be"
        pause.wait(0.01)


def authorise(deployment: Deployment, **changes: object) -> None:
    variations.authorise(
        make_variation(deployment, **changes),
        by=person("authorising_officer"),
        reasons="Necessary.",
        short_notice_reason="They are there now.",
    )


def test_another_threshold_is_in_force_within_a_second(live: Deployment, runs: Runs):
    with running(live, live.cameras.get()):
        until(lambda: bool(runs.cameras) and runs.cameras[0].given > 3)
        variation = make_variation(live, threshold=0.7)

        authorised_at = time.monotonic()
        variations.authorise(variation, by=person("authorising_officer"), reasons="Necessary.")
        until(lambda: len(runs.cameras) == 2 and runs.cameras[1].given > 0)
        assert time.monotonic() - authorised_at < SECOND
        assert runs.cameras[0].ended.is_set()

    assert runs.thresholds == [0.9, 0.7]
    run = CameraRun.objects.get(deployment=live)
    assert run.frame_count > runs.cameras[1].given > 0  # counted on from the first run


def test_a_camera_that_was_taken_out_stops_within_a_second(live: Deployment, runs: Runs):
    with running(live, live.cameras.get()) as thread:
        until(lambda: bool(runs.cameras) and runs.cameras[0].given > 3)

        authorise(live, camera_ids=[make_camera().pk])

        assert runs.cameras[0].ended.wait(SECOND)
        thread.join(LIMIT_S)
        assert not thread.is_alive()
    assert len(runs.cameras) == 1
    live.refresh_from_db()
    assert live.status == Status.LIVE


def test_a_review_that_is_not_made_stops_the_camera_although_nobody_acts(
    live: Deployment, runs: Runs
):
    """No beat, no general worker: nothing changes the status."""
    with running(live, live.cameras.get()):
        until(lambda: bool(runs.cameras) and runs.cameras[0].given > 3)
        due = timezone.now() + timedelta(seconds=0.5)
        with triggers_disabled("deployments_deployment"):
            Deployment.objects.filter(pk=live.pk).update(review_due_at=due)

        assert runs.cameras[0].ended.wait(0.5 + SECOND)
        assert timezone.now() >= due
    live.refresh_from_db()
    assert live.status == Status.LIVE


def test_the_emergency_stop_stops_the_camera_within_a_second_of_the_press(
    live: Deployment, runs: Runs, record_property: Callable[[str, object], None]
):
    """From the browser's request to the last picture that was looked at."""
    client = Client()
    client.force_login(person("alice"), backend="django.contrib.auth.backends.ModelBackend")
    press = reverse("deployments:move", args=[live.uuid, "emergency_stop"])
    with running(live, live.cameras.get()):
        until(lambda: bool(runs.cameras) and runs.cameras[0].given > 3)

        pressed_at = time.monotonic()
        answer = client.post(press)
        assert answer.status_code == 302
        assert runs.cameras[0].ended.wait(LIMIT_S)
        took = time.monotonic() - pressed_at

    record_property("seconds", took)
    assert took < SECOND
    live.refresh_from_db()
    assert live.status == Status.SUSPENDED


def test_the_watch_says_that_the_terms_changed():
    lost = threading.Event()
    answers = [Answer(True, time.time() + 3600, 1, 1)]
    watch = AuthorityWatch(
        1,
        on_tick=lambda _: True,
        on_loss=lost.set,
        terms_version=1,
        question=lambda _: answers[-1],
    )
    with watch as held:
        assert held.holds()
        answers.append(Answer(True, time.time() + 3600, 1, 2))

        assert lost.wait(SECOND)
        assert not held.holds()
        assert held.terms_changed


def test_the_end_of_a_deployment_is_no_change_of_terms():
    watch = AuthorityWatch(
        1,
        on_tick=lambda _: True,
        on_loss=lambda: None,
        terms_version=1,
        question=lambda _: Answer(False, 0.0, 1, 2),
    )
    with watch as held:
        assert not held.holds()
        assert not held.terms_changed


def test_a_longer_window_is_known_to_the_worker(cast: Cast):
    live = make_deployment(status=Status.LIVE)
    later = live.ends_at + timedelta(hours=1)

    authorise(live, ends_at=later)

    assert ask(live.pk).ends_at == later.timestamp()
    assert ask(live.pk).terms_version == 2


# I3: each alert carries the threshold that was authorised at its time


def test_an_alert_carries_the_threshold_of_its_time(cast: Cast):
    live = make_deployment(status=Status.LIVE, threshold=0.6)
    before = make_alert(live, similarity=0.65)

    authorise(live, threshold=0.7)
    after = make_alert(live, similarity=0.75)

    before.refresh_from_db()
    assert (before.threshold, after.threshold) == (0.6, 0.7)


def test_a_match_that_was_found_on_the_old_terms_raises_nothing(cast: Cast):
    live = make_deployment(status=Status.LIVE, threshold=0.6)
    entry, camera = live.entries.get(), live.cameras.get()
    alert = make_alert(live, entry=entry, similarity=0.65)

    authorise(live, threshold=0.7)

    assert raising.raise_alert(live, camera, new_alert(entry, similarity=0.65)) is None
    authorise(live, camera_ids=[make_camera().pk])
    assert raising.raise_alert(live, camera, new_alert(entry, similarity=0.9)) is None
    alert.refresh_from_db()
    assert (alert.sighting_count, Alert.objects.count()) == (1, 1)
