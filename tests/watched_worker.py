"""A recognition worker, started as `python -m tests.watched_worker` in place of `celery`, that
tells a test which faces matched nobody, so that the test knows what to look for.

It tells it through a socket and keeps nothing. The product has no such hook to be switched on: this
program puts it around the worker's pipelines before it becomes Celery's own main program."""

import itertools
import os
import sys
import threading
import time
import weakref
from collections.abc import Sequence
from dataclasses import dataclass
from multiprocessing.connection import Client, Connection
from typing import Any

import numpy as np
from celery.__main__ import main
from celery.signals import worker_init

ADDRESS = "WATCHED_WORKER_TELLS"


@dataclass(frozen=True, slots=True)
class Passer:
    """A face that was compared with the watchlist. `longest_life_s` is that of every crop and
    embedding that is gone by now, or still there, since it came to exist."""

    is_match: bool
    embedding: np.ndarray
    chip: np.ndarray
    crop: np.ndarray
    longest_life_s: float


class Lives:
    """How long crops and embeddings stay in memory, by weak references."""

    def __init__(self) -> None:
        self._longest_s = 0.0
        self._alive: dict[int, tuple[weakref.ref[np.ndarray], float]] = {}
        self._numbers = itertools.count()

    def begin(self, array: np.ndarray) -> None:
        number = next(self._numbers)
        reference = weakref.ref(array, lambda _: self._end(number))
        self._alive[number] = reference, time.monotonic()

    def longest_s(self) -> float:
        now = time.monotonic()
        return max([self._longest_s, *(now - began for _, began in list(self._alive.values()))])

    def _end(self, number: int) -> None:
        _, began = self._alive.pop(number)
        self._longest_s = max(self._longest_s, time.monotonic() - began)


class Watch:
    """Around one camera's pipeline; called from its thread only."""

    def __init__(self, test: Connection, telling: threading.Lock) -> None:
        self._test, self._telling = test, telling
        self._lives = Lives()
        self._held: list[np.ndarray] = []
        self._next = 0

    def on_biometric(self, array: np.ndarray) -> None:
        """First the chips of a frame, then their embeddings."""
        self._lives.begin(array)
        self._held = [*self._held[-1:], array]
        self._next = 0

    def judged(self, decided: Any) -> Any:
        from recognition.geometry import pixels

        def tell(frame: Any, track: Any, quality: Any, found: Sequence[Any], tracks: Any) -> Any:
            sighting = decided(frame, track, quality, found, tracks)
            chips, embeddings = self._held
            passer = Passer(
                is_match=sighting is not None,
                embedding=embeddings[self._next].copy(),
                chip=chips[self._next].copy(),
                crop=frame.image[pixels(track.face.box, frame.image)].copy(),
                longest_life_s=self._lives.longest_s(),
            )
            self._next += 1
            if self._next == len(embeddings):
                self._held = []
            del chips, embeddings
            with self._telling:
                self._test.send(passer)
            return sighting

        return tell


def watch(**_: Any) -> None:
    from recognition import camera_run, factory

    test, telling = Client(os.environ[ADDRESS]), threading.Lock()

    def build_watched(*arguments: Any, **named: Any) -> Any:
        around = Watch(test, telling)
        pipeline = factory.build_pipeline(*arguments, **named, on_biometric=around.on_biometric)
        setattr(pipeline, "_decided", around.judged(pipeline._decided))  # noqa: B010
        return pipeline

    setattr(camera_run, "build_pipeline", build_watched)  # noqa: B010


def start() -> None:
    worker_init.connect(watch)
    sys.argv[0] = "celery"
    sys.exit(main())


if __name__ == "__main__":
    from tests import watched_worker  # its classes by the name that the test knows them by

    watched_worker.start()
