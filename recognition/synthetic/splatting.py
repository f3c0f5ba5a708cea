"""Points to pixels: the farthest first, the nearest wins, pin-holes are filled."""

from __future__ import annotations

import cv2
import numpy as np

from recognition.synthetic.fields import Array, f32

# A hole this well surrounded is filled: (side of the neighbourhood, share of it covered).
HOLE_PASSES = ((3, 0.4), (5, 0.35))
MOST_COPIES = 8


def splat(x: Array, y: Array, depth: Array, width: int, height: int) -> Array:
    """Index of the point that each pixel (height × width) shows, −1 where none; all int32.

    `depth` grows towards the camera. Sixteen bits of it sort in linear time.
    """
    inside = (x >= 0) & (x < width) & (y >= 0) & (y < height)
    index = np.flatnonzero(inside).astype(np.int32)
    winner = np.full(height * width, -1, np.int32)
    if len(index):
        near = depth[index]
        low, high = float(near.min()), float(near.max())
        levels = ((near - low) * (65535 / (high - low + 1e-6))).astype(np.uint16)
        order = index[np.argsort(levels, kind="stable")]
        winner[y[order] * width + x[order]] = order
    return winner.reshape(height, width)


def densified(
    places: Array, colours: Array, visible: Array, *, factors: tuple[int, int]
) -> tuple[Array, Array, Array]:
    """Grids (rows × columns × …) made `factors` times denser in rows and columns."""
    rows, columns = factors
    if rows * columns == 1:
        return places, colours, visible
    size = (places.shape[1] * columns, places.shape[0] * rows)
    seen = cv2.resize(visible.astype(np.uint8), size, interpolation=cv2.INTER_NEAREST) > 0
    return cv2.resize(places, size), cv2.resize(colours, size), seen


def copies_needed(points: Array, axis: int, pixels_per_mm: float) -> int:
    """How many times denser a grid must be along an axis for steps of under a pixel."""
    steps = np.abs(np.diff(points[..., :2], axis=axis)).max(-1)[::4, ::4]
    longest = float(np.percentile(steps, 82)) * pixels_per_mm
    return int(np.clip(np.ceil(longest * 1.1), 1, MOST_COPIES))


def painted(winner: Array, colours: Array) -> tuple[Array, Array]:
    """Colours and coverage (height × width) of the winning points, with pin-holes filled."""
    covered = (winner >= 0).astype(f32)
    picture = colours[winner]
    picture[winner < 0] = 0
    for side, enough in HOLE_PASSES:
        around = cv2.blur(picture * covered[..., None], (side, side))
        share = cv2.blur(covered, (side, side))
        hole = (covered < 0.5) & (share > enough)
        picture[hole] = (around / np.maximum(share, 1e-6)[..., None])[hole]
        covered[hole] = 1
    return picture, covered
