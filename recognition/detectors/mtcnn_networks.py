"""The three networks of MTCNN (Zhang et al., 2016) with Keras operations.

Weights come inside the pip package `mtcnn` (MIT). Input is uint8 RGB; the scaling to −1…1 that
the networks were trained with is folded into their first convolution, exact because that one
has no padding. Each network gives one array, so that one copy brings its answer back.
"""

from __future__ import annotations

from typing import Any

import joblib
import numpy as np

from recognition.keras_runtime import prepared_keras
from recognition.types import Floats
from recognition.weights import packaged_weights

PACKAGE = "mtcnn"
FILE = "assets/weights/{name}.lz4"
CENTRE, SPREAD = 127.5, 128.0


class _Weights:
    """The arrays of one network in the order of its layers."""

    def __init__(self, name: str, sha256: str) -> None:
        path = packaged_weights(PACKAGE, FILE.format(name=name), sha256=sha256)
        # joblib unpickles: only what has the expected hash comes this far.
        self._arrays = iter(joblib.load(path))

    def take(self, count: int) -> list[Floats]:
        return [next(self._arrays) for _ in range(count)]


def proposal_network(sha256: str) -> Any:
    """Any image (1 × H × W × 3) → 1 × h × w × 5: score and box offsets of 12 px cells, 2 apart."""
    keras = prepared_keras()
    weights = _Weights("pnet", sha256)
    image = keras.Input((None, None, 3), dtype="uint8")
    x = _convolution(_first(image), weights, raw=True)
    x = keras.layers.MaxPooling2D(2, 2, padding="same")(x)
    x = _convolution(_convolution(x, weights), weights)
    offsets = _plain_convolution(x, weights)
    return keras.Model(image, _outputs(_plain_convolution(x, weights), offsets))


def refinement_network(sha256: str) -> Any:
    """N × 24 × 24 × 3 → N × 5: score and box offsets."""
    keras = prepared_keras()
    weights = _Weights("rnet", sha256)
    image = keras.Input((24, 24, 3), dtype="uint8")
    x = _convolution(_first(image), weights, raw=True)
    x = keras.layers.MaxPooling2D(3, 2, padding="same")(x)
    x = _convolution(x, weights)
    x = keras.layers.MaxPooling2D(3, 2, padding="valid")(x)
    x = _dense(_flat(_convolution(x, weights)), weights)
    offsets = _plain_dense(x, weights)
    return keras.Model(image, _outputs(_plain_dense(x, weights), offsets))


def output_network(sha256: str) -> Any:
    """N × 48 × 48 × 3 → N × 15: score, box offsets, then x and y of the five points."""
    keras = prepared_keras()
    weights = _Weights("onet", sha256)
    image = keras.Input((48, 48, 3), dtype="uint8")
    x = _convolution(_first(image), weights, raw=True)
    x = keras.layers.MaxPooling2D(3, 2, padding="same")(x)
    x = _convolution(x, weights)
    x = keras.layers.MaxPooling2D(3, 2, padding="valid")(x)
    x = _convolution(x, weights)
    x = keras.layers.MaxPooling2D(2, 2, padding="same")(x)
    x = _dense(_flat(_convolution(x, weights)), weights)
    offsets, points = _plain_dense(x, weights), _plain_dense(x, weights)
    return keras.Model(image, _outputs(_plain_dense(x, weights), offsets, points))


def _first(image: Any) -> Any:
    return prepared_keras().ops.cast(image, "float32")


def _convolution(x: Any, weights: _Weights, *, raw: bool = False) -> Any:
    """Convolution and PReLU; `raw` where the input is pixels of 0 to 255."""
    kernel, bias, slope = weights.take(3)
    if raw:
        bias = bias - kernel.astype(np.float64).sum(axis=(0, 1, 2)) * (CENTRE / SPREAD)
        kernel = kernel / SPREAD
    return _prelu(_with(kernel, bias, x), slope)


def _plain_convolution(x: Any, weights: _Weights) -> Any:
    kernel, bias = weights.take(2)
    return _with(kernel, bias, x)


def _with(kernel: Floats, bias: Any, x: Any) -> Any:
    layer = prepared_keras().layers.Conv2D(kernel.shape[3], kernel.shape[0])
    result = layer(x)
    layer.set_weights([kernel, np.asarray(bias, np.float32)])
    return result


def _dense(x: Any, weights: _Weights) -> Any:
    kernel, bias, slope = weights.take(3)
    return _prelu(_dense_with(kernel, bias, x), slope)


def _plain_dense(x: Any, weights: _Weights) -> Any:
    kernel, bias = weights.take(2)
    return _dense_with(kernel, bias, x)


def _dense_with(kernel: Floats, bias: Floats, x: Any) -> Any:
    layer = prepared_keras().layers.Dense(kernel.shape[1])
    result = layer(x)
    layer.set_weights([kernel, bias])
    return result


def _prelu(x: Any, slope: Floats) -> Any:
    ops = prepared_keras().ops
    return ops.maximum(x, 0.0) + ops.multiply(ops.minimum(x, 0.0), slope)


def _flat(x: Any) -> Any:
    """Columns before rows, as the networks were first trained (in Matlab)."""
    layers = prepared_keras().layers
    return layers.Flatten()(layers.Permute((2, 1, 3))(x))


def _outputs(classes: Any, *others: Any) -> Any:
    """The probability of a face (of two classes) in front of the other outputs."""
    ops = prepared_keras().ops
    score = ops.sigmoid(classes[..., 1:2] - classes[..., 0:1])
    return ops.concatenate([score, *others], axis=-1)
