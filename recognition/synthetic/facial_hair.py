"""Beards, moustaches and stubble."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from recognition.synthetic.fields import Array, blended, f32, smoothstep
from recognition.synthetic.mouth import MouthLines
from recognition.synthetic.nose import nose_base_y
from recognition.synthetic.skull import HeadGrid


@dataclass(frozen=True, slots=True, eq=False)
class Beard:
    """`mask` is where the beard covers skin, `shadow` where stubble grows, `strands` its noise."""

    mask: Array
    height: Array
    shadow: Array
    strands: Array


def facial_hair(grid: HeadGrid, mouth: MouthLines) -> Beard:
    person, y = grid.identity.facial_hair, grid.y
    strands = 0.5 * grid.noise(6, 5, 1.2) + 0.4 * grid.noise(7, 2, 1.0)
    jaw, moustache = _jaw(grid), _moustache(grid)
    free = _off_the_lips(grid, mouth)
    mask = np.clip(person.beard * _full_beard(grid, jaw) * 1.2, 0, 1)
    if person.goatee:
        mask = np.maximum(mask, _goatee(grid))
    if person.moustache:
        mask = np.maximum(mask, np.clip(1.5 * moustache, 0, 1))
    mask = np.clip(mask * free * (1 + 0.35 * strands), 0, 1)
    mask = mask * smoothstep(0.12, 0.6, mask + 0.12 * strands)
    taper = 0.4 + 0.6 * smoothstep(-60, -100, y)
    height = mask * person.length * (1 + 0.15 * strands) * taper
    return Beard(mask, height, np.maximum(jaw * 0.8, moustache) * free, strands)


def _jaw(grid: HeadGrid) -> Array:
    low = smoothstep(-42, -62, grid.y + 0.25 * (grid.across - 40))
    return np.asarray(low * smoothstep(104, 96, np.abs(grid.degrees)) * grid.front**0.2)


def _off_the_lips(grid: HeadGrid, mouth: MouthLines) -> Array:
    above = grid.y - mouth.upper_edge - mouth.upper_lip
    below = mouth.lower_edge - mouth.lower_lip - grid.y
    near = smoothstep(1.5, -0.5, np.maximum(above, below))
    return np.asarray(1 - near * smoothstep(1.12, 1.0, mouth.along))


def _moustache(grid: HeadGrid) -> Array:
    mouth, low = grid.identity.mouth, nose_base_y(grid)
    middle = (low + mouth.y + mouth.upper_lip) / 2 + 0.5 - 0.12 * (grid.across - 9)
    return np.asarray(grid.at(9, middle, 18, 6.5) * smoothstep(low + 1, low - 3, grid.y))


def _full_beard(grid: HeadGrid, jaw: Array) -> Array:
    mouth = grid.identity.mouth
    around = (grid.across - 14) / 30 + (mouth.y - 8 - grid.y) / 26
    under_lip = np.abs(grid.y - (mouth.y - mouth.lower_lip - 4)) + grid.across * 0.2
    return np.asarray(jaw * smoothstep(-0.1, 0.35, around) * smoothstep(2, 7, under_lip))


def _goatee(grid: HeadGrid) -> Array:
    mouth = grid.identity.mouth
    chin = smoothstep(30, 20, grid.across) * smoothstep(mouth.y + 6, mouth.y - 4, grid.y)
    below = grid.across + (mouth.y - mouth.lower_lip - 2 - grid.y)
    return np.asarray(chin * smoothstep(12, 20, below))


def painted_stubble(grid: HeadGrid, beard: Beard, albedo: Array) -> Array:
    """The blue-grey shade of a shaved chin; it shows less on dark skin."""
    person = grid.identity
    amount = person.facial_hair.stubble * 0.75 * (1 - 0.4 * person.darkness)
    shade = albedo * 0.45 + person.hair.colour * 0.3
    return blended(albedo, shade, amount * beard.shadow * (1 + 0.5 * beard.strands))


def painted_beard(grid: HeadGrid, beard: Beard, albedo: Array) -> Array:
    hair = grid.identity.hair
    strands = np.clip(1 + 0.4 * beard.strands, 0.3, 2)[..., None]
    colour = (hair.colour * 0.85 + f32(0.004)) * strands * (1 + 0.6 * hair.grey)
    return blended(albedo, colour, beard.mask * 0.92)
