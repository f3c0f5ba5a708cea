"""Moving a face's five points onto an embedder's template."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from recognition.types import Floats, Image


class NoAlignment(ValueError):
    """Five points that no similarity transform takes to a template (all in one place, NaN)."""


@dataclass(frozen=True, slots=True)
class AlignmentTemplate:
    """Where the five points of an upright frontal face lie in a chip of `size` × `size` px.

    `weights` says how far each point is to be trusted: eyes are found more exactly than a nose
    tip that turns with the head or a mouth that opens.
    """

    size: int
    points: tuple[tuple[float, float], ...]
    weights: tuple[float, ...] = (1.0, 1.0, 1.0, 1.0, 1.0)

    @classmethod
    def from_options(cls, options: dict[str, Any]) -> AlignmentTemplate:
        """A profile's template. Raises ValueError unless it has five points of two numbers."""
        points = tuple((float(x), float(y)) for x, y in options["points"])
        weights = tuple(float(value) for value in options.get("weights", (1.0,) * 5))
        if len(points) != 5 or len(weights) != 5:
            raise ValueError("a template has five points")
        return cls(int(options["size"]), points, weights)


def similarity_transform(
    source: NDArray[np.floating],
    target: NDArray[np.floating],
    *,
    weights: Sequence[float] | None = None,
) -> NDArray[np.float64]:
    """2 × 3 matrix of the rotation, scale and shift that takes N points nearest to N others.

    Weighted least squares without reflection (Umeyama, 1991). Raises NoAlignment where the
    points do not define it.
    """
    a, b = np.asarray(source, np.float64), np.asarray(target, np.float64)
    if not (np.isfinite(a).all() and np.isfinite(b).all()):
        raise NoAlignment("the points of the face are not all numbers")
    share = np.ones(len(a)) if weights is None else np.asarray(weights, np.float64)
    share = (share / share.sum())[:, None]
    centre_a, centre_b = (share * a).sum(axis=0), (share * b).sum(axis=0)
    a, b = a - centre_a, b - centre_b
    spread = float((share * a**2).sum())
    if spread < 1e-9:
        raise NoAlignment("the points of the face lie in one place")
    # In two dimensions the best rotation needs no decomposition: it is the angle of the sum
    # of the products of the points, taken as complex numbers.
    along = float((share * a * b).sum()) / spread
    across = float((share[:, 0] * (a[:, 0] * b[:, 1] - a[:, 1] * b[:, 0])).sum()) / spread
    linear = np.array([[along, -across], [across, along]])
    return np.hstack([linear, (centre_b - linear @ centre_a)[:, None]])


def align(image: Image, landmarks: Floats, *, template: AlignmentTemplate) -> Image:
    """BGR image and 5 × 2 points → RGB chip of `template.size`².

    What lies beyond the picture's edge repeats the edge: black corners pull embeddings of
    different people together.
    """
    matrix = similarity_transform(landmarks, np.array(template.points), weights=template.weights)
    source, matrix = _shrunk(image, matrix)
    chip = cv2.warpAffine(
        source,
        matrix,
        (template.size, template.size),
        flags=cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_REPLICATE,
    )
    return np.asarray(cv2.cvtColor(chip, cv2.COLOR_BGR2RGB), np.uint8)


def _shrunk(image: Image, matrix: NDArray[np.float64]) -> tuple[Image, NDArray[np.float64]]:
    """Halve a large face's surroundings until the warp shrinks by less than two.

    Bilinear sampling looks at four pixels only; a face many times the chip's size would be
    sampled with gaps and come out grainy.
    """
    scale = float(np.hypot(matrix[0, 0], matrix[1, 0]))
    halvings = int(np.floor(np.log2(1.0 / scale))) if 0 < scale < 0.5 else 0
    factor = 2**halvings
    if factor == 1:
        return image, matrix
    size = (max(1, image.shape[1] // factor), max(1, image.shape[0] // factor))
    small = cv2.resize(image, size, interpolation=cv2.INTER_AREA)
    per_pixel = np.array([image.shape[1] / size[0], image.shape[0] / size[1]])
    # Pixel centres: x_small = (x + 0.5) / factor − 0.5.
    linear = matrix[:, :2] * per_pixel
    shift = matrix[:, 2] + matrix[:, :2] @ (0.5 * per_pixel - 0.5)
    return np.asarray(small, np.uint8), np.hstack([linear, shift[:, None]])
