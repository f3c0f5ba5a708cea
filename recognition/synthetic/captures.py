"""Single pictures of a head as the street camera would take them, to measure people with."""

from __future__ import annotations

import numpy as np

from recognition.synthetic.anatomy import Identity
from recognition.synthetic.expression import Expression
from recognition.synthetic.finishing import (
    Camera,
    Picture,
    over_background,
    taken,
    tone_mapped,
)
from recognition.synthetic.head import Head, build_head
from recognition.synthetic.lighting import STREET, Light
from recognition.synthetic.render import Render, View, render, spacing_for

CAPTURE_TAG = 9
STREET_EXPOSURE = 1.05
STREET_CAMERA = Camera(blur_px=0.7, noise=2.6)
PAVEMENT_LEVEL = 0.22


def street_head(identity: Identity, *, size_px: float) -> Head:
    """Built once for several captures of one person."""
    rng = np.random.default_rng([identity.seed, CAPTURE_TAG])
    smile = max(0.0, float(rng.uniform(-0.5, 0.5)))
    return build_head(identity, Expression(smile=smile), spacing_mm=spacing_for(size_px))


def street_render(
    identity: Identity, head: Head, *, capture: int, size_px: float, light: Light = STREET
) -> Render:
    """A pose as people have it on the way past the camera."""
    rng = np.random.default_rng([identity.seed, CAPTURE_TAG, capture])
    yaw, pitch, roll = (float(v) for v in rng.normal((0, 4, 0), (6, 4, 2)))
    return render(head, View(size_px, yaw, pitch, roll, distance_mm=7000), light=light)


def street_capture(
    identity: Identity, head: Head, *, capture: int, size_px: float = 105.0
) -> Picture:
    """uint8 BGR of head and shoulders before a grey pavement."""
    picture = street_render(identity, head, capture=capture, size_px=size_px)
    return photographed(picture, np.random.default_rng([identity.seed, CAPTURE_TAG, 1, capture]))


def photographed(picture: Render, rng: np.random.Generator) -> Picture:
    """A render as the street camera's picture."""
    behind = PAVEMENT_LEVEL * STREET_EXPOSURE
    light = over_background(picture, behind, exposure=STREET_EXPOSURE)
    return taken(tone_mapped(light), STREET_CAMERA, rng)
