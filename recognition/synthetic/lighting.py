"""Light on a person: one soft key light with its shadow, sky from above, two highlights."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from recognition.synthetic.fields import Array, f32, smoothstep
from recognition.synthetic.patches import Patch
from recognition.synthetic.splatting import splat

SHADOW_CELLS, SHADOW_CELL_MM = 160, 2.2
# Keeps depths positive, so that an empty cell (0) lies behind everything.
DEPTH_OFFSET_MM = 500
# Light wraps around skin, red furthest, because it travels under the surface.
SKIN_WRAP, PLAIN_WRAP = np.array([0.30, 0.16, 0.10], f32), np.array([0.2, 0.2, 0.2], f32)
BLEED_BY_CHANNEL, BLEED_MM = np.array([0.75, 0.4, 0.25], f32), 1.1


@dataclass(frozen=True, slots=True)
class Light:
    """`direction` points to the key light (x right, y up, z to the camera); colours are RGB."""

    direction: tuple[float, float, float]
    key: float
    ambient: float
    colour: tuple[float, float, float]
    sky: tuple[float, float, float]
    softness: float

    def unit(self) -> Array:
        vector = np.asarray(self.direction, f32)
        return np.asarray(vector / np.linalg.norm(vector))


# A custody suite: frontal and soft. The sky does for a lamp above and white walls.
STUDIO = Light((0.25, 0.4, 0.9), 0.85, 0.62, (1.0, 0.98, 0.95), (0.98, 1.0, 1.03), 0.8)
# A bright, hazy day. Harder light from higher up left dark faces without eyes.
STREET = Light((0.35, 0.5, 0.8), 0.92, 0.66, (1.0, 0.97, 0.93), (0.95, 1.0, 1.06), 0.75)


@dataclass(frozen=True, slots=True, eq=False)
class ShadowMap:
    """How near to the light the nearest surface of each cell lies, in the light's own axes."""

    axes: Array
    nearest: Array

    def occlusion(self, points: Array) -> Array:
        """0 where points (rows × columns × 3) are lit, 1 where something stands before them."""
        seen = points.reshape(-1, 3) @ self.axes
        shape = points.shape[:2]
        x, y = (
            (seen[:, axis] / SHADOW_CELL_MM + SHADOW_CELLS / 2 - 0.5).reshape(shape).astype(f32)
            for axis in (0, 1)
        )
        nearest = cv2.remap(self.nearest, x, y, cv2.INTER_LINEAR, borderValue=0)
        gap = nearest - DEPTH_OFFSET_MM - seen[:, 2].reshape(shape)
        return smoothstep(5, 13, gap)


def shadow_map(patches: Sequence[Patch], points: Sequence[Array], light: Light) -> ShadowMap:
    """`points` are those of the patches after turning; only patches that shade take part."""
    towards = light.unit()
    x = np.cross(np.array([0, 1, 0.01], f32), towards)
    x = x / np.linalg.norm(x)
    axes = np.stack([x, np.cross(towards, x), towards], 1).astype(f32)
    casting = [
        turned[::2, ::2].reshape(-1, 3)
        for part, turned in zip(patches, points, strict=True)
        if part.shades
    ]
    seen = np.concatenate(casting) @ axes
    middle = SHADOW_CELLS / 2
    cells = (seen[:, :2] / SHADOW_CELL_MM + middle).astype(np.int32)
    cells = np.clip(cells, 0, SHADOW_CELLS - 1)
    winner = splat(cells[:, 0], cells[:, 1], seen[:, 2], SHADOW_CELLS, SHADOW_CELLS)
    nearest: Array = np.where(winner >= 0, seen[winner, 2] + DEPTH_OFFSET_MM, 0).astype(f32)
    nearest = cv2.blur(cv2.dilate(nearest, np.ones((3, 3))), (3, 3))
    return ShadowMap(axes, nearest)


def shaded(
    part: Patch,
    points: Array,
    normals: Array,
    *,
    light: Light,
    shadows: ShadowMap,
    spacing_mm: float,
) -> Array:
    """Linear RGB light that leaves each point of a patch towards the camera."""
    if part.both_sides:
        normals = normals * np.where(normals[..., 2:] < 0, -1, 1).astype(f32)
    lit = _lit(points, light, shadows, spacing_mm)
    diffuse = _diffuse(part, normals, lit, light, spacing_mm)
    tilt = (0.72 + 0.28 * normals[..., 1] + 0.12 * normals[..., 2])[..., None]
    ambient = tilt * np.asarray(light.sky, f32) * (light.ambient * part.openness)[..., None]
    key = diffuse * np.asarray(light.colour, f32) * light.key
    radiance = part.albedo * (key * (0.55 + 0.45 * part.openness)[..., None] + ambient)
    highlight = _highlight(part, normals, lit, light)
    radiance = radiance + highlight[..., None] * np.asarray(light.colour, f32)
    if part.eye is not None:
        radiance[part.eye > 0.5] *= 0.9
    return np.asarray(radiance)


def _lit(points: Array, light: Light, shadows: ShadowMap, spacing_mm: float) -> Array:
    """1 in the light, down to a soft shadow; found at half resolution."""
    occlusion = shadows.occlusion(points[::2, ::2])
    blurred = cv2.GaussianBlur(occlusion, (0, 0), 0.5 + 2.4 * light.softness / spacing_mm / 2)
    full = cv2.resize(blurred, (points.shape[1], points.shape[0]))
    return np.asarray(1 - (0.92 - 0.3 * light.softness) * full)


def _diffuse(part: Patch, normals: Array, lit: Array, light: Light, spacing_mm: float) -> Array:
    wrap = PLAIN_WRAP if part.bleed is None else SKIN_WRAP
    facing = (normals @ light.unit())[..., None]
    diffuse = np.clip((facing + wrap) / (1 + wrap), 0, None) * lit[..., None]
    if part.bleed is None:
        return np.asarray(diffuse)
    half = cv2.resize(diffuse, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
    spread = cv2.GaussianBlur(half, (0, 0), BLEED_MM / spacing_mm)
    spread = cv2.resize(spread, (diffuse.shape[1], diffuse.shape[0]))
    return np.asarray(diffuse + (spread - diffuse) * BLEED_BY_CHANNEL * part.bleed[..., None])


def _highlight(part: Patch, normals: Array, lit: Array, light: Light) -> Array:
    """A wide and a narrow lobe, stronger at grazing angles, and a faint sheen of the sky."""
    halfway = light.unit() + np.array([0, 0, 1], f32)
    halfway = halfway / np.linalg.norm(halfway)
    wide = np.clip(normals @ halfway, 0, 1) ** 12
    narrow = wide * wide * wide * np.clip(normals @ halfway, 0, 1) ** 4
    grazing = (1 - np.clip(normals[..., 2], 0, 1)) ** 3
    lobes = (0.16 * wide + 0.22 * narrow) * (0.35 + 0.65 * grazing) * 1.5 * light.key * lit
    return np.asarray(part.gloss * (lobes + 0.05 * light.ambient * grazing))
