"""dlib's HOG face detector with its five-point predictor, for comparison and as a fallback.

The predictor's points are the corners of both eyes and the base of the nose. It knows no
mouth, so the two points there are placed where an upright frontal face would have them.
"""

from __future__ import annotations

import threading

import cv2
import numpy as np

from recognition.types import Box, Face, Floats, Image
from recognition.weights import packaged_weights

PACKAGE = "face_recognition_models"
FILE = "models/shape_predictor_5_face_landmarks.dat"
# The detector's own window: smaller faces need an enlarged picture.
WINDOW_PX = 80.0


class DlibHog:
    """A detector of frontal faces; each thread has dlib objects of its own."""

    def __init__(self, *, sha256: str) -> None:
        self._path = packaged_weights(PACKAGE, FILE, sha256=sha256)
        self._local = threading.local()

    def detect(self, image: Image, *, min_face_px: float) -> list[Face]:
        import dlib

        if not hasattr(self._local, "detector"):
            self._local.detector = dlib.get_frontal_face_detector()
            self._local.predictor = dlib.shape_predictor(str(self._path))
        scale = min(2.0, WINDOW_PX / max(min_face_px, 1.0))
        size = (max(1, round(image.shape[1] * scale)), max(1, round(image.shape[0] * scale)))
        rgb = cv2.cvtColor(cv2.resize(image, size, interpolation=cv2.INTER_AREA), 4)
        boxes, scores, _ = self._local.detector.run(rgb, 0, 0.0)
        faces = []
        for box, score in zip(boxes, scores, strict=True):
            shape = self._local.predictor(rgb, box)
            points = np.array([(point.x, point.y) for point in shape.parts()], np.float32)
            sides = Box(*(v / scale for v in (box.left(), box.top(), box.width(), box.height())))
            faces.append(Face(sides, _five(points) / np.float32(scale), min(1.0, score / 2)))
        return [face for face in faces if max(face.box.w, face.box.h) >= min_face_px]


def _five(points: Floats) -> Floats:
    """dlib's order: corners of the right-hand eye, of the left-hand eye, then the nose."""
    right, left = points[:2].mean(axis=0), points[2:4].mean(axis=0)
    nose = points[4]
    eyes = (left + right) / 2
    across = right - left
    down = np.array([-across[1], across[0]], np.float32)
    tip = eyes + (nose - eyes) * 0.85
    mouth = eyes + down * 1.05 + (nose - eyes - down * 0.63)
    corners = [mouth - across * 0.38, mouth + across * 0.38]
    return np.array([left, right, tip, *corners], np.float32)
