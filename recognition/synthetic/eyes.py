"""Eyes: sockets and lids as relief; sclera, iris, lashes and brows as paint."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from recognition.synthetic.expression import Expression
from recognition.synthetic.fields import Array, blended, f32, ridge, smoothstep
from recognition.synthetic.palettes import HAIR_SRGB, IRIS_SRGB, linear
from recognition.synthetic.skull import HeadGrid

IRIS_MM, PUPIL_MM = 6.2, 2.3


@dataclass(frozen=True, slots=True, eq=False)
class EyeOpening:
    """The opening of both eyes: `u`, `v` are coordinates (mm) from the eye's own centre.

    `upper` and `lower` are the heights of the lids at u, `opening` the mask between them.
    """

    u: Array
    v: Array
    half_width: float
    along: Array
    upper: Array
    lower: Array
    within: Array
    opening: Array
    crease: Array


def eye_opening(grid: HeadGrid, expression: Expression) -> EyeOpening:
    eyes, smile, blink = grid.identity.eyes, expression.smile, expression.blink
    u = grid.across - eyes.distance / 2
    v = (grid.y - eyes.y) - u * eyes.tilt
    half = eyes.width / 2
    arch = np.clip(1 - np.abs(u + 1.2) ** 2.1 / (half + 1.2) ** 2.1, 0, 1) ** 0.75
    height = eyes.height * 0.53 * (1 - 0.25 * smile) * (1 - blink) - 0.35 * eyes.height * blink
    upper = height * arch
    bowl = np.clip(1 - np.abs(u - 0.8) ** 2 / (half + 0.4) ** 2, 0, 1) ** 0.8
    lower = -eyes.height * 0.43 * bowl * (1 - 0.2 * smile)
    within = smoothstep(1.04, 0.93, np.abs(u) / half)
    opening = smoothstep(-0.5, 0.5, upper - v) * smoothstep(-0.4, 0.4, v - lower) * within
    along = np.clip(np.abs(u) / half, 0, 1)
    crease = upper + 3.3 - 1.6 * eyes.hood
    return EyeOpening(u, v, half, along, upper, lower, within, opening, crease)


def socket_relief(grid: HeadGrid) -> Array:
    """The hollow around the eye and the eyeball in it (mm)."""
    eyes = grid.identity.eyes
    x = eyes.distance / 2
    hollow = eyes.depth * grid.at(x - 2, eyes.y + 1, 18, 11) + 3.2 * grid.at(16, 2, 6, 9)
    return np.asarray(5.2 * grid.at(x + 0.5, eyes.y, 12.5, 9.5) - hollow)


def lid_relief(grid: HeadGrid, eye: EyeOpening) -> Array:
    """The edge of the lids, the crease above and the bag below (mm)."""
    eyes, u, v = grid.identity.eyes, eye.u, eye.v
    half = eye.half_width
    relief = -0.9 * eyes.crease * ridge(v - eye.crease, 1.0) * smoothstep(1.2, 0.8, eye.along)
    relief += 0.9 * ridge(v - eye.upper - 1, 1.3) * eye.within - 1.1 * eye.opening
    relief += eyes.hood * 1.8 * ridge(v - eye.upper - 5, 3) * smoothstep(1.5, 0.8, eye.along)
    bag = ridge(v - eye.lower + 7, 3.5) * smoothstep(1.25, 0.6, np.abs(u) / half)
    below = ridge(v - eye.lower + 11.5, 1.8) * smoothstep(1.2, 0.5, np.abs(u + 3) / half)
    return relief + eyes.bags * (1.6 * bag - 1.2 * below)


def lid_crease_shade(grid: HeadGrid, eye: EyeOpening) -> Array:
    """The dark of the crease above the eye, for the paint."""
    crease = ridge(eye.v - eye.crease, 0.9) * smoothstep(1.2, 0.8, eye.along)
    return np.asarray(0.25 * grid.identity.eyes.crease * crease)


def painted_eyes(grid: HeadGrid, eye: EyeOpening, *, skin: Array, albedo: Array) -> Array:
    """Sclera, iris with its ring and fibres, pupil, the shade of the lid, the inner corner."""
    globe = _globe(grid, eye)
    globe = globe * (1 - 0.72 * np.exp(-np.clip(eye.upper - eye.v, 0, 9) / 2.0))[..., None]
    corner = smoothstep(-eye.half_width + 2.8, -eye.half_width + 0.4, eye.u) * 0.8
    globe = blended(globe, skin * np.array([0.75, 0.42, 0.4], f32), corner)
    return blended(albedo, globe, eye.opening)


def _globe(grid: HeadGrid, eye: EyeOpening) -> Array:
    identity = grid.identity
    radius = np.hypot(eye.u + 0.2, eye.v - 0.3)
    white = np.array([0.50, 0.44, 0.40], f32) * (1 - 0.25 * identity.darkness)
    sclera = white * (1 - 0.45 * eye.along**3)[..., None]
    fibres = 1 + 0.22 * np.sin(np.arctan2(eye.v, eye.u) * 17 + identity.seed)
    fibres += 0.35 * smoothstep(2.2, 4.5, radius) - 0.9 * smoothstep(4.9, IRIS_MM, radius)
    colour = linear(IRIS_SRGB[identity.complexion.iris]) * 1.15
    iris = colour * np.clip(fibres, 0.12, 2)[..., None]
    globe = blended(sclera, iris, smoothstep(IRIS_MM + 0.35, IRIS_MM - 0.35, radius))
    pupil = smoothstep(PUPIL_MM + 0.2, PUPIL_MM - 0.2, radius)
    return np.asarray(globe * (1 - 0.985 * pupil)[..., None])


def painted_lashes(grid: HeadGrid, eye: EyeOpening, albedo: Array) -> Array:
    """Lash lines above and below, and eye shadow where there is make-up."""
    identity = grid.identity
    lashes, make_up = identity.eyes.lashes, identity.complexion.make_up
    colour: Array = np.array([0.012, 0.009, 0.008], f32)
    if identity.hair.grey < 0.5:
        colour = colour + 0.25 * identity.hair.colour
    line = ridge(eye.v - eye.upper - 0.1, 0.65 + 0.55 * lashes) * eye.within
    inner = 1 - 0.25 * smoothstep(0, -1, eye.u / eye.half_width)
    albedo = blended(albedo, colour, (0.5 + 0.45 * lashes) * line * inner)
    below = ridge(eye.v - eye.lower, 0.6) * eye.within
    albedo = blended(albedo, colour, (0.16 + 0.35 * lashes * make_up) * below)
    shadow = smoothstep(eye.upper - 0.5, eye.upper + 1, eye.v)
    shadow = shadow * smoothstep(eye.crease + 3, eye.crease, eye.v) * eye.within
    return blended(albedo, albedo * np.array([0.55, 0.42, 0.45], f32), make_up * 0.5 * shadow)


def painted_brows(grid: HeadGrid, albedo: Array) -> Array:
    """A tapered arc with strokes of hair."""
    brows, hair = grid.identity.brows, grid.identity.hair
    along = (grid.across - brows.gap) / brows.length
    middle = brows.y + brows.arch * np.sin(np.clip(along, 0, 1.1) * 2.6) * 1.2
    middle = middle + brows.tilt * (grid.across - 28)
    taper = 1 - 0.5 * np.clip(along, 0, 1)
    swell = 0.55 + 0.5 * np.sin(np.clip(along, 0, 1) ** 0.6 * np.pi)
    thickness = brows.thickness * swell * taper
    ends = smoothstep(-0.06, 0.1, along) * smoothstep(1.06, 0.8, along)
    strokes = ridge(grid.y - middle, thickness * 0.62, 2.6) * ends
    soft_ends = smoothstep(-0.1, 0.1, along) * smoothstep(1.1, 0.7, along)
    ground = ridge(grid.y - middle, thickness * 0.9, 2.2) * soft_ends
    dense = 0.5 * ground + 0.7 * strokes * (1 + 0.45 * grid.noise(14, 1.6, 1.1))
    colour = hair.colour if hair.grey > 0.55 else _brow_colour(grid)
    return blended(albedo, colour, brows.density * dense)


def _brow_colour(grid: HeadGrid) -> Array:
    """Darker than the hair; on dark skin much darker, or the brow would not show at all."""
    mixed = grid.identity.hair.colour * 0.6 + linear(HAIR_SRGB["dark"]) * 0.35
    return np.asarray(mixed * (1 - 0.6 * grid.identity.darkness), f32)
