"""A look at a camera for a few seconds: does a picture come, does it move, is it light and sharp?

Nobody is recognised and no face is looked for; a picture is measured and let go."""

from __future__ import annotations

import time
from dataclasses import dataclass
from statistics import median

import numpy as np

from recognition.protocols import KeepGoing, Reader
from recognition.readers.picture_health import (
    HealthLimits,
    PictureMeasures,
    grey_of,
    measures_of,
    thumbnail_of,
)
from recognition.types import Image

MEASURE_EVERY_S = 0.3
# So many pictures without any change are a hung camera, not a still street.
FROZEN_AFTER = 4
# Below this people walk past between two pictures.
MIN_FRAMES_PER_S = 5.0
LIMITS = HealthLimits()


@dataclass(frozen=True, slots=True)
class CameraHealth:
    """`problem` is empty where the camera can be used."""

    frames_per_s: float = 0.0
    sharpness: float = 0.0
    brightness: float = 0.0
    is_frozen: bool = False
    problem: str = ""


def look_at(
    reader: Reader,
    keep_going: KeepGoing,
    *,
    look_s: float,
    give_up_s: float,
) -> CameraHealth | None:
    """Read for `look_s` from the first picture on, which must come within `give_up_s`. None where
    `keep_going` ended it before."""
    look = _Look()
    began = time.monotonic()

    def wants_more() -> bool:
        now = time.monotonic()
        end = began + give_up_s if look.began is None else look.began + look_s
        return keep_going() and now < end

    try:
        for frame in reader.frames(wants_more):
            look.take(frame.image, number=frame.number, captured_at=frame.captured_at)
            del frame
    finally:
        reader.close()
    if not keep_going():
        return None
    return look.verdict(words_of_reader=reader.state_words)


class _Look:
    """Collects the measures. Keeps one thumbnail, too small to hold a face."""

    def __init__(self) -> None:
        self.began: float | None = None
        self._measured_at = float("-inf")
        self._measures: list[PictureMeasures] = []
        self._changes: list[float] = []
        self._thumbnail: np.ndarray | None = None
        self._first = self._last = (0, 0.0)

    def take(self, image: Image, *, number: int, captured_at: float) -> None:
        now = time.monotonic()
        if self.began is None:
            self.began, self._first = now, (number, captured_at)
        self._last = (number, captured_at)
        if now - self._measured_at < MEASURE_EVERY_S:
            return
        self._measured_at = now
        grey = grey_of(image)
        self._measures.append(measures_of(grey))
        before, self._thumbnail = self._thumbnail, thumbnail_of(grey)
        if before is not None:
            self._changes.append(float(np.abs(self._thumbnail - before).mean()))

    def verdict(self, *, words_of_reader: str) -> CameraHealth:
        if not self._measures:
            return CameraHealth(problem=f"No picture came. {words_of_reader}")
        rate = self._frames_per_s()
        sharpness = median(each.sharpness for each in self._measures)
        brightness = median(each.brightness for each in self._measures)
        is_frozen = (
            len(self._changes) >= FROZEN_AFTER and max(self._changes) <= LIMITS.max_frozen_change
        )
        problem = ""
        if is_frozen:
            problem = "The picture does not change: the camera or its encoder hangs."
        elif brightness < LIMITS.min_brightness:
            problem = "The picture is too dark: take off the cap, or wait for light."
        elif sharpness < LIMITS.min_sharpness:
            problem = "The picture is blurred: check focus, rain or dirt on the lens."
        elif rate < MIN_FRAMES_PER_S:
            problem = f"Fewer than {MIN_FRAMES_PER_S:g} pictures a second come: check the network."
        return CameraHealth(rate, sharpness, brightness, is_frozen, problem)

    def _frames_per_s(self) -> float:
        (number, at), (last_number, last_at) = self._first, self._last
        return (last_number - number) / (last_at - at) if last_at > at else 0.0
