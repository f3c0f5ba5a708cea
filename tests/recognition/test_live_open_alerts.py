"""Watching a camera live shows nobody but who has an open alert at this camera."""

import time
from typing import Any

import pytest
from pytest_django.fixtures import Settings

from alerts import lifecycle
from alerts.enums import AlertStatus, DismissalReason
from alerts.models import Alert
from alerts.queries import people_of_open_alerts
from alerts.raising import raise_alert
from deployments import purge
from deployments.enums import Status
from recognition import camera_run, live_server
from recognition.live_tap import LiveTap
from recognition.types import Box, Image
from tests.factories import Cast, make_alert, make_camera, make_cast, make_deployment, make_entry
from tests.recognition.running import running, until
from tests.recognition.scripted_cameras import (
    FACE_PX,
    ScriptedCamera,
    scripted_models,
    street_with,
    template_of,
)
from tests.recognition.test_live_tap import decoded, flat_share

WALKER, STRANGER = 3, 5
WALKERS_FACE = Box(40.0, 80.0, FACE_PX, FACE_PX)
STRANGERS_FACE = Box(240.0, 80.0, FACE_PX, FACE_PX)
IS_HIDDEN, IS_SHOWN = 0.7, 0.2


def test_everybody_is_hidden_until_it_is_known_whose_alerts_are_open() -> None:
    now = [0.0]
    tap = LiveTap(clock=lambda: now[0])
    assert not tap.may_show({WALKER})

    tap.take(timeout_s=0.0)
    tap.show_only(frozenset({WALKER}))
    assert tap.may_show({WALKER, STRANGER})
    assert not tap.may_show({STRANGER})
    assert not tap.may_show(set())

    now[0] += 2.1
    assert not tap.wants()
    assert not tap.may_show({WALKER}), "what was known before nobody watched is old"


@pytest.mark.django_db
def test_an_alert_that_is_over_and_one_of_another_camera_show_nobody(cast: Cast) -> None:
    cameras = [make_camera(), make_camera()]
    live = make_deployment(status=Status.LIVE, cameras=cameras)
    here, over = make_entry(live), make_entry(live)
    make_alert(live, entry=here, camera=cameras[0])
    make_alert(live, entry=over, camera=cameras[0], status=AlertStatus.DISMISSED)

    assert people_of_open_alerts(live, cameras[0]) == {here.pk}
    assert people_of_open_alerts(live, cameras[1]) == set()


@pytest.mark.django_db(transaction=True)
def test_a_face_is_hidden_within_a_second_of_its_dismissal(
    monkeypatch: pytest.MonkeyPatch, recognition_worker: None
) -> None:
    """The track goes on: only the database knows that the alert is over."""
    people = make_cast()
    live = make_deployment(status=Status.LIVE, threshold=0.9)
    make_entry(live, embedding=template_of(WALKER))
    models, camera = (
        scripted_models(WALKER, STRANGER),
        ScriptedCamera(street_with(WALKER, STRANGER)),
    )
    monkeypatch.setattr(camera_run, "build_models", lambda _: models)
    monkeypatch.setattr(camera_run, "open_reader", lambda *_, **__: camera)

    with running(live):
        until(lambda: Alert.objects.exists() and bool(live_server._taps))
        ((_, tap),) = live_server._taps.values()
        until(lambda: flat_share(_seen(tap), WALKERS_FACE) < IS_SHOWN)
        assert flat_share(_seen(tap), STRANGERS_FACE) > IS_HIDDEN
        alert = Alert.objects.get()
        lifecycle.claim(alert, by=people.alice)
        lifecycle.dismiss(alert, by=people.alice, reason=DismissalReason.DIFFERENT_AGE)
        dismissed_at = time.monotonic()

        until(lambda: flat_share(_seen(tap), WALKERS_FACE) > IS_HIDDEN)
        assert time.monotonic() - dismissed_at < 1.0
        assert flat_share(_seen(tap), STRANGERS_FACE) > IS_HIDDEN


@pytest.mark.django_db(transaction=True)
def test_a_track_whose_alert_was_dismissed_raises_no_other(
    monkeypatch: pytest.MonkeyPatch, recognition_worker: None, settings: Settings
) -> None:
    settings.UNDO_S = 0
    people = make_cast()
    live = make_deployment(status=Status.LIVE, threshold=0.9)
    make_entry(live, embedding=template_of(WALKER))
    camera = ScriptedCamera(street_with(WALKER))
    answers = _answers_to_sightings(monkeypatch)
    monkeypatch.setattr(camera_run, "build_models", lambda _: scripted_models(WALKER))
    monkeypatch.setattr(camera_run, "open_reader", lambda *_, **__: camera)

    with running(live):
        until(Alert.objects.exists)
        alert = Alert.objects.get()
        lifecycle.claim(alert, by=people.alice)
        lifecycle.dismiss(alert, by=people.alice, reason=DismissalReason.DIFFERENT_AGE)
        purge.purge()
        assert Alert.objects.get().is_erased
        told = len(answers)
        until(lambda: len(answers) > told + 1)

    assert answers[told + 1 :] == [None] * len(answers[told + 1 :])
    assert list(Alert.objects.values_list("pk", flat=True)) == [alert.pk]


def _answers_to_sightings(monkeypatch: pytest.MonkeyPatch) -> list[Alert | None]:
    """What the database made of each sighting that the camera's run reported."""
    answers: list[Alert | None] = []

    def heard(*of: Any, **more: Any) -> Alert | None:
        answers.append(raise_alert(*of, **more))
        return answers[-1]

    monkeypatch.setattr(camera_run, "raise_alert", heard)
    return answers


def _seen(tap: LiveTap) -> Image:
    return decoded(tap.take(timeout_s=5.0))
