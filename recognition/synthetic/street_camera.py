"""The street camera: a long lens above head height, as on a van or a lamp post.

World in metres: x to the right, y up from the pavement, z away from the camera. Raised, so that
people hide each other's faces less; long, so that a face stays usable for several seconds.
"""

from __future__ import annotations

from typing import Final

WIDTH, HEIGHT, FPS = 1280, 720, 25
FOCAL_PX: Final = 4200.0
HEIGHT_M: Final = 2.7
# The horizon lies above the picture: the camera looks down at the pavement.
HORIZON_PX, CENTRE_PX = -230.0, 640.0
FACE_M: Final = 0.18
NEAREST_M, FARTHEST_M = 4.3, 16.0


def place(x: float, y: float, z: float) -> tuple[float, float]:
    """Pixel of a point of the world."""
    return CENTRE_PX + FOCAL_PX * x / z, HORIZON_PX - FOCAL_PX * (y - HEIGHT_M) / z


def face_px(z: float) -> float:
    """Height in pixels of an average face (chin to hairline) at a distance."""
    return FOCAL_PX * FACE_M / z
