"""Glasses: rims, bridge and arms as tubes. They have no lenses."""

from __future__ import annotations

import numpy as np

from recognition.synthetic.anatomy import Glasses
from recognition.synthetic.fields import Array
from recognition.synthetic.neck_and_ears import width_at_ears
from recognition.synthetic.patches import Patch, patch, tube
from recognition.synthetic.skull import HeadGrid

WIRE_MM = {"thin": 0.9, "thick": 2.1, "half": 1.2}
RIM_MM, ARM_MM, BRIDGE_MM = 170.0, 110.0, 30.0
# Frames follow the face: they lie further back, the further out they are.
WRAP = 0.006


def patches(grid: HeadGrid) -> list[Patch]:
    if grid.identity.glasses.frame == "none":
        return []
    parts = [_bridge(grid)]
    for side in (-1, 1):
        parts += [_rim(grid, side), _arm(grid, side)]
    return parts


def _front_z(grid: HeadGrid) -> float:
    return 84 * grid.identity.skull.depth + 10


def _centre_x(grid: HeadGrid) -> float:
    return grid.identity.eyes.distance / 2 + 2


def _rim(grid: HeadGrid, side: int) -> Patch:
    glasses, wire = grid.identity.glasses, WIRE_MM[grid.identity.glasses.frame]
    angle = np.linspace(0, 2 * np.pi, int(RIM_MM / grid.spacing_mm))
    x = side * _centre_x(grid) + glasses.half_width * 0.98 * _squared(np.cos(angle), glasses)
    y = -2 + glasses.half_height * 0.95 * _squared(np.sin(angle), glasses)
    path = _evenly_spaced(np.stack([x, y, _front_z(grid) - WRAP * x**2], 1))
    if glasses.frame == "half":
        path = path[: len(path) // 2 + 2]
    points = tube(path, wire, 14)
    return patch(points, glasses.colour, gloss=0.5, both_sides=True, shades=wire > 1)


def _squared(wave: Array, glasses: Glasses) -> Array:
    """A wave with flatter sides: turns the ellipse of a rim into a rounded rectangle."""
    return np.asarray(np.sign(wave) * np.abs(wave) ** (2 / glasses.roundness))


def _evenly_spaced(path: Array) -> Array:
    steps = np.linalg.norm(np.diff(path, axis=0), axis=1)
    length = np.r_[0, np.cumsum(steps)]
    even = np.linspace(0, length[-1], len(path))
    return np.stack([np.interp(even, length, path[:, axis]) for axis in range(3)], 1)


def _arm(grid: HeadGrid, side: int) -> Patch:
    glasses, wire = grid.identity.glasses, WIRE_MM[grid.identity.glasses.frame]
    x = side * (_centre_x(grid) + glasses.half_width * 0.98)
    hinge = np.array([[x, 4, _front_z(grid) - WRAP * x**2]])
    ear = np.array([[side * (width_at_ears(grid) + 3), 2, -5]])
    along = np.linspace(0, 1, int(ARM_MM / grid.spacing_mm))[:, None]
    points = tube(hinge + along * (ear - hinge), wire * 0.9, 12)
    return patch(points, glasses.colour, gloss=0.4, both_sides=True, shades=False)


def _bridge(grid: HeadGrid) -> Patch:
    glasses, wire = grid.identity.glasses, WIRE_MM[grid.identity.glasses.frame]
    along = np.linspace(-1, 1, int(BRIDGE_MM / grid.spacing_mm))
    x = along * (_centre_x(grid) - glasses.half_width * 0.97)
    z = _front_z(grid) + 1 - WRAP * x**2
    points = tube(np.stack([x, 4 + 1.5 * (1 - along**2), z], 1), wire, 12)
    return patch(points, glasses.colour, gloss=0.4, both_sides=True)
