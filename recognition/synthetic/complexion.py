"""Skin: its colour, the blood and the pigment that vary it, freckles and moles."""

from __future__ import annotations

import numpy as np

from recognition.synthetic.eyes import EyeOpening, lid_crease_shade
from recognition.synthetic.face_relief import Folds
from recognition.synthetic.fields import Array, bump, f32, smoothstep
from recognition.synthetic.nose import nose_base_y
from recognition.synthetic.palettes import skin_colour
from recognition.synthetic.skull import HeadGrid

# What a unit of blood and of pigment takes out of red, green and blue light.
BLOOD_ABSORBS = np.array([0.10, 0.95, 0.85], f32)
PIGMENT_ABSORBS = np.array([0.55, 0.8, 1.05], f32)
MOLES_SEED = 77


def base_skin(grid: HeadGrid) -> Array:
    """The person's plain skin colour, linear RGB."""
    return skin_colour(grid.identity.tone, warmth=grid.identity.warmth)


def skin_albedo(grid: HeadGrid, eye: EyeOpening, creases: Folds) -> Array:
    """Skin without features (rows × columns × 3, linear), by absorption in two layers."""
    pigment = _pigment(grid, eye) + _marks(grid)
    wrinkles = grid.identity.complexion.wrinkles
    pigment = pigment + 0.5 * creases.lines + 0.3 * (wrinkles + 0.3) * creases.nasolabial
    pigment = pigment + lid_crease_shade(grid, eye)
    depth = _blood(grid)[..., None] * BLOOD_ABSORBS + pigment[..., None] * PIGMENT_ABSORBS
    return np.asarray(base_skin(grid) * np.exp(-depth))


def _blood(grid: HeadGrid) -> Array:
    person = grid.identity
    x, low = person.eyes.distance / 2, nose_base_y(grid)
    blood = 0.30 * grid.at(36, -32, 18, 16) + 0.32 * grid.at(0, low + 9, 13, 10)
    blood = blood + 0.16 * grid.at(0, -102, 18, 12) + 0.18 * grid.at(x, -8, 16, 6)
    # Redness shows through pale skin, hardly through dark.
    blood = blood * (0.35 + 0.9 * person.ruddiness) * (1 - 0.55 * person.darkness)
    blood = blood + 0.05 * person.complexion.blotches * grid.noise(8, 7)
    blood = blood + 0.03 * grid.noise(9, 2.2)
    return np.asarray(blood + person.complexion.make_up * 0.2 * grid.at(42, -30, 16, 12))


def _pigment(grid: HeadGrid, eye: EyeOpening) -> Array:
    blotches = grid.identity.complexion.blotches
    pigment = 0.075 * blotches * grid.noise(10, 12) + 0.035 * grid.noise(11, 1.3)
    around = (0.16 + 0.2 * grid.identity.eyes.bags) * bump(eye.u, eye.v, (-2, -8), (13, 6))
    around = around + 0.12 * bump(eye.u, eye.v, (0, 5), (15, 5))
    return np.asarray(pigment + around + 0.05 * grid.at(0, 45, 60, 25) * blotches)


def _marks(grid: HeadGrid) -> Array:
    complexion = grid.identity.complexion
    spots = smoothstep(1.1, 1.9, grid.noise(12, 2.3))
    where = grid.at(24, -22, 26, 17) + 0.35 * grid.front
    marks = complexion.freckles * 0.5 * spots * where
    rng = np.random.default_rng(grid.identity.seed + MOLES_SEED)
    for _ in range(complexion.moles):
        x, y, radius = rng.uniform(-50, 50), rng.uniform(-95, 50), rng.uniform(0.9, 2.0)
        marks = marks + 1.4 * smoothstep(1, 0.4, np.hypot(grid.side - x, grid.y - y) / radius)
    return np.asarray(marks)
