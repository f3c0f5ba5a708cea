"""A picture of one head, seen from a camera."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np

from recognition.synthetic.fields import Array, f32
from recognition.synthetic.head import FACE_MM, Head
from recognition.synthetic.lighting import Light, shaded, shadow_map
from recognition.synthetic.patches import Patch
from recognition.synthetic.splatting import copies_needed, densified, painted, splat

# The neck: what a head turns around.
PIVOT_MM: Final = np.array([0, -60, -10], f32)
EYES_ABOVE_MIDDLE_MM = 18
NEAREST_MM = 90


@dataclass(frozen=True, slots=True)
class View:
    """Face height in pixels, pose in degrees (pitch > 0 looks down), distance in mm.

    `canvas` is the picture's size and `supersampling` its inner scale, both per face height.
    """

    size_px: float
    yaw: float = 0.0
    pitch: float = 0.0
    roll: float = 0.0
    distance_mm: float = 1600.0
    canvas: tuple[float, float] = (1.9, 2.1)
    supersampling: float = 1.5

    def canvas_px(self, scale: float = 1.0) -> tuple[int, int]:
        """Width and height."""
        width, height = self.canvas
        return int(width * self.size_px * scale), int(height * self.size_px * scale)


@dataclass(frozen=True, slots=True, eq=False)
class Render:
    """Linear premultiplied RGB (height × width × 3), coverage, and 9 × 2 landmarks in pixels."""

    rgb: Array
    alpha: Array
    landmarks: Array

    @property
    def box(self) -> tuple[float, float, float, float]:
        """Cheek to cheek, hairline to chin: x, y, width, height."""
        return face_box(self.landmarks)


def face_box(landmarks: Array) -> tuple[float, float, float, float]:
    """The box of a face from its nine landmarks (n × 2), x, y, width, height."""
    left, right = float(landmarks[:, 0].min()), float(landmarks[:, 0].max())
    top, bottom = float(landmarks[6, 1]), float(landmarks[5, 1])
    return left, top, right - left, bottom - top


@dataclass(frozen=True, slots=True)
class Projection:
    """From mm to pixels of the supersampled picture."""

    width: int
    height: int
    pixels_per_mm: float
    distance_mm: float

    def pixels(self, points: Array) -> tuple[Array, Array]:
        nearer = self.distance_mm / (self.distance_mm - points[..., 2])
        x = self.width * 0.5 + self.pixels_per_mm * points[..., 0] * nearer
        up = points[..., 1] + EYES_ABOVE_MIDDLE_MM
        return x, self.height * 0.5 - self.pixels_per_mm * up * nearer


def spacing_for(size_px: float) -> float:
    """Spacing of the mesh (mm) for a face of so many pixels; splatting densifies the rest."""
    return float(np.clip(0.8 * FACE_MM / size_px, 0.45, 2.2))


def rotation(yaw: float, pitch: float, roll: float) -> Array:
    """3 × 3; yaw first, then pitch, then roll, in degrees."""
    y, p, r = np.deg2rad([yaw, pitch, roll])
    turn = np.array([[np.cos(y), 0, np.sin(y)], [0, 1, 0], [-np.sin(y), 0, np.cos(y)]])
    nod = np.array([[1, 0, 0], [0, np.cos(p), -np.sin(p)], [0, np.sin(p), np.cos(p)]])
    lean = np.array([[np.cos(r), -np.sin(r), 0], [np.sin(r), np.cos(r), 0], [0, 0, 1]])
    return np.asarray(lean @ nod @ turn, f32)


def render(head: Head, view: View, *, light: Light, blinking: bool = False) -> Render:
    """Draws a head; nothing random happens here."""
    width, height = view.canvas_px(view.supersampling)
    scale = view.size_px / FACE_MM * view.supersampling
    projection = Projection(width, height, scale, view.distance_mm)
    turn = rotation(view.yaw, view.pitch, view.roll)
    picture, covered = _drawn(head, turn, projection, light, spacing_for(view.size_px))
    x, y = projection.pixels((head.landmarks - PIVOT_MM) @ turn.T + PIVOT_MM)
    if not blinking:
        _catch_lights(picture, x, y, turn=turn, scale=scale, light=light)
    size = view.canvas_px()
    rgb = cv2.resize(picture * covered[..., None], size, interpolation=cv2.INTER_AREA)
    alpha = cv2.resize(covered, size, interpolation=cv2.INTER_AREA)
    return Render(rgb, alpha, np.stack([x, y], 1) / view.supersampling)


def _drawn(
    head: Head, turn: Array, projection: Projection, light: Light, spacing_mm: float
) -> tuple[Array, Array]:
    turned = [_turned(part, turn) for part in head.patches]
    shadows = shadow_map(head.patches, [points for points, _ in turned], light)
    places, colours = [], []
    for part, (points, normals) in zip(head.patches, turned, strict=True):
        colour = shaded(part, points, normals, light=light, shadows=shadows, spacing_mm=spacing_mm)
        seen = _seen(part, points, normals, colour, projection)
        if seen is not None:
            places.append(seen[0])
            colours.append(seen[1])
    place = np.concatenate(places)
    column, row = place[:, 0].astype(np.int32), place[:, 1].astype(np.int32)
    winner = splat(column, row, place[:, 2], projection.width, projection.height)
    return painted(winner, np.concatenate(colours))


def _turned(part: Patch, turn: Array) -> tuple[Array, Array]:
    """Points and normals of a patch after the head has turned; a torso stays."""
    if part.torso:
        return part.points, part.normals
    shape = part.points.shape
    points = (part.points - PIVOT_MM).reshape(-1, 3) @ turn.T
    return points.reshape(shape) + PIVOT_MM, (part.normals.reshape(-1, 3) @ turn.T).reshape(shape)


def _seen(
    part: Patch, points: Array, normals: Array, colour: Array, projection: Projection
) -> tuple[Array, Array] | None:
    """Pixel positions with depth (n × 3) and colours of a patch's points, densely enough."""
    x, y = projection.pixels(points)
    visible = (normals[..., 2] > -0.12) | part.both_sides
    visible &= (y < projection.height + 30) & (x > -30) & (x < projection.width + 30)
    rows, columns = np.flatnonzero(visible.any(1)), np.flatnonzero(visible.any(0))
    if not len(rows):
        return None
    part_of = (slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1))
    distance = projection.distance_mm
    largest = projection.pixels_per_mm * distance / (distance - NEAREST_MM)
    factors = copies_needed(points, 0, largest), copies_needed(points, 1, largest)
    places = np.dstack([x, y, points[..., 2]])[part_of].astype(f32)
    places, colour, shown = densified(places, colour[part_of], visible[part_of], factors=factors)
    places = np.where(shown[..., None], places, f32(-1))
    return places.reshape(-1, 3), colour.reshape(-1, 3)


def _catch_lights(
    picture: Array, x: Array, y: Array, *, turn: Array, scale: float, light: Light
) -> None:
    """The key light mirrored in both corneas."""
    towards = light.unit()
    for eye in (0, 1):
        at_x = x[eye] + (2.3 * towards[0] + turn[0, 2] * 0.5) * scale
        at_y = y[eye] - (2.2 * towards[1] - 0.6) * scale
        centre = int(at_x * 8), int(at_y * 8)
        radius = int(max(0.75 * scale, 0.5) * 8)
        bright = (0.85 * light.key,) * 3
        cv2.circle(picture, centre, radius, bright, -1, cv2.LINE_AA, 3)
