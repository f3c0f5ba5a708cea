"""RetinaFace (Deng et al., 2020) as DeepFace has it, with its five points."""

from __future__ import annotations

import cv2
import numpy as np

from recognition.deepface_models import retinaface
from recognition.geometry import moved
from recognition.types import Box, Face, Image

# The smallest anchors are 16 px wide.
SMALLEST_PX = 20.0
# As the package names them: by the person's left and right, ours are those of the image.
POINTS = ("right_eye", "left_eye", "nose", "mouth_right", "mouth_left")


class RetinaFace:
    """A detector with five landmarks. Thread-safe; one network per process.

    The picture is shrunk until the smallest face asked for is `SMALLEST_PX` wide.
    """

    def __init__(self, *, min_score: float = 0.9) -> None:
        """The caller has checked the weights: see `recognition.factory`."""
        self.min_score = min_score
        self._package, self._network = retinaface()

    def detect(self, image: Image, *, min_face_px: float) -> list[Face]:
        scale = min(1.0, SMALLEST_PX / max(min_face_px, 1.0))
        size = (max(1, round(image.shape[1] * scale)), max(1, round(image.shape[0] * scale)))
        if min(size) < SMALLEST_PX:
            return []
        small = image
        if size != (image.shape[1], image.shape[0]):
            small = np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA), np.uint8)
        # It divides by the areas of boxes of which it cut everything away.
        with np.errstate(divide="ignore", invalid="ignore"):
            found = self._package.detect_faces(
                small, threshold=self.min_score, model=self._network, allow_upscaling=False
            )
        faces = [moved(_face(each), dx=0.0, dy=0.0, scale=1.0 / scale) for each in found.values()]
        # Cut to the picture by the package, a box beyond its edge has no area.
        faces = [
            each for each in faces if each.box.area and max(each.box.w, each.box.h) >= min_face_px
        ]
        return sorted(faces, key=lambda face: -face.score)


def _face(found: dict[str, object]) -> Face:
    """The package's description of a face: corners of the box, named points, score."""
    left, top, right, bottom = (float(value) for value in np.asarray(found["facial_area"]))
    named = found["landmarks"]
    assert isinstance(named, dict)
    points = np.array([named[name] for name in POINTS], np.float32)
    score = float(np.asarray(found["score"]))
    return Face(Box(left, top, right - left, bottom - top), points, score)
