"""Two real workers on one broker: what a killed one leaves behind, the other takes."""

import os
import sys
import threading
import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from celery import current_app
from django.db import connection
from django.utils import timezone

from deployments import lifecycle
from deployments.enums import Status
from deployments.models import Deployment
from lfr_site.child_process import kill_group, start_child, stop_child, tail
from recognition import control
from recognition.models import CameraRun
from recognition.models.camera_run import RunState
from tests.conftest import ROOT
from tests.factories import (
    make_camera,
    make_cast,
    make_deployment,
    recognition_worker_answers,
)

pytestmark = [pytest.mark.model, pytest.mark.django_db(transaction=True)]

PROMISE = timedelta(seconds=5)
STARTS_WITHIN_S = 240.0  # models are loaded and compiled, on whatever else the machine does
STREET = ROOT / "recognition" / "demo_assets" / "street.mp4"


class Worker:
    """A recognition worker as it is run on a site, on this test's database."""

    def __init__(self, name: str, folder: Path) -> None:
        self.log = folder / f"{name}.log"
        with self.log.open("wb") as output:
            self.process = start_child(
                [
                    *(sys.executable, "-m", "celery", "--app", "lfr_site", "worker"),
                    *("--queues", "recognition", "--pool", "threads", "--concurrency", "4"),
                    *("--hostname", f"recognition@{name}", "--without-mingle"),
                    *("--without-gossip", "--loglevel", "INFO"),
                ],
                output=output,
                environment=os.environ | {"LFR_DATABASE_URL": _database(), "LFR_DEMO": "1"},
                folder=ROOT,
            )

    def has_said(self, words: str) -> bool:
        return words in self.log.read_text(errors="replace")


def _database() -> str:
    address, _, query = os.environ["LFR_DATABASE_URL"].partition("?")
    return f"{address.rpartition('/')[0]}/{connection.settings_dict['NAME']}?{query}"


@pytest.fixture
def live(transactional_db: None) -> Deployment:
    make_cast()
    cameras = [make_camera(source=f"file:{STREET}", loop=True) for _ in range(2)]
    with recognition_worker_answers():
        return make_deployment(status=Status.LIVE, cameras=cameras)


@pytest.fixture
def workers(live: Deployment, tmp_path: Path) -> Iterator[tuple[Worker, Worker]]:
    """Both are ready, and nothing that was sent before waits for them: no entry of the factory's is
    enrolled from its picture of nobody. The second takes no task until it is told to."""
    with current_app.connection_for_write() as broker:
        broker.default_channel.queue_purge("recognition")  # type: ignore[attr-defined]
    one, other = Worker("one", tmp_path), Worker("other", tmp_path)
    try:
        _until(lambda: one.has_said("ready.") and other.has_said("ready."), one, other)
        current_app.control.cancel_consumer(
            "recognition", destination=["recognition@other"], reply=True, timeout=30
        )
        yield one, other
    finally:
        for worker in (one, other):
            stop_child(worker.process, grace_s=20.0)
            kill_group(worker.process)


def _until(condition: Callable[[], bool], *workers: Worker) -> None:
    ends = time.monotonic() + STARTS_WITHIN_S
    pause = threading.Event()
    while time.monotonic() < ends:
        if condition():
            return
        for worker in workers:
            assert worker.process.poll() is None, tail(worker.log)
        pause.wait(0.1)
    raise AssertionError("\n".join(tail(worker.log) for worker in workers))


class Beat:
    """What the general worker does every second: ask for what should run and does not."""

    def __init__(self, deployment: Deployment) -> None:
        self.deployment = deployment
        self._last = float("-inf")

    def all_run(self, *, since: datetime) -> bool:
        if time.monotonic() - self._last >= 1.0:
            self._last = time.monotonic()
            control.reconcile()
        runs = CameraRun.objects.filter(
            deployment=self.deployment, state=RunState.LIVE, started_at__gt=since
        )
        return runs.count() == self.deployment.cameras.count()


def test_a_killed_workers_cameras_run_on_the_other_within_five_seconds(
    workers: tuple[Worker, Worker], live: Deployment
):
    one, other = workers
    beat = Beat(live)
    _until(lambda: beat.all_run(since=live.starts_at), one, other)
    current_app.control.add_consumer(
        "recognition", destination=["recognition@other"], reply=True, timeout=30
    )

    kill_group(one.process)
    one.process.wait()
    died_at = timezone.now()
    _until(lambda: beat.all_run(since=died_at), other)

    taken_at = [run.started_at for run in CameraRun.objects.filter(deployment=live)]
    assert max(moment for moment in taken_at if moment) - died_at < PROMISE
    lifecycle.end(live, by=None, reason="Over.")
    _until(lambda: not CameraRun.objects.exclude(token=None).exists(), other)
