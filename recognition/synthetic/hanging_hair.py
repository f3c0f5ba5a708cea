"""Hair that leaves the scalp: a curtain around the back of the head, or a bun on top."""

from __future__ import annotations

import numpy as np

from recognition.synthetic.fields import Array, f32, smoothstep, value_noise
from recognition.synthetic.neck_and_ears import width_at_ears
from recognition.synthetic.patches import Patch, patch
from recognition.synthetic.scalp_hair import HANGING
from recognition.synthetic.skull import HeadGrid

CURTAIN_TOP_Y, CURTAIN_ROUND_MM = 70.0, 520.0
FINE_TAG, LOCKS_TAG, BUN_TAG = 31, 32, 33


def patches(grid: HeadGrid) -> list[Patch]:
    style = grid.identity.hair.style
    if style in HANGING:
        return [_curtain(grid)]
    return [_bun(grid)] if style == "bun" else []


def _noise(
    grid: HeadGrid,
    tag: int,
    shape: tuple[int, int],
    cell: tuple[float, float],
    extent: tuple[float, float],
) -> Array:
    rng = np.random.default_rng([grid.identity.seed, tag])
    return value_noise(rng, shape, cell, extent)


def _curtain(grid: HeadGrid) -> Patch:
    hair = grid.identity.hair
    bottom = (-70 if hair.style == "medium" else -150) * hair.length
    fall = CURTAIN_TOP_Y - bottom
    rows = int(fall / grid.spacing_mm / 1.3)
    columns = int(CURTAIN_ROUND_MM / grid.spacing_mm / 1.3)
    y = np.linspace(CURTAIN_TOP_Y, bottom, rows, dtype=f32)[:, None]
    start = float(np.deg2rad(62))
    angle = np.linspace(start, 2 * np.pi - start, columns, dtype=f32)[None]
    curl, extent = 1 - 0.8 * hair.curl, (fall, CURTAIN_ROUND_MM)
    fine = _noise(grid, FINE_TAG, (rows, columns), (40 * curl, 2.2), extent)
    locks = _noise(grid, LOCKS_TAG, (rows, columns), (60 * curl, 7), extent)
    down = (CURTAIN_TOP_Y - y) / fall
    swell = 9 * hair.volume * np.sin(np.clip(down * 1.5, 0, 1.57))
    radius = width_at_ears(grid) + 5 + swell + 10 * down * (hair.volume - 0.8)
    radius = radius + (2.2 * locks + 0.9 * fine) * (0.4 + down)
    points = np.stack(
        [
            radius * np.sin(angle),
            y + (6 * locks + 3 * fine) * down**3,
            -12 + (radius * 1.12) * np.cos(angle) - 8 * down,
        ],
        2,
    )
    strands = np.clip(1 + 0.3 * fine + 0.22 * locks, 0.25, 2)[..., None]
    behind = smoothstep(0.8, 0, np.abs(np.sin(angle))) * np.ones_like(radius)
    return patch(
        points,
        hair.colour * strands,
        gloss=0.10,
        openness=0.75 - 0.3 * behind,
        both_sides=True,
        shades=False,
    )


def _bun(grid: HeadGrid) -> Patch:
    hair = grid.identity.hair
    polar, around = np.meshgrid(
        np.linspace(0, np.pi, int(90 / grid.spacing_mm), dtype=f32),
        np.linspace(0, 2 * np.pi, int(160 / grid.spacing_mm), dtype=f32),
        indexing="ij",
    )
    shape = (polar.shape[0], polar.shape[1])
    strands = _noise(grid, BUN_TAG, shape, (30, 2), (90, 160))
    radius = 30 * hair.volume + strands
    top = 118 * grid.identity.skull.crown_length + 10
    points = np.stack(
        [
            radius * np.sin(polar) * np.cos(around),
            top + radius * 0.8 * np.cos(polar),
            -45 + radius * np.sin(polar) * np.sin(around),
        ],
        2,
    )
    colour = hair.colour * np.clip(1 + 0.3 * strands, 0.3, 2)[..., None]
    return patch(points, colour, gloss=0.1, both_sides=True, shades=False)
