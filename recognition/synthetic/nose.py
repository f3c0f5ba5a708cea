"""The nose: a ridge with its profile, tip and wings, and the dark of the nostrils."""

from __future__ import annotations

import cv2
import numpy as np

from recognition.synthetic.fields import Array, blended, f32, ridge, smoothstep
from recognition.synthetic.skull import HeadGrid

NASION_Y = 5.0


def nose_base_y(grid: HeadGrid) -> float:
    """Height (mm) of the point where the nose meets the upper lip."""
    return NASION_Y - grid.identity.nose.length


def wing_y(grid: HeadGrid) -> float:
    return nose_base_y(grid) + 7


def nose_relief(grid: HeadGrid) -> Array:
    """How far the nose stands out of the face (mm)."""
    nose = grid.identity.nose
    along = np.clip((NASION_Y - grid.y) / nose.length, -1, 1.3)
    widening = smoothstep(0.3, 0.9, along)
    width = nose.bridge_width + (nose.tip_width + 1.5 - nose.bridge_width) * widening
    width = width + 2.5 * smoothstep(0.4, 0, along)
    section = 0.72 * ridge(grid.side, width * 1.05, 2.1) + 0.28 * ridge(grid.side, width * 2.1)
    return np.asarray(_profile(grid, along) * section + _wings(grid))


def _profile(grid: HeadGrid, along: Array) -> Array:
    """Height of the ridge from the nasion (0) to the upper lip (1), seen from the side."""
    nose = grid.identity.nose
    places = [-0.35, 0, 0.3, 0.55, 0.82, 0.93, 1.03, 1.12]
    heights = [
        0,
        nose.bridge_height,
        nose.bridge_height + 5 + 0.7 * nose.hump,
        0.55 * nose.tip_projection + 5 + nose.hump,
        nose.tip_projection,
        nose.tip_projection - 3.5 + 0.6 * nose.tip_up,
        5,
        0,
    ]
    profile = np.interp(along.ravel(), places, heights).reshape(along.shape).astype(f32)
    return np.asarray(cv2.GaussianBlur(profile, (0, 0), 1.6 / grid.spacing_mm))


def _wings(grid: HeadGrid) -> Array:
    nose, low, wings = grid.identity.nose, nose_base_y(grid), wing_y(grid)
    aside = np.abs((grid.across - nose.width + 5.2) / 6.2) ** 2.2
    relief = 8.5 * np.exp(-aside - np.abs((grid.y - wings) / 6.6) ** 2.2)
    relief -= 3.0 * grid.at(nose.width + 2.6, wings + 1, 2.6, 7)
    return np.asarray(relief - 6 * nose.nostril * grid.at(7.2, low + 2.2, 4, 2.1))


def painted_nostrils(grid: HeadGrid, *, skin: Array, albedo: Array) -> Array:
    low, nostril = nose_base_y(grid), grid.identity.nose.nostril
    wide = np.abs((grid.across - 7.4) / 3.9 / nostril) ** 2.5
    high = np.abs((grid.y - low - 1.4 + 0.12 * (grid.across - 7.4)) / 1.75) ** 2.5
    return blended(albedo, skin * 0.05, 0.95 * np.exp(-wide - high))
