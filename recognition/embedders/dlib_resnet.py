"""dlib's face recognition ResNet with Keras operations: batched, on any Keras backend."""

from __future__ import annotations

from typing import Any

import numpy as np

from recognition.alignment import AlignmentTemplate, align
from recognition.embedders.dlib_weights import (
    BLOCKS,
    EMBEDDING,
    Convolution,
    ResnetWeights,
    read_weights,
)
from recognition.embedders.normalised import normalised
from recognition.keras_runtime import BUCKETS, Bucketed, prepared_keras
from recognition.types import Face, Floats, Image
from recognition.weights import packaged_weights

PACKAGE = "face_recognition_models"
FILE = "models/dlib_face_recognition_resnet_model_v1.dat"
SIZE = 150
# What dlib subtracts from R, G and B, and divides by.
MEAN_RGB = (122.782, 117.001, 104.298)
SCALE = 256.0


class DlibResnet:
    """The `embedded` profile's embedder. Thread-safe; weights come in a pip package."""

    dimension = EMBEDDING[1]
    chip_size = (SIZE, SIZE)

    def __init__(
        self,
        *,
        sha256: str,
        template: AlignmentTemplate,
        with_flip: bool = False,
        name: str = "dlib-resnet-v1",
    ) -> None:
        """Raises MissingWeights or WrongWeights.

        `with_flip` averages a chip and its mirror image: twice the work, steadier embeddings.
        """
        path = packaged_weights(PACKAGE, FILE, sha256=sha256)
        self.name = name
        self.template = template
        self.with_flip = with_flip
        self._network = Bucketed(build_network(read_weights(path)), (SIZE, SIZE, 3), "uint8")

    def align(self, image: Image, face: Face) -> Image:
        return align(image, face.landmarks, template=self.template)

    def embed(self, chips: Image) -> Floats:
        if not len(chips):
            return np.zeros((0, self.dimension), np.float32)
        if not self.with_flip:
            return normalised(self.descriptors(chips))
        both = self.descriptors(np.concatenate([chips, chips[:, :, ::-1]]))
        return normalised(both[: len(chips)] + both[len(chips) :])

    def descriptors(self, chips: Image) -> Floats:
        """dlib's own output, N × 128, before it is brought to length 1."""
        return np.asarray(self._network(chips)[0])

    def warm_up(self) -> None:
        """Compile every batch size now, so that no crowd waits for it."""
        for size in BUCKETS:
            self.descriptors(np.zeros((size, SIZE, SIZE, 3), np.uint8))


def build_network(weights: ResnetWeights) -> Any:
    """uint8 RGB N × 150 × 150 × 3 → float32 N × 128."""
    keras = prepared_keras()
    layers = keras.layers
    steps = iter(weights.convolutions)
    image = keras.Input((SIZE, SIZE, 3), dtype="uint8")
    x = keras.ops.cast(image, "float32")
    x = _convolution(x, _on_raw_pixels(next(steps)), stride=2, padding="valid")
    x = layers.ReLU()(x)
    x = layers.MaxPooling2D(3, 2, padding="valid")(x)
    for _inputs, outputs, down in BLOCKS:
        x = _block(x, next(steps), next(steps), outputs=outputs, down=down)
    x = layers.GlobalAveragePooling2D()(x)
    projection = layers.Dense(EMBEDDING[1], use_bias=False)
    descriptor = projection(x)
    projection.set_weights([weights.projection])
    return keras.Model(image, descriptor)


def _on_raw_pixels(stem: Convolution) -> Convolution:
    """The stem with dlib's input normalisation folded in: exact, because it has no padding."""
    kernel = stem.kernel.astype(np.float64) / SCALE
    shift = np.einsum("hwio,i->o", kernel, np.array(MEAN_RGB))
    return Convolution(kernel.astype(np.float32), (stem.bias - shift).astype(np.float32))


def _block(x: Any, first: Convolution, second: Convolution, *, outputs: int, down: bool) -> Any:
    keras = prepared_keras()
    layers = keras.layers
    stride, padding = (2, "valid") if down else (1, "same")
    y = layers.ReLU()(_convolution(x, first, stride=stride, padding=padding))
    y = _convolution(y, second, stride=1, padding="same")
    shortcut = layers.AveragePooling2D(2, 2, padding="valid")(x) if down else x
    # dlib adds tensors of different sizes as if the smaller went on with zeros.
    height = max(y.shape[1], shortcut.shape[1])
    y = _zero_padded(y, height, outputs)
    return layers.ReLU()(y + _zero_padded(shortcut, height, outputs))


def _convolution(x: Any, weights: Convolution, *, stride: int, padding: str) -> Any:
    side, _, _, outputs = weights.kernel.shape
    layer = prepared_keras().layers.Conv2D(outputs, side, strides=stride, padding=padding)
    result = layer(x)
    layer.set_weights([weights.kernel, weights.bias])
    return result


def _zero_padded(x: Any, side: int, channels: int) -> Any:
    right, more = side - x.shape[1], channels - x.shape[3]
    if not right and not more:
        return x
    return prepared_keras().ops.pad(x, ((0, 0), (0, right), (0, right), (0, more)))
