"""How long a face is in memory, from the capture of its picture until nothing refers to it: weak
references, in the process of a real camera run on the synthetic street at the site's frame rate.

Everybody is counted, those who match among them: their pictures show passers-by too."""

from __future__ import annotations

import gc
import itertools
import time
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest import mock

import numpy as np
from django.conf import settings

from recognition import camera_run, factory
from recognition.bench.latency import run_cameras
from recognition.bench.options import Options
from recognition.factory import build_models, load_profile
from recognition.models import CameraRun
from recognition.protocols import KeepGoing, Reader, always
from recognition.types import Frame

WANTED_MS = 1000.0


class Lives:
    """Of one camera's pictures, and of the crops and embeddings made of them."""

    def __init__(self) -> None:
        self.ended: dict[str, list[float]] = {"pictures": [], "faces": []}
        self._alive: dict[int, tuple[weakref.ref[np.ndarray], str, float]] = {}
        self._numbers = itertools.count()
        self._captured_at = 0.0

    def picture(self, frame: Frame) -> None:
        self._captured_at = frame.captured_at
        self._begin(frame.image, "pictures")

    def face(self, array: np.ndarray) -> None:
        """A batch of crops or of embeddings of the picture that was handed over last."""
        self._begin(array, "faces")

    def close(self) -> None:
        """Whatever is still there has lived until now."""
        gc.collect()
        for number in list(self._alive):
            self._end(number)

    def _begin(self, array: np.ndarray, kind: str) -> None:
        while isinstance(array.base, np.ndarray):
            array = array.base  # a view keeps what it is of, and dies before it
        number = next(self._numbers)
        reference = weakref.ref(array, lambda _: self._end(number))
        self._alive[number] = reference, kind, self._captured_at

    def _end(self, number: int) -> None:
        _, kind, captured_at = self._alive.pop(number)
        self.ended[kind].append(time.time() - captured_at)


class WatchedReader:
    """A reader whose frames are noted as they are handed over, and never held."""

    def __init__(self, reader: Reader, lives: Lives) -> None:
        self._reader, self._lives = reader, lives

    def frames(self, keep_going: KeepGoing = always) -> Iterator[Frame]:
        for frame in self._reader.frames(keep_going):
            self._lives.picture(frame)
            handed = [frame]
            del frame
            yield handed.pop()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._reader, name)


def measure(options: Options) -> dict[str, Any]:
    build_models(load_profile("embedded"))
    seconds = options.chosen(20, 120)
    lives = Lives()
    with _watching(lives):
        deployment = run_cameras(1, settings.MAX_FPS, seconds)
    lives.close()
    run = CameraRun.objects.get(deployment=deployment)
    return {
        "non_match_ms": {kind: _summary(found) for kind, found in lives.ended.items()},
        "non_match_faces_seen": run.faces_seen,
        "non_match_fps": round(run.frame_count / seconds, 1),
    }


@contextmanager
def _watching(lives: Lives) -> Iterator[None]:
    def build(*arguments: Any, **named: Any) -> Any:
        return factory.build_pipeline(*arguments, **named, on_biometric=lives.face)

    def read(*arguments: Any, **named: Any) -> Any:
        return WatchedReader(factory.open_reader(*arguments, **named), lives)

    with (
        mock.patch.object(camera_run, "build_pipeline", build),
        mock.patch.object(camera_run, "open_reader", read),
    ):
        yield


def _summary(seconds: list[float]) -> dict[str, float]:
    ms = 1000.0 * np.array(seconds or [0.0])
    p50, p95, p100 = (round(float(value), 1) for value in np.percentile(ms, (50, 95, 100)))
    return {"count": len(seconds), "p50": p50, "p95": p95, "p100": p100}
