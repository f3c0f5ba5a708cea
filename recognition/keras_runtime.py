"""Running Keras models: the backend's own compiler, fixed batch sizes, a shared GPU.

Networks are written with Keras operations only. What each backend does differently is here.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

Arrays = tuple[NDArray[Any], ...]
Compiled = Callable[[NDArray[Any]], Arrays]

BUCKETS = (1, 2, 4, 8, 16, 32)

_preparing = threading.Lock()


def prepared_keras() -> Any:
    """The `keras` module, with the GPUs set to take memory as they need it."""
    with _preparing:  # `cache` alone would let two threads prepare at once
        return _prepared()


@cache
def _prepared() -> Any:
    """Growth must be set before the backend touches a GPU.

    Otherwise TensorFlow takes all of its memory and a second worker on the same card cannot
    start.
    """
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    # What DeepFace's networks and RetinaFace are written for, beside Keras 3, which ours use;
    # TensorFlow reads it once, when it is imported.
    os.environ.setdefault("TF_USE_LEGACY_KERAS", "1")
    os.environ.setdefault("XLA_PYTHON_CLIENT_PREALLOCATE", "false")
    import keras

    if keras.backend.backend() == "tensorflow":
        import tensorflow as tf

        for gpu in tf.config.list_physical_devices("GPU"):
            tf.config.experimental.set_memory_growth(gpu, True)
    return keras


def compiled(model: Any, shape: Sequence[int | None], dtype: str) -> Compiled:
    """A function of one array → the model's outputs as arrays, traced once, thread-safe.

    A None in `shape` may differ from call to call without another trace on TensorFlow; JAX
    compiles once for each size met.
    """
    backend = prepared_keras().backend.backend()
    if backend == "tensorflow":
        return _for_tensorflow(model, shape, dtype)
    if backend == "jax":
        return _for_jax(model)
    return _for_any(model)


def _for_tensorflow(model: Any, shape: Sequence[int | None], dtype: str) -> Compiled:
    import tensorflow as tf

    def forward(batch: Any) -> Any:
        return _as_tuple(model(batch, training=False))

    function = tf.function(
        forward, input_signature=[tf.TensorSpec(shape, dtype)], autograph=False
    ).get_concrete_function()

    def run(batch: NDArray[Any]) -> Arrays:
        return tuple(output.numpy() for output in function(tf.constant(batch)))

    return run


def _for_jax(model: Any) -> Compiled:
    import jax

    weights = [variable.value for variable in model.variables]
    trainable = weights[: len(model.trainable_variables)]
    fixed = weights[len(model.trainable_variables) :]

    def forward(batch: Any) -> Any:
        return _as_tuple(model.stateless_call(trainable, fixed, batch, training=False)[0])

    function = jax.jit(forward)

    def run(batch: NDArray[Any]) -> Arrays:
        return tuple(np.asarray(output) for output in function(batch))

    return run


def _for_any(model: Any) -> Compiled:
    keras = prepared_keras()

    def run(batch: NDArray[Any]) -> Arrays:
        outputs = _as_tuple(model(batch, training=False))
        return tuple(keras.ops.convert_to_numpy(output) for output in outputs)

    return run


def _as_tuple(outputs: Any) -> tuple[Any, ...]:
    return tuple(outputs) if isinstance(outputs, list | tuple) else (outputs,)


class Bucketed:
    """A model compiled once for each batch size of `buckets`, when that size is first met.

    A batch is cut into pieces of at most the largest bucket and the last piece is filled up
    with zeros, so that the number of faces in a frame never causes another compilation.
    """

    def __init__(
        self,
        model: Any,
        shape: Sequence[int],
        dtype: str,
        *,
        buckets: Sequence[int] = BUCKETS,
    ) -> None:
        self.model = model
        self.buckets = tuple(buckets)
        self.shape = tuple(shape)
        self.dtype = dtype
        self._functions: dict[int, Compiled] = {}
        self._compiling = threading.Lock()

    def __call__(self, batch: NDArray[Any]) -> Arrays:
        """N × `shape` → the model's outputs for these N (N ≥ 1)."""
        if batch.shape[1:] != self.shape:
            raise ValueError(f"a batch of {batch.shape[1:]}, expected {self.shape}")
        largest = self.buckets[-1]
        pieces = [
            self._run(batch[start : start + largest]) for start in range(0, len(batch), largest)
        ]
        if len(pieces) == 1:
            return pieces[0]
        return tuple(np.concatenate(outputs) for outputs in zip(*pieces, strict=True))

    def _run(self, piece: NDArray[Any]) -> Arrays:
        size = next(bucket for bucket in self.buckets if bucket >= len(piece))
        if size == len(piece):
            return self._function(size)(piece)
        filled = np.zeros((size, *self.shape), self.dtype)
        filled[: len(piece)] = piece
        return tuple(output[: len(piece)] for output in self._function(size)(filled))

    def _function(self, size: int) -> Compiled:
        with self._compiling:
            if size not in self._functions:
                self._functions[size] = compiled(self.model, (size, *self.shape), self.dtype)
            return self._functions[size]
