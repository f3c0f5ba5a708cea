"""Shoulders and chest of a portrait, clothed."""

from __future__ import annotations

import numpy as np

from recognition.synthetic.fields import Array, f32, smoothstep, value_noise
from recognition.synthetic.neck_and_ears import neck_radius
from recognition.synthetic.patches import Patch, patch
from recognition.synthetic.skull import HeadGrid

EXTENT_MM = (260.0, 640.0)
FOLDS_TAG, WEAVE_TAG = 21, 22


def patch_of(grid: HeadGrid, skin: Array) -> Patch:
    """One surface from the neck down; it does not turn with the head."""
    spacing = max(grid.spacing_mm * 2.2, 2.0)
    rows, columns = int(EXTENT_MM[0] / spacing), int(EXTENT_MM[1] / spacing)
    y = -128 - 292 * np.linspace(0, 1, rows, dtype=f32)[:, None] ** 1.6
    angle = np.linspace(-np.pi, np.pi, columns, dtype=f32)[None]
    points = _points(grid, y, angle)
    return patch(
        points,
        _albedo(grid, skin, points),
        gloss=0.05,
        openness=0.55 + 0.45 * smoothstep(-130, -190, points[..., 1]),
        torso=True,
    )


def _noise(grid: HeadGrid, tag: int, shape: tuple[int, int], cell: tuple[float, float]) -> Array:
    rng = np.random.default_rng([grid.identity.seed, tag])
    return value_noise(rng, shape, cell, EXTENT_MM)


def _points(grid: HeadGrid, y: Array, angle: Array) -> Array:
    masculinity, neck = grid.identity.masculinity, neck_radius(grid)
    down = np.clip((-128 - y) / 105, 0, 1)
    shoulders = 0.45 * np.sqrt(1 - (1 - down) ** 2) + 0.55 * down**1.15
    wide = neck - 1 + (118 + 40 * masculinity) * shoulders
    deep = neck - 2 + (56 + 8 * masculinity) * down**0.8
    shape = (y.shape[0], angle.shape[1])
    deep = deep + 2.5 * _noise(grid, FOLDS_TAG, shape, (55, 16))
    x = wide * np.sin(angle) * (1.1 - 0.1 * np.sin(angle) ** 2)
    front = (np.cos(angle) > 0) * np.cos(angle)
    return np.stack([x, y - 14 * front * (1 - down), -25 + deep * np.cos(angle)], 2).astype(f32)


def _albedo(grid: HeadGrid, skin: Array, points: Array) -> Array:
    outfit, shape = grid.identity.outfit, (points.shape[0], points.shape[1])
    weave = 1 + 0.05 * _noise(grid, WEAVE_TAG, shape, (4, 4))
    cloth = outfit.colour * weave[..., None]
    if outfit.collar == "crew":
        return np.asarray(cloth)
    x, y, z = points[..., 0], points[..., 1], points[..., 2]
    slope = 0.42 if outfit.collar == "v" else 0.55
    opening = smoothstep(8, 0, np.abs(x) - (y + 205) * slope) * (y > -215) * (z > 0)
    return np.asarray(cloth * (1 - opening[..., None]) + skin * 0.8 * opening[..., None])
