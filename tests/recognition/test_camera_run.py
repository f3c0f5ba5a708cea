"""One camera from its lease to its last report, with scripted parts on a real database."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from django.db import OperationalError, connection
from pytest_django.fixtures import Settings

from alerts.models import Alert
from deployments import image_store, lifecycle, watchlist
from deployments.enums import Status
from deployments.models import Deployment, StoredImage, WatchlistEntry
from recognition import authority, camera_run, leases
from recognition.factory import ModelSet
from recognition.models import CameraRun
from recognition.models.camera_run import RunState
from recognition.weights import MissingWeights
from tests.factories import Cast, make_cast, make_deployment, make_entry
from tests.recognition.scripted_cameras import (
    ScriptedCamera,
    scripted_models,
    street_with,
    template_of,
)

pytestmark = pytest.mark.django_db(transaction=True)
SECOND = 1.0
LIMIT_S = 20.0
WALKER, STRANGER = 3, 5


@pytest.fixture
def live(recognition_worker: None) -> Deployment:
    make_cast()
    return make_deployment(status=Status.LIVE, threshold=0.9)


@pytest.fixture
def sought(live: Deployment) -> WatchlistEntry:
    return make_entry(live, embedding=template_of(WALKER))


@pytest.fixture
def camera(monkeypatch: pytest.MonkeyPatch) -> ScriptedCamera:
    """The one sought and a stranger beside them, before scripted models."""
    models = scripted_models(WALKER, STRANGER)
    scripted = ScriptedCamera(street_with(WALKER, STRANGER))
    monkeypatch.setattr(camera_run, "build_models", lambda _: models)
    monkeypatch.setattr(camera_run, "open_reader", lambda *_, **__: scripted)
    return scripted


@contextmanager
def running(live: Deployment) -> Iterator[threading.Thread]:
    """The camera task in a thread of its own, as in a worker."""

    def run() -> None:
        try:
            camera_run.run_camera(live.pk, live.cameras.get().pk)
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


def _until(condition: Callable[[], bool]) -> None:
    pause = threading.Event()
    for _ in range(int(LIMIT_S / 0.02)):
        if condition():
            return
        pause.wait(0.02)
    raise AssertionError("it never came to be")


def _run_of(live: Deployment) -> CameraRun:
    return CameraRun.objects.get(deployment=live)


def test_the_one_sought_raises_one_alert_and_the_stranger_none(
    live: Deployment, sought: WatchlistEntry, camera: ScriptedCamera
):
    with running(live):
        _until(lambda: Alert.objects.filter(sighting_count__gte=2).exists() or camera.given > 60)
        lifecycle.end(live, by=None, reason="Over.")

    (alert,) = Alert.objects.all()
    assert alert.entry == sought
    assert (alert.threshold, alert.profile) == (0.9, "embedded")
    assert alert.similarity == pytest.approx(1.0)
    assert alert.probe is not None
    assert image_store.read(alert.probe)[:2] == b"\xff\xd8"


def test_it_reports_what_it_sees_and_gives_its_lease_back(
    live: Deployment, sought: WatchlistEntry, camera: ScriptedCamera
):
    with running(live) as thread:
        _until(lambda: CameraRun.objects.filter(state=RunState.LIVE).exists())
        assert _run_of(live).token is not None
        lifecycle.end(live, by=None, reason="Over.")
        thread.join(LIMIT_S)

    run = _run_of(live)
    assert (run.state, run.token, run.lease_until) == (RunState.IDLE, None, None)
    assert 0 < run.frame_count <= camera.given
    assert run.faces_seen == 2
    assert run.profile_version == "embedded-1"
    assert run.stopped_at is not None


STOPS: dict[str, Callable[[Deployment], object]] = {
    "suspended": lambda d: lifecycle.suspend(d, by=None, reason="Rain."),
    "ended": lambda d: lifecycle.end(d, by=None, reason="Over."),
    "past its window": lambda d: lifecycle.end_expired(now=d.ends_at),
    "lost its lease": lambda d: CameraRun.objects.filter(deployment=d).update(token=None),
    "its worker stops": lambda _: authority.stop_all(),
}


@pytest.mark.parametrize("stop", STOPS.values(), ids=STOPS)
def test_it_stops_within_a_second(
    live: Deployment,
    sought: WatchlistEntry,
    camera: ScriptedCamera,
    stop: Callable[[Deployment], object],
    monkeypatch: pytest.MonkeyPatch,
):
    monkeypatch.setattr(camera_run, "REPORT_EVERY_S", 0.2)
    with running(live):
        assert camera.began.wait(LIMIT_S)
        _until(lambda: camera.given > 3)
        stop(live)
        assert camera.ended.wait(SECOND)


def test_it_stops_within_a_second_when_the_database_is_gone(
    live: Deployment,
    sought: WatchlistEntry,
    camera: ScriptedCamera,
    monkeypatch: pytest.MonkeyPatch,
):
    reachable = authority.ask
    gone = threading.Event()

    def ask(deployment_id: int) -> authority.Answer:
        if gone.is_set():
            raise OperationalError("the server closed the connection unexpectedly")
        return reachable(deployment_id)

    monkeypatch.setattr(authority.AuthorityWatch.__init__, "__kwdefaults__", {"question": ask})
    with running(live):
        assert camera.began.wait(LIMIT_S)
        gone.set()
        assert camera.ended.wait(SECOND + authority.POLL_S)


def test_a_person_withdrawn_while_it_runs_is_not_alerted_again(
    live: Deployment, sought: WatchlistEntry, camera: ScriptedCamera, settings: Settings
):
    settings.ALERT_MERGE_S = 1
    cast = make_cast()
    with running(live):
        _until(Alert.objects.exists)
        watchlist.withdraw_entry(sought, by=cast.watchlist_manager, reason="Found.")
        count, given = Alert.objects.count(), camera.given
        _until(lambda: camera.given > given + 20)
        assert Alert.objects.count() == count
    assert not StoredImage.objects.filter(kind__in=("probe", "context")).exists()


def test_a_person_added_while_it_runs_is_found_in_a_mirrored_gallery_too(
    live: Deployment, camera: ScriptedCamera, settings: Settings
):
    settings.GALLERY = "memory"
    with running(live):
        _until(lambda: camera.given > 3)
        assert not Alert.objects.exists()
        sought = make_entry(live, embedding=template_of(WALKER))
        _until(lambda: Alert.objects.filter(entry=sought).exists())


@pytest.mark.parametrize("status", [Status.READY, Status.SUSPENDED, Status.ENDED])
def test_no_camera_is_opened_without_a_live_authority(
    camera: ScriptedCamera, status: Status, cast: Cast
):
    deployment = make_deployment(status=status)

    camera_run.run_camera(deployment.pk, deployment.cameras.get().pk)

    assert not camera.began.is_set()
    assert _run_of(deployment).token is None


def test_a_task_delivered_twice_finds_the_lease_taken(
    live: Deployment, sought: WatchlistEntry, camera: ScriptedCamera
):
    assert leases.take(live.pk, live.cameras.get().pk) is not None

    camera_run.run_camera(live.pk, live.cameras.get().pk)

    assert not camera.began.is_set()


def test_a_failure_is_told_without_what_was_in_the_picture(
    live: Deployment,
    sought: WatchlistEntry,
    camera: ScriptedCamera,
    caplog: pytest.LogCaptureFixture,
    capsys: pytest.CaptureFixture[str],
):
    camera.fails_with = ValueError("face at [0.1234, 0.5678]")

    camera_run.run_camera(live.pk, live.cameras.get().pk)

    run = _run_of(live)
    assert (run.state, run.state_words) == (RunState.FAILED, "Recognition stopped: ValueError.")
    assert run.token is None
    written = capsys.readouterr()
    assert "0.1234" not in caplog.text + written.out + written.err


def test_a_run_that_cannot_be_built_gives_its_lease_back(
    live: Deployment, camera: ScriptedCamera, monkeypatch: pytest.MonkeyPatch
):
    def fails(*_: object, **__: object) -> None:
        raise ValueError("no such address")

    monkeypatch.setattr(camera_run, "open_reader", fails)

    camera_run.run_camera(live.pk, live.cameras.get().pk)

    run = _run_of(live)
    assert (run.state, run.token) == (RunState.FAILED, None)
    assert leases.take(live.pk, live.cameras.get().pk) is not None


def test_missing_weights_are_told_in_words(
    live: Deployment, camera: ScriptedCamera, monkeypatch: pytest.MonkeyPatch
):
    def missing(_: object) -> ModelSet:
        raise MissingWeights("yunet.onnx is not installed.")

    monkeypatch.setattr(camera_run, "build_models", missing)

    camera_run.run_camera(live.pk, live.cameras.get().pk)

    assert _run_of(live).state_words == "yunet.onnx is not installed."


def test_counts_go_on_where_an_earlier_run_stopped(
    live: Deployment, sought: WatchlistEntry, camera: ScriptedCamera
):
    CameraRun.objects.filter(deployment=live).update(frame_count=1000, faces_seen=40)
    with running(live):
        _until(lambda: camera.given > 5)

    run = _run_of(live)
    assert 1000 < run.frame_count <= 1000 + camera.given
    assert run.faces_seen == 42
