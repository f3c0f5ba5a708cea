"""Hair on the scalp: where it grows, how thick it stands, the strands in it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np

from recognition.synthetic.fields import Array, blended, f32, smoothstep
from recognition.synthetic.skull import HeadGrid

# How far hair of each style stands off the scalp (mm), before a person's own volume.
STYLES: Final = {
    "bald": 0.0,
    "buzz": 2.5,
    "short": 8.0,
    "crop": 12.0,
    "fringe": 14.0,
    "medium": 17.0,
    "long": 13.0,
    "long fringe": 13.0,
    "bun": 6.0,
    "afro": 36.0,
    "receding": 5.0,
}
HANGING: Final = frozenset({"long", "long fringe", "medium"})
FRINGED: Final = frozenset({"fringe", "long fringe"})
STRAND_MM: Final = {"afro": 3.0, "buzz": 2.0}


@dataclass(frozen=True, slots=True, eq=False)
class ScalpHair:
    """`mask` is where hair covers skin, `height` how far it stands off (mm), `thickness` of the
    style; `fine` and `middle` are the two scales of strands."""

    mask: Array
    height: Array
    thickness: float
    fine: Array
    middle: Array


def scalp_hair(grid: HeadGrid) -> ScalpHair:
    hair = grid.identity.hair
    fine, middle = _strands(grid)
    edge_y = _hairline(grid)
    mask = _growth(grid, edge_y, fine, middle)
    thickness = STYLES[hair.style] * hair.volume
    if hair.style == "bald":
        return ScalpHair(mask, np.zeros(grid.shape, f32), thickness, fine, middle)
    height = _body(grid, edge_y, mask, thickness)
    height = height + mask * _texture(grid, thickness, fine, middle)
    return ScalpHair(mask, height, thickness, fine, middle)


def _strands(grid: HeadGrid) -> tuple[Array, Array]:
    hair = grid.identity.hair
    length = STRAND_MM.get(hair.style, 26.0) * (1 - 0.8 * hair.curl)
    fine = grid.noise(3, max(1.2, length), 1.1)
    middle = grid.noise(4, max(2.0, length * 2), 3.2)
    shear = hair.sweep * 60
    if abs(shear) <= 0.1 or hair.style in STRAND_MM:
        return fine, middle
    rows, columns = grid.shape
    column, row = np.meshgrid(np.arange(columns, dtype=f32), np.arange(rows, dtype=f32))
    column = (column + f32(shear) * row) % (columns - 1)
    return (
        cv2.remap(fine, column, row, cv2.INTER_LINEAR),
        cv2.remap(middle, column, row, cv2.INTER_LINEAR),
    )


def _hairline(grid: HeadGrid) -> Array:
    """Height (mm) of the edge of the hair at each angle around the head."""
    hair, away = grid.identity.hair, np.abs(grid.degrees)
    start = hair.hairline + {"receding": 26, "afro": -2}.get(hair.style, 0)
    bare, sideburn = hair.recession, -14 - 14 * grid.identity.male
    angles = [0, 18, 34, 48, 60, 70, 78, 86, 100, 142]
    heights = [
        start,
        start + 2 + 14 * bare,
        start + 26 * bare,
        start - 8 + 20 * bare,
        30,
        8,
        sideburn,
        -10,
        -40,
        -62,
    ]
    edge = np.interp(away[0], angles, heights)[None]
    if hair.style in FRINGED:
        edge = np.where(away < 44, np.minimum(edge, _fringe(grid)), edge)
    if hair.style == "crop":
        edge = edge - 7 * smoothstep(40, 20, away)
    if hair.style in HANGING:
        beside = np.maximum(30 - 5.5 * (away - 58), -58)
        edge = np.where(away > 58, np.minimum(edge, beside), edge)
    return np.asarray(edge)


def _fringe(grid: HeadGrid) -> Array:
    part = grid.identity.hair.parting
    wave = 4 * np.cos(grid.degrees / 9 + part * 9)
    opening = 12 * np.abs(grid.degrees / 44 - part * 0.8) ** 2
    return np.asarray(grid.identity.brows.y + 12 + wave + opening)


def _growth(grid: HeadGrid, edge_y: Array, fine: Array, middle: Array) -> Array:
    style, away = grid.identity.hair.style, np.abs(grid.degrees)
    mask = smoothstep(-3.5, 3.5, grid.y - edge_y + 2.2 * middle + 1.2 * fine)
    if style == "bald":
        return np.asarray(0.12 * smoothstep(60, 20, grid.y) * mask * (grid.identity.age > 40))
    if style == "receding":
        return mask * smoothstep(20, 62, away + 8 * middle + 0.25 * (70 - grid.y))
    return mask


def _body(grid: HeadGrid, edge_y: Array, mask: Array, thickness: float) -> Array:
    """The mass of the hair: thin at its edge, full on the crown, uneven beside a parting."""
    hair = grid.identity.hair
    lift = smoothstep(10, 75, grid.y)
    edge = smoothstep(0, 45 if hair.style == "afro" else 30, grid.y - edge_y)
    height = mask * (1.2 + thickness * (0.35 + 0.65 * edge) * (0.45 + 0.55 * lift))
    if hair.style in ("short", "medium", "crop"):
        side = np.tanh((grid.degrees - 25 * hair.parting) / 12) * np.sign(hair.parting)
        height = height * (1 + 0.3 * side * lift * _off_pole(grid))
    return np.asarray(height)


def _texture(grid: HeadGrid, thickness: float, fine: Array, middle: Array) -> Array:
    locks = 0.35 * min(thickness, 10) / 3 * middle * 0.5
    locks = locks + grid.noise(5, 24, 9) * thickness * 0.07
    afro = grid.identity.hair.style == "afro"
    locks = locks + (2.2 * fine + 2 * middle if afro else 0.25 * fine)
    return np.asarray(_off_pole(grid) * locks)


def _off_pole(grid: HeadGrid) -> Array:
    """At the pole of the crown all angles meet: no angular detail there."""
    return smoothstep(0.05, 0.6, grid.crown)


def painted_hair(grid: HeadGrid, hair: ScalpHair, standing: Array, albedo: Array) -> Array:
    """Hair colour with its strands; `standing` is all hair's height, also of the beard (mm)."""
    person = grid.identity.hair
    strands = np.clip(1 + 0.28 * hair.fine + 0.2 * hair.middle, 0.25, 2.2)
    if hair.thickness > 6:
        strands = strands * (1 - 0.35 * np.exp(-np.clip(standing, 0, 30) / 2.5))
    silver = 1 + (person.grey > 0.05) * person.grey * 0.35 * np.clip(hair.fine, 0, 2)
    colour = person.colour * (strands * silver)[..., None]
    return blended(albedo, colour, hair.mask * (0.93 if hair.thickness > 4 else 0.8))
