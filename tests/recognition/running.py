"""Camera tasks in threads of their own, as in a worker."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from django.db import connection

from deployments.models import Deployment
from recognition import authority, camera_run
from tests.concurrency import LIMIT_S


@contextmanager
def running(live: Deployment) -> Iterator[list[threading.Thread]]:
    """All cameras of a deployment; on the way out the worker stops and they end."""
    cameras = live.cameras.values_list("pk", flat=True)
    threads = [threading.Thread(target=_run, args=(live.pk, camera)) for camera in cameras]
    for thread in threads:
        thread.start()
    try:
        yield threads
    finally:
        authority.stop_all()
        for thread in threads:
            thread.join(LIMIT_S)
        authority._worker_stops.clear()
        assert not any(thread.is_alive() for thread in threads)


def until(condition: Callable[[], bool]) -> None:
    """Wait until it is so; fail after a time in which it should have come to be."""
    pause = threading.Event()
    for _ in range(int(LIMIT_S / 0.02)):
        if condition():
            return
        pause.wait(0.02)
    raise AssertionError("it never came to be")


def _run(deployment_id: int, camera_id: int) -> None:
    try:
        camera_run.run_camera(deployment_id, camera_id)
    finally:
        connection.close()
