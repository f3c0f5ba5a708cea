"""Faces to templates: the port against dlib itself and DeepFace, one set of weights, and against
the speed of a plain matrix product."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import cv2
import numpy as np

from recognition.bench.machine import random_square, square_gflop
from recognition.bench.options import ASSETS, Options
from recognition.bench.stock_deepface import StockDeepFace, resnet_path
from recognition.bench.timing import side_by_side
from recognition.embedders.dlib_resnet import SIZE, DlibResnet
from recognition.factory import build_models, load_profile
from recognition.types import Image

BATCHES = (1, 8, 32)
# The batch whose ratio is named without its size.
HEADLINE = 8


def measure(options: Options) -> dict[str, Any]:
    import dlib

    embedder = build_models(load_profile("embedded")).embedder.embedder  # type: ignore[attr-defined]
    assert isinstance(embedder, DlibResnet)
    own = dlib.face_recognition_model_v1(str(resnet_path()))
    deepface = StockDeepFace()
    one = random_square()
    ms: dict[str, dict[str, float]] = {}
    gflops, share = 0.0, 0.0
    for size in BATCHES:
        chips = _chips(size)
        bgr = [np.ascontiguousarray(chip[:, :, ::-1]) for chip in chips]
        calls: dict[str, Callable[[], object]] = {
            "embedded": partial(embedder.descriptors, chips),
            "with_mirror_image": partial(embedder.embed, chips),
            "dlib": partial(own.compute_face_descriptor, list(chips)),
            "deepface": partial(deepface.represent_chips, bgr),
            "product": partial(np.matmul, one, one),
        }
        taken = side_by_side(calls, seconds=options.chosen(3, 30))
        product = square_gflop() / taken.pop("product")
        if _gflop(embedder) * size / taken["embedded"] / product > share:
            gflops, share = product, _gflop(embedder) * size / taken["embedded"] / product
        ms[str(size)] = {name: round(1000 * value / size, 2) for name, value in taken.items()}
    return {
        "embed_ms": ms,
        "embed_speedup_vs_dlib": _ratio(ms[str(HEADLINE)], "dlib"),
        "embed_speedup_vs_deepface": _ratio(ms[str(HEADLINE)], "deepface"),
        "embed_speedup_vs_dlib_by_batch": {n: _ratio(row, "dlib") for n, row in ms.items()},
        "embed_speedup_vs_deepface_by_batch": {n: _ratio(row, "deepface") for n, row in ms.items()},
        "plain_matrix_gflops": round(gflops, 1),
        "plain_matrix_share": round(share, 2),
    }


def _ratio(row: dict[str, float], other: str) -> float:
    return round(row[other] / row["embedded"], 1)


def _chips(count: int) -> Image:
    """RGB chips of the demo's portraits."""
    paths = sorted((ASSETS / "portraits").glob("*.jpg"))
    chips = []
    for number in range(count):
        image = cv2.imread(str(paths[number % len(paths)]))
        assert image is not None
        chips.append(cv2.resize(image, (SIZE, SIZE), interpolation=cv2.INTER_AREA)[:, :, ::-1])
    return np.ascontiguousarray(np.stack(chips).astype(np.uint8))


def _gflop(embedder: DlibResnet) -> float:
    """Of one face: two operations for every weight at every place of every convolution."""
    total = 0
    for layer in embedder._network.model.layers:  # noqa: SLF001 - only a bench asks
        if hasattr(layer, "kernel"):
            places = np.prod(layer.output.shape[1:-1]) if len(layer.output.shape) > 2 else 1
            total += 2 * int(np.prod(layer.kernel.shape)) * int(places)
    return total / 1e9
