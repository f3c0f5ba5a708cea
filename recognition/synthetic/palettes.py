"""Colours of skin, hair and irises, as linear light."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from recognition.synthetic.fields import Array, f32

# sRGB of diffuse skin by Fitzpatrick type I to VI. The two darkest are those of a face that a
# camera has exposed for; darker values left the detectors nothing to find (docs/synthetic.md).
SKIN_SRGB: Final = np.array(
    [
        (236, 196, 176),
        (228, 180, 152),
        (216, 162, 126),
        (180, 124, 92),
        (142, 95, 70),
        (104, 70, 55),
    ],
    f32,
)
HAIR_SRGB: Final = {
    "black": (24, 21, 21),
    "dark": (46, 33, 27),
    "brown": (80, 54, 37),
    "light brown": (122, 88, 58),
    "blond": (188, 150, 98),
    "red": (140, 66, 34),
    "grey": (140, 138, 136),
    "white": (212, 210, 205),
}
IRIS_SRGB: Final = {
    "dark": (52, 30, 18),
    "brown": (92, 56, 28),
    "hazel": (122, 94, 48),
    "green": (98, 116, 78),
    "blue": (98, 134, 166),
    "grey": (128, 138, 144),
}
DARKEST_TONE: Final = 5.0


def linear(srgb: Sequence[float] | Array) -> Array:
    """Linear light 0..1 of an sRGB colour 0..255, with a plain gamma of 2.2."""
    return (np.asarray(srgb, f32) / 255.0) ** f32(2.2)


def skin_colour(tone: float, *, warmth: float) -> Array:
    """Linear RGB of skin; `tone` runs from 0 (Fitzpatrick I) to 5 (VI)."""
    below = min(int(tone), len(SKIN_SRGB) - 2)
    share = tone - below
    srgb = SKIN_SRGB[below] * (1 - share) + SKIN_SRGB[below + 1] * share
    tint = np.array([1 + warmth, 1, 1 - 1.6 * warmth], f32)
    return np.asarray(linear(srgb) * tint, f32)


def tone_third(tone: float) -> int:
    """0 for the lightest third of tones, 1 for the middle, 2 for the darkest."""
    return min(int(tone / (DARKEST_TONE / 3)), 2)
