"""Making everybody but the matched person unrecognisable, before a frame is encoded."""

from __future__ import annotations

from collections.abc import Iterable

import cv2

from recognition.geometry import clipped, grown, pixels
from recognition.types import Box, Image

# Six blocks across a face and its margin leave less than an identity. It cannot be undone,
# because the block means are all that is kept, at 4 bits a channel.
BLOCKS_ACROSS = 6
MARGIN = 0.35
LEVELS = 16


def blur_others(image: Image, keep: Box, others: Iterable[Box]) -> Image:
    """A copy of a BGR image in which every other face is reduced to a few flat blocks.

    Where another face overlaps the matched one, the matched face itself stays visible.
    """
    result = blur_all(image, others)
    height, width = image.shape[:2]
    kept = pixels(clipped(keep, width=width, height=height), image)
    result[kept] = image[kept]
    return result


def blur_all(image: Image, boxes: Iterable[Box]) -> Image:
    """A copy of a BGR image in which every one of these faces is reduced to a few flat blocks."""
    result = image.copy()
    for box in boxes:
        _pixelate(result, grown(box, by=MARGIN))
    return result


def pixelated(image: Image, boxes: Iterable[Box]) -> Image:
    """A copy of a BGR image in which every one of these faces is reduced to a few flat blocks."""
    result = image.copy()
    for box in boxes:
        _pixelate(result, grown(box, by=MARGIN))
    return result


def _pixelate(image: Image, box: Box) -> None:
    area = pixels(box, image)
    part = image[area]
    if 0 in part.shape:
        return
    height, width = part.shape[:2]
    blocks = (max(1, min(BLOCKS_ACROSS, width)), max(1, min(BLOCKS_ACROSS, height)))
    small = cv2.resize(part, blocks, interpolation=cv2.INTER_AREA)
    small = small // LEVELS * LEVELS + LEVELS // 2
    image[area] = cv2.resize(small, (width, height), interpolation=cv2.INTER_NEAREST)
