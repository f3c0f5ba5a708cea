"""One moment of a segment: the picture with its faces numbered and hidden, and each face alone, so
that the officer who chooses sees no more faces than they open."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from recognition.blurring import blur_all
from recognition.geometry import grown, pixels
from recognition.types import Box, Face, Image

# Smaller ones can be told apart by nobody.
MIN_FACE_PX = 24.0
AROUND_FACE = 0.6
FACE_SIDE_PX = 320


@dataclass(frozen=True, slots=True)
class Numbered:
    number: int
    box: Box
    picture: Image


def numbered(image: Image, faces: list[Face]) -> tuple[Image, list[Numbered]]:
    """From left to right, from 1. In the picture of one face the others are hidden."""
    boxes = sorted((face.box for face in faces), key=lambda box: (box.x, box.y))
    still = blur_all(image, boxes)
    for number, box in enumerate(boxes, 1):
        _label(still, str(number), box)
    return still, [
        Numbered(number, box, _alone(image, box, [other for other in boxes if other is not box]))
        for number, box in enumerate(boxes, 1)
    ]


def _alone(image: Image, box: Box, others: list[Box]) -> Image:
    part = blur_all(image, others)[pixels(grown(box, by=AROUND_FACE), image)]
    scale = FACE_SIDE_PX / max(part.shape[:2])
    large = cv2.resize(part, None, fx=scale, fy=scale, interpolation=cv2.INTER_CUBIC)
    return np.asarray(large, np.uint8)


def _label(image: Image, text: str, box: Box) -> None:
    """White on black, above the face or, at the upper edge, on it."""
    scale = max(0.6, image.shape[1] / 1600)
    thickness = max(1, round(2 * scale))
    (wide, high), _ = cv2.getTextSize(text, cv2.FONT_HERSHEY_SIMPLEX, scale, thickness)
    x = round(min(max(box.centre[0] - wide / 2, 6), image.shape[1] - wide - 6))
    y = round(max(box.y - 0.4 * box.h, high + 8))
    cv2.rectangle(image, (x - 6, y - high - 6), (x + wide + 6, y + 6), (0, 0, 0), -1)
    place = (x, y)
    font = cv2.FONT_HERSHEY_SIMPLEX
    cv2.putText(image, text, place, font, scale, (255, 255, 255), thickness, cv2.LINE_AA)
