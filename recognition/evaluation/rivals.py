"""What the same weights give elsewhere: dlib's own chain, and DeepFace as it comes.

Both run dlib's detector, dlib's five points and dlib's ResNet, one picture after the other, with
the weights of the pip package `face-recognition-models` that the profile `embedded` reads.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from recognition.deepface_models import WEIGHTS_FOLDER, stock_deepface, weights_in
from recognition.evaluation.acquisition import Role
from recognition.profiles import load_profile
from recognition.types import Floats, Image
from recognition.weights import packaged_weights

PACKAGE = "face_recognition_models"
RESNET = "models/dlib_face_recognition_resnet_model_v1.dat"
POINTS = "models/shape_predictor_5_face_landmarks.dat"
POINTS_SHA256 = "c4b1e9804792707d3a405c2c16a80a20269e6675021f64a41d30fffafbc41888"
DIMENSION = 128
NO_FACE = "No face was found."


class DlibChain:
    """dlib as its own examples use it: HOG on the doubled picture, its chip, its ResNet."""

    name = "dlib"
    title = "dlib's own chain: HOG, five points, ResNet"
    dimension = DIMENSION
    tells_roles_apart = False

    def __init__(self) -> None:
        import dlib

        resnet, points = _weights()
        self._detector = dlib.get_frontal_face_detector()
        self._predictor = dlib.shape_predictor(str(points))
        self._resnet = dlib.face_recognition_model_v1(str(resnet))

    def templates(self, pictures: Sequence[Image], *, role: Role) -> list[Floats | str]:
        return [self._template(picture) for picture in pictures]

    def _template(self, picture: Image) -> Floats | str:
        rgb = np.ascontiguousarray(cv2.cvtColor(picture, cv2.COLOR_BGR2RGB))
        boxes = list(self._detector(rgb, 1))
        if not boxes:
            return NO_FACE
        box = boxes[_nearest(picture, [(each.center().x, each.center().y) for each in boxes])]
        descriptor = self._resnet.compute_face_descriptor(rgb, self._predictor(rgb, box))
        return _unit(np.array(descriptor))


class StockDeepFace:
    """`DeepFace.represent` with model and detector "Dlib", everything else as it comes."""

    name = "deepface"
    title = "DeepFace as it comes, model Dlib, detector dlib"
    dimension = DIMENSION
    tells_roles_apart = False

    def __init__(self) -> None:
        with tempfile.TemporaryDirectory() as home, weights_in(Path(home)):
            folder = Path(home) / WEIGHTS_FOLDER
            folder.mkdir(parents=True)
            for path in _weights():
                shutil.copy(path, folder / path.name)
            self._deepface = stock_deepface()
            # Both are kept for the life of the process, so that nothing is downloaded later.
            self._deepface.build_model("Dlib", task="facial_recognition")
            self._deepface.build_model("dlib", task="face_detector")

    def templates(self, pictures: Sequence[Image], *, role: Role) -> list[Floats | str]:
        return [self._template(picture) for picture in pictures]

    def _template(self, picture: Image) -> Floats | str:
        try:
            found: list[dict[str, Any]] = self._deepface.represent(
                picture, model_name="Dlib", detector_backend="dlib"
            )
        except ValueError:  # how it says that there is no face
            return NO_FACE
        areas = [face["facial_area"] for face in found]
        centres = [(area["x"] + area["w"] / 2, area["y"] + area["h"] / 2) for area in areas]
        return _unit(np.array(found[_nearest(picture, centres)]["embedding"]))


def _weights() -> tuple[Path, Path]:
    sha256 = load_profile("embedded").embedder.options["sha256"]
    return (
        packaged_weights(PACKAGE, RESNET, sha256=sha256),
        packaged_weights(PACKAGE, POINTS, sha256=POINTS_SHA256),
    )


def _nearest(picture: Image, centres: Sequence[tuple[float, float]]) -> int:
    """The face that the picture's label names, as for the pipeline."""
    middle = picture.shape[1] / 2, picture.shape[0] / 2
    return int(np.argmin([np.hypot(x - middle[0], y - middle[1]) for x, y in centres]))


def _unit(embedding: np.ndarray) -> Floats:
    return np.asarray(embedding / np.linalg.norm(embedding), np.float32)
