"""From the capture of a picture to the alert that is committed: real camera runs in threads, on
the synthetic street, against 20,000 strangers and the demo's twenty."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest import mock

from django.conf import settings
from django.db import connection

from alerts.models import Alert
from alerts.raising import NewAlert, raise_alert
from deployments.enums import Status
from deployments.models import Camera, Deployment
from recognition import camera_run
from recognition.bench.options import Options
from recognition.bench.scene import add_strangers, authorised, ended, portraits, started
from recognition.bench.timing import percentiles
from recognition.enrolling import enrol
from recognition.factory import build_models, load_profile
from recognition.models import CameraRun

WATCHLIST = 20_000
CAMERAS = (1, 4)
# Faster than any camera: as good as no limit.
UNLIMITED_FPS = 1_000


def measure(options: Options) -> dict[str, Any]:
    build_models(load_profile("embedded"))
    seconds = options.chosen(20, 120)
    capped = {str(count): _run(count, settings.MAX_FPS, seconds) for count in CAMERAS}
    free = {str(count): _run(count, UNLIMITED_FPS, seconds) for count in CAMERAS}
    return {
        "latency_ms": {count: run["latency"] for count, run in capped.items()},
        "latency_unlimited_ms": {count: run["latency"] for count, run in free.items()},
        "cameras_fps": {count: run["fps"] for count, run in capped.items()},
        "cameras_fps_unlimited": {count: run["fps"] for count, run in free.items()},
        "max_fps": settings.MAX_FPS,
    }


def _run(cameras: int, max_fps: int, seconds: float) -> dict[str, Any]:
    with _timed() as latencies:
        deployment = run_cameras(cameras, max_fps, seconds)
    frames = CameraRun.objects.filter(deployment=deployment).values_list("frame_count", flat=True)
    return {
        "latency": percentiles(latencies),
        "fps": [round(count / seconds, 1) for count in frames],
    }


def run_cameras(cameras: int, max_fps: int, seconds: float) -> Deployment:
    """A live deployment for so long, from its watchlist to its end."""
    with cameras_running(cameras, max_fps) as deployment:
        _wait(seconds)
    return deployment


@contextmanager
def cameras_running(cameras: int, max_fps: int) -> Iterator[Deployment]:
    deployment = authorised(f"{cameras} cameras at {max_fps}", cameras=cameras)
    for entry in portraits(deployment):
        enrol(entry.pk)
    add_strangers(deployment, WATCHLIST)
    _wait(1.5)  # until its window opens
    with mock.patch.object(settings, "MAX_FPS", max_fps):
        deployment = started(deployment)
        threads = [_thread(deployment, camera) for camera in deployment.cameras.all()]
        try:
            yield deployment
        finally:
            ended(deployment)
            for thread in threads:
                thread.join(30)


@contextmanager
def _timed() -> Iterator[list[float]]:
    """The seconds from each sighting's capture to the return of the function that commits it."""
    latencies: list[float] = []

    def timed(
        deployment: Deployment, camera: Camera, new: NewAlert, *, continues: int | None
    ) -> Alert | None:
        alert = raise_alert(deployment, camera, new, continues=continues)
        if alert is not None:
            latencies.append(time.time() - new.captured_at.timestamp())
        return alert

    with mock.patch.object(camera_run, "raise_alert", timed):
        yield latencies


def _thread(deployment: Deployment, camera: Camera) -> threading.Thread:
    def run() -> None:
        """Where a busy machine lets the authority lapse, a run begins anew, as a worker's would."""
        try:
            while Deployment.objects.filter(pk=deployment.pk, status=Status.LIVE).exists():
                camera_run.run_camera(deployment.pk, camera.pk)
                _wait(0.2)
        finally:
            connection.close()

    thread = threading.Thread(target=run, name=f"camera-{camera.pk}")
    thread.start()
    return thread


def _wait(seconds: float) -> None:
    threading.Event().wait(seconds)
