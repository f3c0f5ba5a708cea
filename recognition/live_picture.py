"""What a person who watches a camera live gets to see: the scene, and nobody's face."""

from __future__ import annotations

from collections.abc import Iterable

import cv2
import numpy as np

from recognition.blurring import pixelated
from recognition.geometry import fraction_of, pixels
from recognition.types import Box, Image

# Wide enough to see where the camera looks, how crowded and how well lit it is. A face that the
# detector missed is a dozen pixels wide here.
COLUMNS = 320
# Beyond the zone of recognition nobody looks for faces, so nothing there may show one.
OUTSIDE_COLUMNS = 48


def live_picture(image: Image, *, hide: Iterable[Box], zone: Box | None) -> Image:
    """A small copy of a BGR frame. Every box of `hide`, in pixels of the frame, is reduced to a few
    flat blocks; what lies outside the zone, in fractions of the frame, to patches of colour."""
    height, width = image.shape[:2]
    scale = min(1.0, COLUMNS / width)
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    small = np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA), np.uint8)
    hidden = pixelated(
        small, [Box(box.x * scale, box.y * scale, box.w * scale, box.h * scale) for box in hide]
    )
    return hidden if zone is None else _only_inside(hidden, zone)


def _only_inside(image: Image, zone: Box) -> Image:
    height, width = image.shape[:2]
    rows = max(1, round(OUTSIDE_COLUMNS * height / width))
    coarse = cv2.resize(image, (OUTSIDE_COLUMNS, rows), interpolation=cv2.INTER_AREA)
    shown = np.asarray(cv2.resize(coarse, (width, height), interpolation=cv2.INTER_LINEAR))
    inside = pixels(fraction_of(image, zone), image)
    shown[inside] = image[inside]
    return np.asarray(shown, np.uint8)
