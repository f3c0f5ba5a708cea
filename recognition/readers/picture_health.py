"""Is a camera's picture fit to be watched? Frozen, dark and blurred pictures, told apart."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from recognition.types import Image, StreamState

CHECK_EVERY_S = 0.5
WIDTH_PX = 320
MIN_CONTRAST = 4.0  # of 255


@dataclass(frozen=True, slots=True)
class HealthLimits:
    """How bad, for how long, before operators are told."""

    frozen_s: float = 10.0
    unfit_s: float = 5.0
    min_brightness: float = 10.0  # of 255
    min_sharpness: float = 0.004
    max_frozen_change: float = 0.02  # mean change of brightness, of 255


@dataclass(frozen=True, slots=True)
class PictureMeasures:
    """`brightness` 0 to 255; `sharpness`: spread of the edges for their contrast, which blur takes
    and light does not; 0 where there is no contrast to speak of (fog, a covered lens, a wall)."""

    brightness: float
    sharpness: float


def grey_of(image: Image) -> np.ndarray:
    """What is measured: grey, small, the same size whatever the camera."""
    height = max(2, round(WIDTH_PX * image.shape[0] / image.shape[1]))
    small = cv2.resize(image, (WIDTH_PX, height), interpolation=cv2.INTER_AREA)
    return cv2.cvtColor(small, cv2.COLOR_BGR2GRAY)


def thumbnail_of(grey: np.ndarray) -> np.ndarray:
    """Too small to hold a face."""
    return cv2.resize(grey, (32, 18), interpolation=cv2.INTER_AREA).astype(np.float32)


def measures_of(grey: np.ndarray) -> PictureMeasures:
    contrast = float(grey.std())
    edges = float(cv2.Laplacian(grey, cv2.CV_32F).var())
    sharpness = 0.0 if contrast < MIN_CONTRAST else edges / contrast**2
    return PictureMeasures(float(grey.mean()), sharpness)


class PictureHealth:
    """Looks at a picture now and then. Keeps one thumbnail, too small to hold a face."""

    def __init__(self, limits: HealthLimits = HealthLimits()) -> None:
        self.limits = limits
        self._checked_at = float("-inf")
        self._thumbnail: np.ndarray | None = None
        self._since: dict[StreamState, float] = {}

    def observe(self, image: Image, *, now: float) -> None:
        """`now` is any steadily growing time in seconds."""
        if now - self._checked_at < CHECK_EVERY_S:
            return
        self._checked_at = now
        grey = grey_of(image)
        measures = measures_of(grey)
        is_dark = measures.brightness < self.limits.min_brightness
        self._note(StreamState.DARK, is_so=is_dark, now=now)
        is_blurred = not is_dark and measures.sharpness < self.limits.min_sharpness
        self._note(StreamState.BLURRED, is_so=is_blurred, now=now)
        self._note(StreamState.FROZEN, is_so=self._is_unchanged(grey), now=now)

    def verdict(self, *, now: float) -> StreamState:
        """LIVE, or what has been wrong with the picture for long enough."""
        for state in (StreamState.FROZEN, StreamState.DARK, StreamState.BLURRED):
            patience = self.limits.frozen_s if state is StreamState.FROZEN else self.limits.unfit_s
            if state in self._since and now - self._since[state] >= patience:
                return state
        return StreamState.LIVE

    def _note(self, state: StreamState, *, is_so: bool, now: float) -> None:
        if is_so:
            self._since.setdefault(state, now)
        else:
            self._since.pop(state, None)

    def _is_unchanged(self, grey: np.ndarray) -> bool:
        """Even a still scene flickers with the sensor's noise; a hung encoder does not."""
        small = thumbnail_of(grey)
        before, self._thumbnail = self._thumbnail, small
        if before is None:
            return False
        return float(np.abs(small - before).mean()) <= self.limits.max_frozen_change
