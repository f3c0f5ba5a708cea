"""YuNet (Wu et al., 2023; MIT) by OpenCV's own runner."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from recognition.geometry import moved
from recognition.types import Box, Face, Image

# YuNet finds faces down to about 10 px; below 20 their points scatter.
SMALLEST_PX = 20.0
SUPPRESSION = 0.3


class YuNet:
    """A detector with five landmarks.

    The picture is shrunk until the smallest face asked for is `SMALLEST_PX` wide. OpenCV's
    object keeps the size of its last picture, so each thread has one of its own.
    """

    def __init__(self, weights: Path, *, min_score: float = 0.7) -> None:
        self.weights = weights
        self.min_score = min_score
        self._local = threading.local()

    def detect(self, image: Image, *, min_face_px: float) -> list[Face]:
        scale = min(1.0, SMALLEST_PX / max(min_face_px, 1.0))
        size = (max(1, round(image.shape[1] * scale)), max(1, round(image.shape[0] * scale)))
        small = image
        if size != (image.shape[1], image.shape[0]):
            small = np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA), np.uint8)
        if min(size) < SMALLEST_PX:  # nothing to find, and OpenCV answers with garbage
            return []
        runner = self._runner()
        runner.setInputSize(size)
        rows: Any = runner.detect(small)[1]
        if rows is None:  # OpenCV's own types say otherwise
            return []
        sound = (row for row in rows if _is_sound(row, size))
        faces = [moved(_face(row), dx=0.0, dy=0.0, scale=1.0 / scale) for row in sound]
        faces = [face for face in faces if max(face.box.w, face.box.h) >= min_face_px]
        return sorted(faces, key=lambda face: -face.score)

    def _runner(self) -> cv2.FaceDetectorYN:
        if not hasattr(self._local, "runner"):
            self._local.runner = cv2.FaceDetectorYN.create(
                str(self.weights), "", (320, 320), self.min_score, SUPPRESSION
            )
        runner: cv2.FaceDetectorYN = self._local.runner
        return runner


def _is_sound(row: np.ndarray, size: tuple[int, int]) -> bool:
    """On pictures of a few dozen pixels OpenCV now and then answers with boxes without end."""
    _x, _y, w, h = row[:4]
    return bool(np.isfinite(row).all() and 0 < w <= 2 * size[0] and 0 < h <= 2 * size[1])


def _face(row: np.ndarray) -> Face:
    """A row is box, five points (left in the image first), score."""
    x, y, w, h = (float(value) for value in row[:4])
    return Face(Box(x, y, w, h), row[4:14].reshape(5, 2).astype(np.float32), float(row[14]))
