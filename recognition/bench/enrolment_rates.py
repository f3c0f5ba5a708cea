"""How fast images become templates with nothing around them: the whole chain of enrolment, and the
embedder by itself; and what each part of the chain takes of the processor."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TypeVar

import numpy as np

from deployments.queues import ENROLLED_TOGETHER
from recognition.enrolment import checked_quality, subjects_of_each, templates_from_images
from recognition.factory import ModelSet
from recognition.images import UnusableImage, decode_image
from recognition.types import Face, Image

T = TypeVar("T")
# Pictures looked at closely.
SAMPLE = 512


@dataclass(frozen=True, slots=True)
class OwnTimes:
    """Seconds for all images given: by the chain, and by the embedder alone for their faces."""

    chain: float
    embedder: float

    def __add__(self, other: OwnTimes) -> OwnTimes:
        return OwnTimes(self.chain + other.chain, self.embedder + other.embedder)


def own_times(images: Sequence[bytes], models: ModelSet, *, threads: int) -> OwnTimes:
    """The chain takes as many together as a worker's task does, in as many threads as a worker
    has: no database, no files, nothing encrypted. The embedder is given aligned faces, as many
    at once, and nothing else to do; a picture without a usable face counts as one."""
    chips, _ = _aligned(images[:SAMPLE], models)
    together = _in_batches(chips)

    began = time.perf_counter()
    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(lambda some: templates_from_images(some, models), _in_batches(images)))
    chain = time.perf_counter() - began

    began = time.perf_counter()
    for batch in together:
        models.embedder.embed(np.stack(batch))
    taken = time.perf_counter() - began
    return OwnTimes(chain, taken * len(images) / len(chips))


def shares(images: Sequence[bytes], models: ModelSet) -> dict[str, float]:
    """Milliseconds of the processor, all its cores together, that one image takes in each part."""
    chips, shares = _aligned(images[:SAMPLE], models)
    _, shares["embed"] = _of_processor(
        lambda: [models.embedder.embed(np.stack(batch)) for batch in _in_batches(chips)],
        count=len(chips),
    )
    return shares


def _aligned(images: Sequence[bytes], models: ModelSet) -> tuple[list[Image], dict[str, float]]:
    count = len(images)
    pictures, decoding = _of_processor(lambda: [decode_image(data) for data in images], count=count)
    faces, detecting = _of_processor(
        lambda: [
            found
            for some in _in_batches(pictures)
            for found in subjects_of_each(some, models.detector)
        ],
        count=count,
    )
    chips, judging = _of_processor(
        lambda: [
            models.embedder.align(picture, found[0])
            for picture, found in zip(pictures, faces, strict=True)
            if found and _is_usable(picture, found)
        ],
        count=count,
    )
    return chips, {"decode": decoding, "detect": detecting, "judge_and_align": judging}


def _is_usable(picture: Image, faces: list[Face]) -> bool:
    try:
        checked_quality(picture, faces[0])
    except UnusableImage:
        return False
    return True


def _of_processor(work: Callable[[], T], *, count: int) -> tuple[T, float]:
    began = time.process_time()
    result = work()
    return result, round((time.process_time() - began) / count * 1000, 2)


def _in_batches(items: Sequence[T]) -> list[Sequence[T]]:
    return [
        items[start : start + ENROLLED_TOGETHER]
        for start in range(0, len(items), ENROLLED_TOGETHER)
    ]
