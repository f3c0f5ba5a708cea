"""The street as a film: frames drawn by a few processes, encoded in order, with their truth."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

import av
import cv2

from recognition.synthetic.casting import cast
from recognition.synthetic.composer import Street
from recognition.synthetic.finishing import Picture
from recognition.synthetic.street_camera import FPS, HEIGHT, WIDTH
from recognition.synthetic.truth import TrueFace

# Long enough that a process draws most people from beginning to end.
FRAMES_PER_TASK: Final = 50


@dataclass(frozen=True, slots=True)
class Task:
    """A run of frames for one process to draw."""

    seed: int
    seconds: float
    numbers: range


Drawn = tuple[Picture, tuple[TrueFace, ...]]


@cache
def _street(seed: int, seconds: float) -> Street:
    """The scene, made once in each drawing process."""
    cv2.setNumThreads(1)
    return Street.with_walkers(cast(seed=seed, seconds=seconds), seed=seed)


def _draw(task: Task) -> list[Drawn]:
    street = _street(task.seed, task.seconds)
    return [street.frame(number) for number in task.numbers]


def frames(*, seed: int, seconds: float, count: int, processes: int) -> Iterator[Drawn]:
    """The first `count` frames of the cast for a clip of `seconds`, in order.

    A frame is the same whichever process draws it.
    """
    tasks = [
        Task(seed, seconds, range(first, min(first + FRAMES_PER_TASK, count)))
        for first in range(0, count, FRAMES_PER_TASK)
    ]
    context = multiprocessing.get_context("spawn")
    with context.Pool(processes) as pool:
        for block in pool.imap(_draw, tasks):
            yield from block


def write_clip(
    path: Path,
    pictures: Iterator[Drawn],
    *,
    quality: int,
    progress: Callable[[int], object] | None = None,
) -> list[tuple[TrueFace, ...]]:
    """Encodes H.264 at a constant rate factor (`quality`, less is better); returns the truth."""
    truth = []
    with av.open(str(path), "w") as container:
        options = {"crf": str(quality), "preset": "slow"}
        stream = container.add_stream("libx264", rate=FPS, options=options)
        stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        # One thread: the file is the same on a machine with more cores.
        stream.thread_count = 1
        for picture, faces in pictures:
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="bgr24")))
            truth.append(faces)
            if progress is not None:
                progress(len(truth))
        container.mux(stream.encode(None))
    return truth
