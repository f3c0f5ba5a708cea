"""Boxes and their relations: pure, in pixels."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from recognition.types import Box, Face, Floats, Image


def as_array(boxes: Sequence[Box]) -> NDArray[np.float64]:
    """Boxes as N × 4: left, top, right, bottom."""
    if not boxes:
        return np.zeros((0, 4))
    return np.array([(box.x, box.y, box.right, box.bottom) for box in boxes], dtype=np.float64)


def iou_matrix(first: Sequence[Box], second: Sequence[Box]) -> NDArray[np.float64]:
    """Intersection over union of every box of `first` with every one of `second`, 0 to 1."""
    a, b = as_array(first)[:, None, :], as_array(second)[None, :, :]
    low = np.maximum(a[..., :2], b[..., :2])
    high = np.minimum(a[..., 2:], b[..., 2:])
    overlap = np.prod(np.clip(high - low, 0.0, None), axis=-1)
    area_a = np.prod(np.clip(a[..., 2:] - a[..., :2], 0.0, None), axis=-1)
    area_b = np.prod(np.clip(b[..., 2:] - b[..., :2], 0.0, None), axis=-1)
    union = area_a + area_b - overlap
    return np.asarray(np.divide(overlap, union, out=np.zeros_like(overlap), where=union > 0))


def clipped(box: Box, *, width: float, height: float) -> Box:
    """The part of a box inside a picture; its sides are 0 where nothing is."""
    left, top = min(max(box.x, 0.0), width), min(max(box.y, 0.0), height)
    right, bottom = min(max(box.right, left), width), min(max(box.bottom, top), height)
    return Box(left, top, right - left, bottom - top)


def grown(box: Box, *, by: float) -> Box:
    """A box with a margin of `by` times its size on each side."""
    return Box(box.x - box.w * by, box.y - box.h * by, box.w * (1 + 2 * by), box.h * (1 + 2 * by))


def moved(face: Face, *, dx: float, dy: float, scale: float = 1.0) -> Face:
    """A face found in a scaled crop, in the coordinates of the whole frame."""
    box = face.box
    landmarks: Floats = (face.landmarks * scale + (dx, dy)).astype(np.float32)
    return Face(
        Box(box.x * scale + dx, box.y * scale + dy, box.w * scale, box.h * scale),
        landmarks,
        face.score,
    )


def pixels(box: Box, image: Image) -> tuple[slice, slice]:
    """Row and column slices of the part of `image` under a box, empty where nothing is."""
    height, width = image.shape[:2]
    inside = clipped(box, width=width, height=height)
    return (
        slice(int(np.floor(inside.y)), int(np.ceil(inside.bottom))),
        slice(int(np.floor(inside.x)), int(np.ceil(inside.right))),
    )


def non_maximum_suppression(
    boxes: NDArray[np.floating],
    scores: NDArray[np.floating],
    *,
    overlap: float,
    by_smaller: bool = False,
) -> NDArray[np.intp]:
    """Indices of the boxes kept, best score first: greedy, one pass per kept box.

    `boxes` is N × 4 (left, top, right, bottom). With `by_smaller` the intersection is
    compared with the smaller of the two areas, which also drops a box inside another.
    """
    order = np.argsort(-scores, kind="stable")
    areas = np.prod(np.clip(boxes[:, 2:] - boxes[:, :2], 0.0, None), axis=1)
    kept = []
    while order.size:
        best, rest = order[0], order[1:]
        kept.append(best)
        low = np.maximum(boxes[best, :2], boxes[rest, :2])
        high = np.minimum(boxes[best, 2:], boxes[rest, 2:])
        shared = np.prod(np.clip(high - low, 0.0, None), axis=1)
        smaller = np.minimum(areas[best], areas[rest])
        base = smaller if by_smaller else areas[best] + areas[rest] - shared
        order = rest[shared <= overlap * base]
    return np.array(kept, dtype=np.intp)


def fraction_of(image: Image, zone: Box) -> Box:
    """A box given in fractions of a frame, in whole pixels of this one."""
    height, width = image.shape[:2]
    left, top = int(zone.x * width), int(zone.y * height)
    right, bottom = round(zone.right * width), round(zone.bottom * height)
    return clipped(Box(left, top, right - left, bottom - top), width=width, height=height)


def eyes_in(face: Face, box: Box) -> tuple[float, float, float, float]:
    """Left x, y, right x, y of a face's eyes in fractions of a box around it."""
    (left_x, left_y), (right_x, right_y) = face.landmarks[:2].tolist()
    return (
        round((left_x - box.x) / box.w, 4),
        round((left_y - box.y) / box.h, 4),
        round((right_x - box.x) / box.w, 4),
        round((right_y - box.y) / box.h, 4),
    )
