"""Bodies of walkers: smooth solids seen from the front, in clothes of several kinds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np

from recognition.synthetic.fields import Array, f32, ridge, smoothstep
from recognition.synthetic.lighting import STREET

SPRITE_PX_PER_M: Final = 240
SPRITE_M: Final = (1.0, 1.5)
MIDDLE_X = 0.5
# The chest is flattened: a person is no balloon.
THICKEST_SQUARED = 0.0080
GARMENTS: Final = ("plain", "stripes", "jacket", "shirt", "hoodie", "backpack", "yoke")

# Ends of the middle line and the two radii, in metres; y down from the shoulders.
Capsule = tuple[float, float, float, float, float, float]


@dataclass(frozen=True, slots=True, eq=False)
class Clothes:
    """What one walker wears; colours are linear RGB. `masculinity` widens the shoulders."""

    garment: str
    top: Array
    second: Array
    legs: Array
    skin: Array
    height_m: float
    masculinity: float

    @property
    def scale(self) -> float:
        return self.height_m / 1.72


@dataclass(frozen=True, slots=True, eq=False)
class Layer:
    """One garment: the union of its capsules, in one colour or a picture of colours."""

    colour: Array
    capsules: tuple[Capsule, ...]


def body_sprite(clothes: Clothes, phase: float, weave: Array) -> tuple[Array, Array]:
    """Premultiplied linear RGB and coverage of a body at a phase (radians) of its stride."""
    shape = sprite_shape()
    y, x = np.mgrid[0 : shape[0], 0 : shape[1]].astype(f32) / SPRITE_PX_PER_M
    rgb, alpha = np.zeros((*shape, 3), f32), np.zeros(shape, f32)
    for layer in _layers(clothes, phase, x, y):
        cover, height = _solid(layer, x, y)
        colour = layer.colour * _shading(height, weave)[..., None]
        colour = colour * np.asarray(STREET.colour, f32)
        rgb = rgb * (1 - cover[..., None]) + colour * cover[..., None]
        alpha = alpha * (1 - cover) + cover
    return rgb.astype(f32), alpha.astype(f32)


def sprite_shape() -> tuple[int, int]:
    """Rows and columns of a body's sprite."""
    return int(SPRITE_M[1] * SPRITE_PX_PER_M), int(SPRITE_M[0] * SPRITE_PX_PER_M)


def _solid(layer: Layer, x: Array, y: Array) -> tuple[Array, Array]:
    cover, height = np.zeros_like(x), np.zeros_like(x)
    for x0, y0, x1, y1, r0, r1 in layer.capsules:
        dx, dy = x1 - x0, y1 - y0
        along = np.clip(((x - x0) * dx + (y - y0) * dy) / (dx * dx + dy * dy + 1e-9), 0, 1)
        radius = r0 + (r1 - r0) * along
        away = np.hypot(x - x0 - along * dx, y - y0 - along * dy)
        cover = np.maximum(cover, np.clip((radius - away) * SPRITE_PX_PER_M + 0.5, 0, 1))
        rise = np.clip(radius * radius - away * away, 0, THICKEST_SQUARED)
        height = np.maximum(height, np.sqrt(rise))
    return cover, height


def _shading(height: Array, weave: Array) -> Array:
    """Light on a solid by the slope of its height (m), the same light as on the faces."""
    blurred = cv2.GaussianBlur(height.astype(f32), (0, 0), 0.022 * SPRITE_PX_PER_M)
    surface = blurred + f32(0.0035) * weave
    step = SPRITE_PX_PER_M / 8
    slope_x = -cv2.Sobel(surface, cv2.CV_32F, 1, 0, scale=step)
    slope_y = cv2.Sobel(surface, cv2.CV_32F, 0, 1, scale=step)
    upright = 1 / np.sqrt(slope_x**2 + slope_y**2 + 1)
    towards = STREET.unit()
    facing = (slope_x * towards[0] + slope_y * towards[1] + towards[2]) * upright
    ambient = STREET.ambient * (0.7 + 0.3 * slope_y * upright + 0.12 * upright)
    light = ambient + STREET.key * np.clip(facing, 0, None)
    return np.asarray(light * (0.55 + 0.45 * upright))


def _layers(clothes: Clothes, phase: float, x: Array, y: Array) -> list[Layer]:
    """Back to front: legs, arms, trunk. The swing shows as a change of length."""
    swing = float(np.sin(phase))
    layers = []
    for side in (-1, 1):
        layers += _leg(clothes, side, swing)
    top = garment_colours(clothes, x, y)
    for side in (-1, 1):
        layers += _arm(clothes, side, swing, top)
    return [*layers, _trunk(clothes, top)]


def _widths(clothes: Clothes) -> tuple[float, float]:
    """Half widths (m) of shoulders and hips."""
    shoulder = (0.150 + 0.035 * clothes.masculinity) * clothes.scale
    return shoulder, (0.135 + 0.012 * clothes.masculinity) * clothes.scale


def _leg(clothes: Clothes, side: int, swing: float) -> list[Layer]:
    k, (_, hip) = clothes.scale, _widths(clothes)
    ankle = (0.52 + 0.80 * (1 - 0.05 * max(0.0, side * swing))) * k
    x = MIDDLE_X + side * hip * 0.55
    shoe = (x, ankle, x + side * 0.02, ankle + 0.04, 0.05 * k, 0.055 * k)
    thigh = (x + side * 0.01, 0.50 * k, x, 0.94 * k, 0.10 * k, 0.072 * k)
    shin = (x, 0.94 * k, x - side * 0.005, ankle - 0.01, 0.072 * k, 0.06 * k)
    return [Layer(np.full(3, 0.02, f32), (shoe,)), Layer(clothes.legs, (thigh, shin))]


def _arm(clothes: Clothes, side: int, swing: float, top: Array) -> list[Layer]:
    k, (shoulder, _) = clothes.scale, _widths(clothes)
    elbow = MIDDLE_X + side * (shoulder + 0.06 * k), 0.36 * k
    lift = 0.60 - 0.05 * max(0.0, side * swing)
    hand = MIDDLE_X + side * (shoulder + 0.045 * k), lift * k
    palm = (*hand, hand[0], hand[1] + 0.09 * k, 0.036 * k, 0.03 * k)
    start = MIDDLE_X + side * shoulder * 0.92, 0.115 * k
    upper = (*start, *elbow, 0.072 * k, 0.056 * k)
    lower = (*elbow, hand[0], hand[1] + 0.02, 0.056 * k, 0.044 * k)
    return [Layer(clothes.skin, (palm,)), Layer(top, (upper, lower))]


def _trunk(clothes: Clothes, top: Array) -> Layer:
    k, (shoulder, hip) = clothes.scale, _widths(clothes)
    middle = MIDDLE_X
    chest = (middle, 0.2 * k, middle, 0.50 * k, shoulder * 0.99, hip * 1.05)
    waist = (middle - hip * 0.2, 0.52 * k, middle + hip * 0.2, 0.52 * k, hip * 0.92, hip * 0.92)
    sides: list[Capsule] = [
        (
            middle + side * shoulder * 0.25,
            0.055 * k,
            middle + side * shoulder * 0.92,
            0.13 * k,
            0.062 * k,
            0.078 * k,
        )
        for side in (-1, 1)
    ]
    across = (
        middle - shoulder * 0.5,
        0.16 * k,
        middle + shoulder * 0.5,
        0.16 * k,
        0.1 * k,
        0.1 * k,
    )
    return Layer(top, (chest, waist, *sides, across))


def garment_colours(clothes: Clothes, x: Array, y: Array) -> Array:
    """Colours (rows × columns × 3) of a top at places in metres, y down from the shoulders."""
    across, down = np.abs(x - MIDDLE_X) / clothes.scale, y / clothes.scale
    colour = np.broadcast_to(clothes.top, (*x.shape, 3)).astype(f32)
    share = _second_colour(clothes.garment, across, down)
    if share is not None:
        colour = colour + (clothes.second - colour) * share[..., None]
    return np.asarray(colour * _seams(clothes.garment, across, down)[..., None], f32)


def _second_colour(garment: str, across: Array, down: Array) -> Array | None:
    """Where a garment shows its second colour, 0..1; None where it has only one."""
    if garment == "stripes":
        return smoothstep(-0.15, 0.15, np.sin(down * 110))
    if garment == "jacket":
        return smoothstep(0.004, -0.004, across - _front_edge(down))
    if garment == "yoke":
        return smoothstep(0.006, -0.006, down - 0.17)
    return _second_colour_of_lines(garment, across, down)


def _second_colour_of_lines(garment: str, across: Array, down: Array) -> Array | None:
    """Straps, strings and plackets."""
    if garment == "backpack":
        return ridge(across - 0.105, 0.024, 6)
    if garment == "hoodie":
        return ridge(across - 0.018, 0.004) * smoothstep(0.27, 0.26, down)
    if garment == "shirt":
        return ridge(across - 0.012, 0.0022) * 0.5
    return None


def _front_edge(down: Array) -> Array:
    """How far an open jacket's edges are from the middle."""
    return 0.045 + 0.03 * (0.3 - down)


def _seams(garment: str, across: Array, down: Array) -> Array:
    """Darker lines: hem, zip, pocket, collar."""
    seams = 0.25 * ridge(down - 0.60, 0.006)
    if garment == "jacket":
        seams = seams + 0.6 * ridge(across - _front_edge(down), 0.005)
    if garment == "hoodie":
        pocket = ridge(across - 0.10 - 0.2 * (down - 0.5), 0.004)
        seams = seams + 0.5 * pocket * smoothstep(0.40, 0.42, down)
    if garment == "shirt":
        collar = ridge(across - 0.075 + 0.5 * (down - 0.03), 0.004)
        seams = seams + 0.5 * collar * smoothstep(0.15, 0.13, down)
        seams = seams + 0.5 * ridge(across, 0.005) * (np.sin(down * 80) > 0.9)
    return np.asarray(1 - np.clip(seams, 0, 0.8))
