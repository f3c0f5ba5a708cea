"""A portrait as a custody suite takes it: frontal, evenly lit, exposed for the face."""

from __future__ import annotations

import numpy as np

from recognition.synthetic.anatomy import Identity
from recognition.synthetic.expression import Expression
from recognition.synthetic.fields import Array, f32
from recognition.synthetic.finishing import (
    Camera,
    Picture,
    face_level,
    over_background,
    taken,
    tone_mapped,
)
from recognition.synthetic.head import build_head
from recognition.synthetic.lighting import STUDIO
from recognition.synthetic.render import View, render, spacing_for

SIZE_PX = 215.0
# Face metering brings a face towards this linear level, but not all the way: dark skin is to
# look dark and light skin light, both with their features showing.
METERED_LEVEL, METERING = 0.30, 0.55
EXPOSURE_LIMITS = (0.8, 1.8)
CAPTURE_TAG = 5


def portrait(
    identity: Identity, *, capture: int = 0, size_px: float = SIZE_PX, camera: Camera | None = None
) -> Picture:
    """uint8 BGR, about 1.9 by 2.1 faces large. Captures differ in pose, smile and noise."""
    rng = np.random.default_rng([identity.seed, CAPTURE_TAG, capture])
    expression = Expression(smile=max(0.0, float(rng.uniform(-0.3, 0.2))))
    head = build_head(identity, expression, spacing_mm=spacing_for(size_px))
    yaw, pitch, roll = (float(v) for v in rng.normal(0, (1.5, 1.2, 0.8)))
    picture = render(head, View(size_px, yaw, pitch, roll), light=STUDIO)
    low, high = EXPOSURE_LIMITS
    exposure = float(np.clip((METERED_LEVEL / face_level(picture)) ** METERING, low, high))
    behind = _wall(picture.alpha.shape)
    linear = over_background(picture, behind, exposure=exposure)
    return taken(tone_mapped(linear), camera or Camera(blur_px=0.5, noise=1.0), rng)


def _wall(shape: tuple[int, ...]) -> Array:
    """A grey wall, a little brighter behind the head."""
    y, x = np.mgrid[0 : shape[0], 0 : shape[1]].astype(f32)
    away = np.hypot(x / shape[1] - 0.5, y / shape[0] - 0.4)
    return np.asarray((0.40 - 0.14 * away)[..., None] * np.array([1, 1.02, 1.05], f32))
