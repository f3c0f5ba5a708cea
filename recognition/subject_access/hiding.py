"""A frame in which one person can be seen and nobody else.

The other way round than for an alert: not the faces that a detector finds are hidden, but all of
the picture except the person's head and shoulders. A face that no detector finds is hidden too."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from recognition.blurring import LEVELS, blur_all
from recognition.geometry import clipped, grown, iou_matrix, moved, pixels
from recognition.protocols import Detector
from recognition.types import Box, Image

# Blocks across the picture: at 1280 pixels one is 32 wide, a passer-by's face two or three.
BLOCKS_ACROSS = 40
# What of the person stays, in sizes of the face around it.
ASIDE, ABOVE, BELOW = 0.7, 0.5, 0.9
# Smaller than a face that anybody could be recognised by.
MIN_FACE_PX = 20.0
# In a whole picture, whose small faces are hidden whether they are found or not.
MIN_FACE_PX_WHOLE = 24.0
# A face that covers this much of the person's is the person's.
SAME_FACE = 0.3


def hidden(image: Image) -> Image:
    """All of a BGR picture in flat blocks. It cannot be undone: the block means, at 4 bits a
    channel, are all that is kept."""
    height, width = image.shape[:2]
    across = min(BLOCKS_ACROSS, width)
    down = max(1, min(height, round(height * across / width)))
    small = cv2.resize(image, (across, down), interpolation=cv2.INTER_AREA)
    small = small // LEVELS * LEVELS + LEVELS // 2
    large = cv2.resize(small, (width, height), interpolation=cv2.INTER_NEAREST)
    return np.asarray(large, np.uint8)


def only(image: Image, keep: Box, others: Sequence[Box], *, detector: Detector) -> Image | None:
    """A copy in which the face at `keep` can be seen, and no other. None where that cannot be
    had: the frame is then hidden whole.

    `others` are the other faces that were found. The result is searched once more: what is found
    beside the person's own face, in the part that was left, spoils the frame."""
    height, width = image.shape[:2]
    shown = _around(keep, width=width, height=height)
    near = [box for box in others if _touches(box, shown)]
    if any(_touches(grown(box, by=0.35), keep) for box in near):
        return None  # hiding the one would hide the other, or leave some of both
    result = blur_all(hidden(image), others)
    area = pixels(shown, image)
    result[area] = blur_all(image, near)[area]
    rows, columns = area
    seen = detector.detect(np.ascontiguousarray(result[area]), min_face_px=MIN_FACE_PX)
    boxes = [moved(face, dx=columns.start, dy=rows.start).box for face in seen]
    if boxes and (iou_matrix([keep], boxes)[0] < SAME_FACE).any():
        return None
    return result


def _around(face: Box, *, width: int, height: int) -> Box:
    left, top = face.x - ASIDE * face.w, face.y - ABOVE * face.h
    wide, high = face.w * (1 + 2 * ASIDE), face.h * (1 + ABOVE + BELOW)
    return clipped(Box(left, top, wide, high), width=width, height=height)


def _touches(one: Box, other: Box) -> bool:
    return (
        one.x < other.right
        and other.x < one.right
        and one.y < other.bottom
        and other.y < one.bottom
    )
