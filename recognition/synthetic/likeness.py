"""How alike a network finds two pictures: the yardstick that the people are chosen with.

Either dlib's own detector and network, so that the assets can be judged on a machine without
TensorFlow, or a profile of the system: its detector, alignment and embedder.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from recognition.synthetic.fields import Array
from recognition.synthetic.finishing import Picture

CHIP_PX, CHIP_MARGIN = 150, 0.25
LEAST_FACE_PX = 40
Embed = Callable[[Picture], Array | None]


def embedding_of(profile: str | None) -> Embed:
    """What embeds the largest face of a picture, L2-normalised; it gives None without a face.

    `profile` names one of the system's; None stands for dlib.
    """
    return DlibFaces.load().embedding if profile is None else _of_profile(profile)


def _of_profile(name: str) -> Embed:
    from recognition.factory import build_models, load_profile

    models = build_models(load_profile(name))

    def embed(picture: Picture) -> Array | None:
        faces = models.detector.detect(picture, min_face_px=LEAST_FACE_PX)
        if not faces:
            return None
        largest = max(faces, key=lambda face: face.box.area)
        chip = models.embedder.align(picture, largest)
        return np.asarray(models.embedder.embed(chip[None])[0])

    return embed


def weights_folder() -> Path:
    """Where the pip package keeps its weights; importing it would need setuptools."""
    spec = importlib.util.find_spec("face_recognition_models")
    if spec is None or spec.origin is None:
        raise RuntimeError("the package face_recognition_models is not installed")
    return Path(spec.origin).parent / "models"


@dataclass(frozen=True, slots=True, eq=False)
class DlibFaces:
    """dlib's HOG detector, five points and ResNet."""

    detector: Any
    points: Any
    network: Any
    chips: Any

    @classmethod
    def load(cls) -> DlibFaces:
        import dlib  # costly, and no part of the system's own path

        folder = weights_folder()
        return cls(
            dlib.get_frontal_face_detector(),
            dlib.shape_predictor(str(folder / "shape_predictor_5_face_landmarks.dat")),
            dlib.face_recognition_model_v1(
                str(folder / "dlib_face_recognition_resnet_model_v1.dat")
            ),
            dlib.get_face_chip,
        )

    def found(self, picture: Picture) -> bool:
        """Whether the detector finds a face, without enlarging the picture."""
        return len(self.detector(_rgb(picture), 0)) > 0

    def embedding(self, picture: Picture) -> Array | None:
        """L2-normalised (128) of the largest face, or None where none is found."""
        image = _rgb(picture)
        boxes = self.detector(image, 0)
        if not boxes:
            return None
        largest = max(boxes, key=lambda box: box.area())
        chip = self.chips(image, self.points(image, largest), CHIP_PX, CHIP_MARGIN)
        vector = np.array(self.network.compute_face_descriptor(chip))
        return np.asarray(vector / np.linalg.norm(vector))


def _rgb(picture: Picture) -> Picture:
    return np.ascontiguousarray(picture[..., ::-1])
