"""Reading dlib's face recognition ResNet (`dlib_face_recognition_resnet_model_v1.dat`).

The file is dlib's own serialisation of the trained network (King, 2017; CC0). Among solver
state it holds 59 tensors in the order of the network: 29 convolutions, each followed by its
affine layer (what batch normalisation becomes for inference), then the fully connected layer.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from recognition.types import Floats
from recognition.weights import WrongWeights

TENSOR_VERSION = 2

# Filters of each convolution's input and output, and its kernel, in the file's order: the
# stem, then two for each residual block.
STEM = (3, 32, 7)
BLOCKS = (
    *[(32, 32, False)] * 3,
    (32, 64, True),
    *[(64, 64, False)] * 3,
    (64, 128, True),
    *[(128, 128, False)] * 2,
    (128, 256, True),
    *[(256, 256, False)] * 2,
    (256, 256, True),
)
EMBEDDING = (256, 128)


@dataclass(frozen=True, slots=True, eq=False)
class Convolution:
    """Kernel (k × k × in × out, as Keras wants it) and bias (out), affine layer folded in."""

    kernel: Floats
    bias: Floats


@dataclass(frozen=True, slots=True, eq=False)
class ResnetWeights:
    convolutions: tuple[Convolution, ...]
    projection: Floats  # 256 × 128


def read_weights(path: Path) -> ResnetWeights:
    """Raises WrongWeights when a tensor is not where the network says it is."""
    tensors = _Tensors(path.read_bytes())
    convolutions = [_folded(tensors, *shape) for shape in _shapes()]
    projection = tensors.next(EMBEDDING[0] * EMBEDDING[1], (*EMBEDDING, 1, 1))
    return ResnetWeights(
        convolutions=tuple(convolutions),
        projection=projection.reshape(EMBEDDING).astype(np.float32),
    )


def _shapes() -> Iterator[tuple[int, int, int]]:
    yield STEM
    for inputs, outputs, _down in BLOCKS:
        yield inputs, outputs, 3
        yield outputs, outputs, 3


class _Tensors:
    """The tensors of the file one after the other, found by the header each must have."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._position = 0

    def next(self, count: int, dimensions: tuple[int, ...]) -> NDArray[np.float64]:
        header = b"".join(_integer(value) for value in (TENSOR_VERSION, *dimensions))
        found = self._data.find(header, self._position)
        start = found + len(header)
        if found < 0 or start + 4 * count > len(self._data):
            raise WrongWeights(f"no tensor of {dimensions} where dlib's ResNet has one")
        self._position = start + 4 * count
        return np.frombuffer(self._data, "<f4", count, start).astype(np.float64)


def _integer(value: int) -> bytes:
    """dlib's form of a positive integer: how many bytes, then those bytes, lowest first."""
    size = max(1, (value.bit_length() + 7) // 8)
    return bytes([size]) + value.to_bytes(size, "little")


def _folded(tensors: _Tensors, inputs: int, outputs: int, side: int) -> Convolution:
    """A convolution and the affine layer after it, as one convolution."""
    count = outputs * inputs * side * side
    values = tensors.next(count + outputs, (count + outputs, 1, 1, 1))
    kernel = values[:count].reshape(outputs, inputs, side, side).transpose(2, 3, 1, 0)
    gamma, beta = tensors.next(2 * outputs, (2 * outputs, 1, 1, 1)).reshape(2, outputs)
    return Convolution(
        kernel=(kernel * gamma).astype(np.float32),
        bias=(values[count:] * gamma + beta).astype(np.float32),
    )
