"""The arithmetic that shapes are made of: soft steps, bumps, smooth noise and smooth curves."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeAlias

import cv2
import numpy as np
from numpy.typing import ArrayLike, NDArray

# float32 everywhere: half the memory, and the mesh is splatted to whole pixels in the end.
# The element type is left open because NumPy's own arithmetic does not keep it in its types.
Array: TypeAlias = NDArray[Any]
Values: TypeAlias = Array | float

f32 = np.float32


def smoothstep(low: Values, high: Values, x: Values) -> Array:
    """0 at `low`, 1 at `high`, with flat ends; `low` may lie above `high`."""
    t = np.clip((np.asarray(x) - low) / (np.asarray(high) - low), 0, 1)
    return np.asarray(t * t * (3 - 2 * t))


def ridge(x: Values, width: Values, power: float = 2.0) -> Array:
    """A bell of x around 0: 1 in the middle, 1/e at `width`; a higher power has steeper sides."""
    return np.asarray(np.exp(-(np.abs(np.asarray(x) / width) ** power)))


def bump(x: Array, y: Array, centre: tuple[Values, Values], width: tuple[Values, Values]) -> Array:
    """A two-dimensional bell around `centre`, 1/e at `width` along each axis."""
    u = (x - centre[0]) / width[0]
    v = (y - centre[1]) / width[1]
    return np.asarray(np.exp(-(u**2) - v**2))


def value_noise(
    rng: np.random.Generator,
    shape: tuple[int, int],
    cell: tuple[float, float],
    extent: tuple[float, float],
) -> Array:
    """Smooth noise of about unit variance, in cells of `cell` over a surface of `extent` (mm).

    How many random values are drawn depends on extent and cell alone, never on `shape`: a
    person must keep the same skin and hair at every level of detail.
    """
    rows, columns = (int(size / step) + 2 for size, step in zip(extent, cell, strict=True))
    grid: Array = rng.standard_normal((rows, columns)).astype(f32)
    grid = _resized(grid, shape[1], axis=1)
    return _resized(grid, shape[0], axis=0)


def _resized(grid: Array, length: int, *, axis: int) -> Array:
    """Stretched with a cubic, shrunk by averaging, so that fine noise does not alias."""
    if grid.shape[axis] == length:
        return grid
    how = cv2.INTER_CUBIC if grid.shape[axis] < length else cv2.INTER_AREA
    size = (length, grid.shape[0]) if axis == 1 else (grid.shape[1], length)
    return cv2.resize(grid, size, interpolation=how)


def smooth_curve(
    y: Array, knots: Sequence[float], values: Sequence[float], softness_mm: float = 5.0
) -> Array:
    """A polygon through the knots, blurred by `softness_mm`, read off at `y` (mm, −140 to 60)."""
    fine = np.arange(-140, 60, 1.0)
    order = np.argsort(knots)
    polygon = np.interp(fine, np.asarray(knots)[order], np.asarray(values, float)[order])
    kernel = (1, int(softness_mm * 6) | 1)
    soft = cv2.GaussianBlur(
        polygon.astype(f32)[:, None], kernel, softness_mm, borderType=cv2.BORDER_REPLICATE
    )
    return np.asarray(np.interp(y, fine, soft[:, 0]), f32)


def blended(base: Array, colour: ArrayLike, amount: Values) -> Array:
    """`base` (… × 3) moved towards a colour by `amount` (…), which is held to 0..1."""
    share = np.clip(amount, 0, 1)
    return np.asarray(base + (np.asarray(colour, f32) - base) * np.asarray(share, f32)[..., None])
