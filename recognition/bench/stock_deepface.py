"""DeepFace as it comes, on the weights of the same pip packages: what every ratio is measured
against."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import numpy as np

from recognition.deepface_models import WEIGHTS_FOLDER, stock_deepface, weights_in
from recognition.evaluation.rivals import PACKAGE, POINTS, POINTS_SHA256, RESNET
from recognition.profiles import load_profile
from recognition.types import Floats, Image
from recognition.weights import packaged_weights

# The detectors whose weights come with pip packages too: its own doing of dlib's and of MTCNN.
DETECTORS = ("dlib", "mtcnn")


class StockDeepFace:
    """`DeepFace.represent` with model "Dlib"."""

    def __init__(self) -> None:
        with tempfile.TemporaryDirectory() as home, weights_in(Path(home)):
            folder = Path(home) / WEIGHTS_FOLDER
            folder.mkdir(parents=True)
            for path in (resnet_path(), packaged_weights(PACKAGE, POINTS, sha256=POINTS_SHA256)):
                (folder / path.name).symlink_to(path)
            self._deepface = stock_deepface()
            # Kept for the life of the process, so that nothing is downloaded later.
            self._deepface.build_model("Dlib", task="facial_recognition")
            for detector in DETECTORS:
                self._deepface.build_model(detector, task="face_detector")

    def represent_chips(self, chips: list[Image]) -> None:
        """Embed pictures that are faces already: BGR chips, no detection."""
        self._deepface.represent(
            chips if len(chips) > 1 else chips[0], model_name="Dlib", detector_backend="skip"
        )

    def represent(self, image: Image, *, detector: str) -> Floats:
        """The templates of all faces of a BGR picture (N × 128, L2-normalised)."""
        try:
            found: list[dict[str, Any]] = self._deepface.represent(
                image, model_name="Dlib", detector_backend=detector
            )
        except ValueError:  # how it says that there is no face
            return np.zeros((0, 128), np.float32)
        rows = np.array([face["embedding"] for face in found], np.float32)
        return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True), np.float32)


def comparisons() -> Any:
    """DeepFace's module of distances between templates."""
    with tempfile.TemporaryDirectory() as home, weights_in(Path(home)):
        stock_deepface()
        from deepface.modules import verification

        return verification


def resnet_path() -> Path:
    sha256 = load_profile("embedded").embedder.options["sha256"]
    return packaged_weights(PACKAGE, RESNET, sha256=sha256)
