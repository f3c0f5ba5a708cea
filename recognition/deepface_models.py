"""DeepFace as a zoo of models behind one adapter; its types stay in here.

DeepFace downloads a missing weight file unverified, keeps its models in an unlocked cache and
aligns on the eyes alone. Here a model is built only when its checked weights lie in the models
folder, under one lock, and gets chips that were aligned on five points.
"""

from __future__ import annotations

import os
import sys
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

from recognition.alignment import AlignmentTemplate, align
from recognition.embedders.chip_input import ChipInput
from recognition.embedders.normalised import normalised
from recognition.keras_runtime import Bucketed, prepared_keras
from recognition.types import Face, Floats, Image
from recognition.weights import models_folder

# DeepFace looks for weights here, below the folder that DEEPFACE_HOME names.
WEIGHTS_FOLDER = Path(".deepface/weights")

_building = threading.Lock()


class DeepFaceEmbedder:
    """One of DeepFace's recognition models, batched. Thread-safe; one model per process."""

    def __init__(
        self,
        model: str,
        *,
        name: str,
        dimension: int,
        template: AlignmentTemplate,
        chip_input: ChipInput,
        with_flip: bool = False,
    ) -> None:
        """The caller has checked the weights: see `recognition.factory`.

        Raises ValueError when the model is not what the profile says.
        """
        client = _client(model)
        if (client.output_shape, tuple(client.input_shape)) != (dimension, (template.size,) * 2):
            raise ValueError(f"DeepFace's {model} has other shapes than the profile says")
        self.name = name
        self.dimension = dimension
        self.chip_size = (template.size, template.size)
        self.template = template
        self.chip_input = chip_input
        self.with_flip = with_flip
        self._forward = _forward(client, template.size)

    def align(self, image: Image, face: Face) -> Image:
        return align(image, face.landmarks, template=self.template)

    def embed(self, chips: Image) -> Floats:
        if not len(chips):
            return np.zeros((0, self.dimension), np.float32)
        embeddings = self._forward(self.chip_input.prepared(chips))
        if self.with_flip:
            mirrored = np.ascontiguousarray(chips[:, :, ::-1])
            embeddings = embeddings + self._forward(self.chip_input.prepared(mirrored))
        return normalised(embeddings)


def _client(model: str) -> Any:
    """DeepFace's object for a model, built or taken from its cache by one thread at a time."""
    with _building, weights_in(models_folder()):
        prepared_keras()
        from deepface.modules.modeling import build_model

        return build_model(task="facial_recognition", model_name=model)


def retinaface() -> tuple[ModuleType, Any]:
    """The package that DeepFace finds faces with, and its network, one for the process.

    The caller has checked the weights: see `recognition.factory`.
    """
    # Imported, it would silence every warning of the process.
    with _building, weights_in(models_folder()), warnings.catch_warnings():
        prepared_keras()
        from retinaface import RetinaFace

        return RetinaFace, RetinaFace.build_model()


def stock_deepface() -> Any:
    """DeepFace's own interface, for comparisons only."""
    with _building, _werkzeug_or_a_stand_in():
        prepared_keras()
        from deepface import DeepFace

        return DeepFace


@contextmanager
def weights_in(folder: Path) -> Iterator[None]:
    """Let DeepFace look for weights below `folder` and nowhere else, for as long as this lasts."""
    before = os.environ.get("DEEPFACE_HOME")
    os.environ["DEEPFACE_HOME"] = str(folder.resolve())
    try:
        yield
    finally:
        if before is None:
            del os.environ["DEEPFACE_HOME"]
        else:
            os.environ["DEEPFACE_HOME"] = before


@contextmanager
def _werkzeug_or_a_stand_in() -> Iterator[None]:
    """DeepFace imports a type of werkzeug's for a signature and does not declare it."""
    if find_spec("werkzeug") is not None:
        yield
        return
    stand_in = ModuleType("werkzeug.datastructures")
    stand_in.FileStorage = object  # type: ignore[attr-defined]
    added = {"werkzeug": ModuleType("werkzeug"), stand_in.__name__: stand_in}
    sys.modules.update(added)
    try:
        yield
    finally:
        for name in added:
            del sys.modules[name]


def _forward(client: Any, side: int) -> Any:
    """A function of a prepared batch (float32 N × H × W × 3) → float32 N × D."""
    if not hasattr(client, "predict"):
        network = Bucketed(client.model, (side, side, 3), "float32")
        return lambda batch: np.asarray(network(batch)[0], np.float32)
    # DeepFace's ONNX models do their own preparation from pixels of 0 to 1.
    return lambda batch: np.asarray(client.predict(batch), np.float32)
