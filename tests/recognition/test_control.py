"""Desired cameras against running ones."""

from datetime import timedelta
from typing import Any
from unittest import mock

import pytest
from celery import current_app
from django.core.cache import cache
from django.utils import timezone

from deployments.enums import Status
from deployments.models import Deployment, WatchlistEntry
from recognition import control, leases
from recognition.models import CameraRun
from recognition.models.camera_run import RunState
from recognition.start_checks.workers import worker_check
from tests.factories import Cast, make_camera, make_deployment, make_entry
from tests.tampering import force_status, run_sql


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, list[Any]]]:
    """Tasks that would have gone to a worker."""
    tasks: list[tuple[str, list[Any]]] = []

    def send_task(name: str, *, args: list[Any], queue: str) -> None:
        assert queue == "recognition"
        tasks.append((name, args))

    monkeypatch.setattr(current_app, "send_task", send_task)
    return tasks


@pytest.fixture(autouse=True)
def _nobody_was_asked(db: None) -> None:
    cache.clear()


def _live() -> Deployment:
    return make_deployment(status=Status.LIVE, cameras=[make_camera(), make_camera()])


def test_every_camera_of_a_live_deployment_is_asked_for_once(
    cast: Cast, sent: list[tuple[str, list[Any]]]
):
    live = _live()
    sent.clear()

    assert control.reconcile() == 2
    assert control.reconcile() == 0

    cameras = set(live.cameras.values_list("pk", flat=True))
    assert sent == [(control.RUN_CAMERA, [live.pk, camera]) for camera in sorted(cameras)]


@pytest.mark.parametrize("status", sorted(set(Status) - {Status.LIVE}))
def test_nothing_is_asked_for_otherwise(
    cast: Cast, sent: list[tuple[str, list[Any]]], status: Status
):
    live = force_status(_live(), status)
    sent.clear()

    assert control.reconcile() == 0
    assert not CameraRun.objects.filter(deployment=live).exists()


def test_nothing_is_asked_for_after_the_window(cast: Cast):
    live = _live()

    with mock.patch.object(timezone, "now", return_value=live.ends_at):
        assert control.reconcile() == 0


def test_a_camera_that_is_being_read_is_let_be_and_a_lost_one_asked_for_again(
    cast: Cast, sent: list[tuple[str, list[Any]]]
):
    live = make_deployment(status=Status.LIVE)
    camera = live.cameras.get().pk
    leases.take(live.pk, camera)
    assert control.reconcile() == 0

    CameraRun.objects.update(lease_until=timezone.now() - timedelta(seconds=1))

    assert control.reconcile() == 1


def test_a_task_that_nobody_takes_is_sent_again_after_a_while(
    cast: Cast, sent: list[tuple[str, list[Any]]]
):
    live = make_deployment(status=Status.LIVE)
    assert control.reconcile() == 1
    assert control.reconcile() == 0

    past = timezone.now() - control.ASK_AGAIN_AFTER - timedelta(seconds=1)
    CameraRun.objects.filter(deployment=live).update(requested_at=past)

    assert control.reconcile() == 1


def test_a_recording_that_was_played_to_its_end_is_not_started_again_until_resumed(
    cast: Cast, sent: list[tuple[str, list[Any]]], recognition_worker: None
):
    from deployments import lifecycle

    live = make_deployment(status=Status.LIVE)
    lease = leases.take(live.pk, live.cameras.get().pk)
    assert lease is not None
    lease.release(state=RunState.ENDED)
    assert control.reconcile() == 0

    lifecycle.suspend(live, by=cast.alice, reason="Rain.")
    lifecycle.resume(live, by=cast.alice)

    assert control.reconcile() == 1


def test_a_broker_that_is_gone_does_not_keep_a_deployment_from_its_status(
    cast: Cast,
    monkeypatch: pytest.MonkeyPatch,
    django_capture_on_commit_callbacks: Any,
    recognition_worker: None,
):
    from deployments import lifecycle

    ready = make_deployment(status=Status.READY)
    monkeypatch.setattr(current_app, "send_task", mock.Mock(side_effect=OSError("no broker")))

    with django_capture_on_commit_callbacks(execute=True):
        lifecycle.start(ready, by=cast.alice)

    ready.refresh_from_db()
    assert ready.status == Status.LIVE


def test_what_a_crash_of_the_database_emptied_is_asked_for_once(
    cast: Cast, sent: list[tuple[str, list[Any]]]
):
    ready = make_deployment(status=Status.READY, entries=3)
    over = make_deployment(status=Status.ENDED)
    for deployment in (ready, over):
        run_sql(f"TRUNCATE recognition_template_{deployment.pk}")
    sent.clear()

    assert control.rebuild_galleries() == 3
    assert control.rebuild_galleries() == 0

    ((_, (asked,)),) = sent
    assert sorted(asked) == sorted(ready.entries.values_list("pk", flat=True))


def test_what_a_crash_of_the_broker_forgot_is_asked_for_after_a_while(
    cast: Cast, sent: list[tuple[str, list[Any]]]
):
    ready = make_deployment(status=Status.AUTHORISED)
    entry = make_entry(ready, is_enrolled=False)
    assert control.rebuild_galleries() == 0

    WatchlistEntry.objects.update(added_at=timezone.now() - control.FORGOTTEN_AFTER * 2)

    assert control.rebuild_galleries() == 1
    assert ("recognition.enrol", [[entry.pk]]) in sent


def test_a_deployment_with_a_template_missing_does_not_start(cast: Cast, recognition_worker: None):
    from deployments import lifecycle

    ready = make_deployment(status=Status.READY)
    run_sql(f"TRUNCATE recognition_template_{ready.pk}")

    with pytest.raises(lifecycle.Refused, match="1 templates are being rebuilt"):
        lifecycle.start(ready, by=cast.alice)


def test_the_check_asks_for_a_recognition_worker(cast: Cast):
    live = make_deployment(status=Status.LIVE)
    with mock.patch.object(current_app.control, "broadcast", return_value=[]) as broadcast:
        assert not worker_check(live).passed
    assert broadcast.call_args.kwargs["pattern"] == "recognition@*"
    with mock.patch.object(current_app.control, "broadcast", return_value=[{"w": {"clock": 1.0}}]):
        assert worker_check(live).passed
