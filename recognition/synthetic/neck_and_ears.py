"""Neck and ears."""

from __future__ import annotations

import numpy as np

from recognition.synthetic.fields import Array, f32, ridge, smoothstep
from recognition.synthetic.patches import Patch, patch, tube
from recognition.synthetic.scalp_hair import HANGING
from recognition.synthetic.skull import HeadGrid

EAR_MM, NECK_LENGTH_MM, NECK_ROUND_MM = 40.0, 120.0, 330.0


def width_at_ears(grid: HeadGrid) -> float:
    """Half the width of the head (mm) where ears and glasses sit."""
    rows = len(grid.half_width)
    return float(grid.half_width[int(rows * 0.55 + 0.5)].item())


def ears(grid: HeadGrid, skin: Array) -> list[Patch]:
    """Two discs with the ridge of the helix and the dip of the concha; long hair covers them."""
    if grid.identity.hair.style in HANGING:
        return []
    steps = int(EAR_MM / grid.spacing_mm)
    radius, angle = np.meshgrid(
        np.linspace(0, 1, steps, dtype=f32),
        np.linspace(0, 2 * np.pi, steps * 2, dtype=f32),
        indexing="ij",
    )
    return [_ear(grid, skin, radius, angle, side) for side in (-1, 1)]


def _ear(grid: HeadGrid, skin: Array, radius: Array, angle: Array, side: int) -> Patch:
    build = grid.identity.build
    half, flare = build.ear_length / 2, build.ear_flare
    back = radius * np.cos(angle) * half * 0.56
    up = radius * np.sin(angle) * half * (1 - 0.12 * np.cos(angle))
    relief = 4.5 * ridge(radius - 0.84, 0.1) - 5 * ridge(radius, 0.42)
    relief = relief + 2.5 * ridge(radius - 0.55, 0.1) * (np.cos(angle) > -0.3)
    reach = back + half * 0.45
    points = np.stack(
        [
            side * (width_at_ears(grid) * 0.985 + reach * flare + relief * 0.8),
            up - 10,
            -10 - reach * (1 - 0.35 * flare) + relief * 0.5,
        ],
        2,
    )
    shade = 1 - 0.45 * ridge(radius, 0.4)
    albedo = skin * np.array([1, 0.82, 0.8], f32) * shade[..., None]
    openness = 0.45 + 0.45 * smoothstep(0.1, 0.9, radius)
    return patch(points, albedo, gloss=0.15, openness=openness, both_sides=True, shades=False)


def neck_radius(grid: HeadGrid) -> float:
    """No neck is wider than its jaw (mm)."""
    skull = grid.identity.skull
    return min(grid.identity.build.neck_radius, 53 * skull.jaw_width * skull.width)


def neck(grid: HeadGrid, skin: Array) -> Patch:
    radius = neck_radius(grid)
    rows = int(NECK_LENGTH_MM / grid.spacing_mm / 2)
    y = np.linspace(-70, -168, rows)
    path = np.stack([0 * y, y, -22 + 0.10 * (y + 70)], 1)
    across = radius + 12 * smoothstep(-150, -195, y)
    deep = radius * 1.02 + 6 * smoothstep(-150, -190, y)
    columns = int(NECK_ROUND_MM / grid.spacing_mm / 2)
    under_chin = 0.30 + 0.70 * smoothstep(-105, -165, y)
    return patch(
        tube(path, np.stack([across, deep], 1), columns),
        skin * np.array([1, 0.95, 0.93], f32),
        gloss=0.1,
        openness=np.repeat(under_chin[:, None], columns, 1),
        both_sides=True,
    )
