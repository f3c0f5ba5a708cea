"""Looks at cameras before the start: on an authority, in its window, and never otherwise (I1)."""

import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
from celery import current_app
from django.db import connection
from django.utils import timezone

from deployments import lifecycle
from deployments.enums import Status
from deployments.models import Deployment
from recognition import camera_checks
from recognition.models import CameraCheck
from recognition.models.camera_check import LOOKED_AT_WHILE
from tests.concurrency import LIMIT_S
from tests.factories import (
    Cast,
    make_camera,
    make_cast,
    make_deployment,
    recognition_worker_answers,
)
from tests.recognition.moving_pictures import write_video
from tests.recognition.scripted_cameras import ScriptedCamera, street_with
from tests.recognition.test_camera_look import scenes
from tests.tampering import force_status, refusal_of, triggers_disabled


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[list[Any]]:
    """What would have gone to a worker."""
    tasks: list[list[Any]] = []

    def send_task(name: str, *, args: list[Any], queue: str) -> None:
        if name == camera_checks.CHECK_CAMERA:
            assert queue == "recognition"
            tasks.append(args)

    monkeypatch.setattr(current_app, "send_task", send_task)
    return tasks


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Sources that were opened. What is opened here shows a street."""
    sources: list[str] = []

    class Camera(ScriptedCamera):
        def frames(self, *args: Any) -> Iterator[Any]:
            sources.append("read")
            return super().frames(*args)

    monkeypatch.setattr(camera_checks, "open_reader", lambda *_, **__: Camera(street_with(1)))
    monkeypatch.setattr(camera_checks, "LOOK_S", 0.4)
    return sources


def _ready(**changes: Any) -> Deployment:
    """Not looked at yet."""
    deployment = make_deployment(status=Status.READY, **changes)
    CameraCheck.objects.filter(deployment=deployment).delete()
    return deployment


def _window(deployment: Deployment, *, starts: timedelta, ends: timedelta) -> Deployment:
    now = timezone.now()
    with triggers_disabled("deployments_deployment"):
        Deployment.objects.filter(pk=deployment.pk).update(
            starts_at=now + starts, ends_at=now + ends
        )
    deployment.refresh_from_db()
    return deployment


@pytest.mark.django_db(transaction=True)
def test_a_real_file_is_looked_at_and_numbers_are_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    make_cast()
    monkeypatch.setattr(camera_checks, "LOOK_S", 1.0)
    path = write_video(tmp_path / "street.mp4", scenes())
    with recognition_worker_answers():
        ready = _ready(cameras=[make_camera(source=f"file:{path}", loop=True)])
    CameraCheck.objects.create(deployment=ready, camera=ready.cameras.get())

    camera_checks.check_camera(ready.pk, ready.cameras.get().pk)

    check = CameraCheck.objects.get(deployment=ready)
    assert (check.passed, check.words) == (True, "")
    assert check.frames_per_s > 15
    assert check.sharpness > 0.004
    assert check.checked_at is not None
    assert check.clock_ahead_s == pytest.approx(0, abs=1)


@pytest.mark.django_db(transaction=True)
def test_a_fault_of_the_reader_is_words_not_a_crash(monkeypatch: pytest.MonkeyPatch):
    make_cast()
    ready = _ready()
    broken = ScriptedCamera(street_with(1), fails_with=ValueError("array([1, 2])"))
    monkeypatch.setattr(camera_checks, "open_reader", lambda *_, **__: broken)
    CameraCheck.objects.create(deployment=ready, camera=ready.cameras.get())

    camera_checks.check_camera(ready.pk, ready.cameras.get().pk)

    check = CameraCheck.objects.get(deployment=ready)
    assert not check.passed
    assert "ValueError" in check.words
    assert "array" not in check.words


@pytest.mark.parametrize("status", sorted(set(Status) - set(LOOKED_AT_WHILE)))
def test_i1_no_camera_is_opened_in_another_state(
    cast: Cast, opened: list[str], sent: list[list[Any]], status: Status
):
    ready = force_status(_ready(), status)
    CameraCheck.objects.create(deployment=ready, camera=ready.cameras.get())

    camera_checks.check_camera(ready.pk, ready.cameras.get().pk)

    assert camera_checks.request(ready, at_once=True) == 0
    assert opened == []
    assert CameraCheck.objects.get(deployment=ready).checked_at is None


@pytest.mark.parametrize(("starts_s", "ends_s"), [(1, 60), (-60, 0), (-60, -1)])
def test_i1_no_camera_is_opened_outside_the_window(
    cast: Cast, opened: list[str], sent: list[list[Any]], starts_s: int, ends_s: int
):
    ready = _window(_ready(), starts=timedelta(seconds=starts_s), ends=timedelta(seconds=ends_s))
    CameraCheck.objects.create(deployment=ready, camera=ready.cameras.get())

    camera_checks.check_camera(ready.pk, ready.cameras.get().pk)

    assert camera_checks.request(ready, at_once=True) == 0
    assert camera_checks.request_due() == 0
    assert opened == []


def test_i1_no_camera_of_another_deployment_is_opened(cast: Cast, opened: list[str]):
    ready, other = _ready(), _ready()

    camera_checks.check_camera(ready.pk, other.cameras.get().pk)

    assert opened == []


@pytest.mark.django_db(transaction=True)
def test_i1_a_look_ends_within_a_second_of_a_cancellation(monkeypatch: pytest.MonkeyPatch):
    cast = make_cast()
    with recognition_worker_answers():
        ready = _ready()
    CameraCheck.objects.create(deployment=ready, camera=ready.cameras.get())
    camera = ScriptedCamera(street_with(1))
    monkeypatch.setattr(camera_checks, "open_reader", lambda *_, **__: camera)
    monkeypatch.setattr(camera_checks, "LOOK_S", 60.0)

    def run() -> None:
        camera_checks.check_camera(ready.pk, ready.cameras.get().pk)
        connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    assert camera.began.wait(LIMIT_S)

    lifecycle.cancel(ready, by=cast.authorising_officer, reason="Called off.")

    assert camera.ended.wait(1.0)
    thread.join(LIMIT_S)
    assert CameraCheck.objects.get(deployment=ready).checked_at is None


def test_i1_the_database_takes_no_result_outside_an_authority(cast: Cast, app_role: None):
    now = "UPDATE recognition_cameracheck SET checked_at = now() WHERE deployment_id = %s"
    ready = make_deployment(status=Status.READY)
    live = make_deployment(status=Status.LIVE)
    foreign = (
        "INSERT INTO recognition_cameracheck (deployment_id, camera_id, checked_at, passed, words,"
        " frames_per_s, sharpness, brightness, is_frozen, worker)"
        " VALUES (%s, %s, now(), true, '', 25, 1, 100, false, '')"
    )

    assert refusal_of(now, ready.pk) == ""
    assert "authorised window" in refusal_of(now, live.pk)
    assert "authorised window" in refusal_of(foreign, ready.pk, make_camera().pk)


def test_every_camera_is_asked_for_once_and_again_when_its_evidence_ages(
    cast: Cast, sent: list[list[Any]]
):
    ready = _ready(cameras=[make_camera(), make_camera()])

    assert camera_checks.request_due() == 2
    assert camera_checks.request_due() == 0
    assert camera_checks.request(ready, at_once=True) == 0, "they are being looked at"

    now = timezone.now()
    CameraCheck.objects.update(checked_at=now, passed=True)
    assert camera_checks.request_due() == 0
    assert camera_checks.request(ready, at_once=True) == 2, "a person asks"


@pytest.mark.parametrize(
    ("passed", "age", "asked"),
    [
        (True, timedelta(minutes=3), 0),
        (True, timedelta(minutes=5), 1),
        (False, timedelta(seconds=10), 0),
        (False, timedelta(seconds=40), 1),
    ],
)
def test_good_evidence_is_renewed_before_it_is_too_old_and_a_failure_soon(
    cast: Cast, sent: list[list[Any]], passed: bool, age: timedelta, asked: int
):
    ready = _ready()
    at = timezone.now() - age
    CameraCheck.objects.create(deployment=ready, camera=ready.cameras.get())
    with triggers_disabled("recognition_cameracheck"):
        CameraCheck.objects.update(requested_at=at, checked_at=at, passed=passed)

    assert camera_checks.request_due() == asked


def test_a_request_that_was_lost_is_made_again(cast: Cast, sent: list[list[Any]]):
    _ready()
    assert camera_checks.request_due() == 1

    CameraCheck.objects.update(requested_at=timezone.now() - camera_checks.LOST_AFTER * 2)

    assert camera_checks.request_due() == 1


def test_made_ready_in_its_window_the_cameras_are_looked_at_by_themselves(
    cast: Cast,
    sent: list[list[Any]],
    django_capture_on_commit_callbacks: Any,
    recognition_worker: None,
):
    ready = _ready()
    lifecycle.reopen_watchlist(ready, by=cast.watchlist_manager)
    sent.clear()

    with django_capture_on_commit_callbacks(execute=True):
        lifecycle.make_ready(ready, by=cast.watchlist_manager)

    assert sent == [[ready.pk, ready.cameras.get().pk]]


@pytest.mark.django_db(transaction=True)
def test_nothing_is_detected_recognised_or_stored(opened: list[str]):
    make_cast()
    ready = _ready()
    CameraCheck.objects.create(deployment=ready, camera=ready.cameras.get())

    with (
        mock.patch("recognition.factory.build_models") as build_models,
        mock.patch("deployments.image_store.put") as put,
    ):
        camera_checks.check_camera(ready.pk, ready.cameras.get().pk)

    assert opened == ["read"]
    build_models.assert_not_called()
    put.assert_not_called()
