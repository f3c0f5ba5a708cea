"""The empty street: pavement, kerb, road, a brick wall with windows, bollards."""

from __future__ import annotations

from typing import Final

import cv2
import numpy as np

from recognition.synthetic.fields import Array, f32, ridge, smoothstep, value_noise
from recognition.synthetic.street_camera import (
    CENTRE_PX,
    FOCAL_PX,
    HEIGHT,
    HEIGHT_M,
    HORIZON_PX,
    WIDTH,
    place,
)

WALL_X, KERB_X = -2.3, 2.2
SLAB_M: Final = (0.6, 0.9)
BRICK_M: Final = (0.075, 0.225)
BOLLARD_X, BOLLARD_Z = 1.98, (13.5, 16.5, 19.5, 22.5, 25.5, 28.5, 31.5)
HAZE_FROM_M, HAZE_OVER_M, HAZE_LEVEL = 10.0, 70.0, 0.4
TEXTURE = 1024


def street_background(rng: np.random.Generator) -> Array:
    """Linear RGB (height × width × 3), painted by finding where each pixel's ray lands."""
    row, column = np.mgrid[0:HEIGHT, 0:WIDTH].astype(f32)
    right, up = (column - CENTRE_PX) / FOCAL_PX, (HORIZON_PX - row) / FOCAL_PX
    grain = value_noise(rng, (TEXTURE, TEXTURE), (4, 4), (TEXTURE, TEXTURE))
    ground_z = np.where(up < -1e-4, -HEIGHT_M / np.minimum(up, -1e-4), 1e4)
    wall_z = np.where(right < -1e-4, WALL_X / np.minimum(right, -1e-4), 1e4)
    image = _hazy(_ground(right * ground_z, ground_z, grain), ground_z)
    wall = _hazy(_wall(up * wall_z + HEIGHT_M, wall_z, grain), wall_z)
    image = np.where((wall_z < ground_z)[..., None], wall, image).astype(f32)
    # Beyond the zone of recognition the lens is a little out of focus.
    image = cv2.GaussianBlur(image, (0, 0), 1.3)
    for z in reversed(BOLLARD_Z):
        _draw_bollard(image, z)
    return np.clip(image, 0, 1)


def _hazy(colour: Array, z: Array) -> Array:
    haze = np.clip((z - HAZE_FROM_M) / HAZE_OVER_M, 0, 0.75)[..., None]
    return np.asarray(colour * (1 - haze) + HAZE_LEVEL * haze)


def _sampled(grain: Array, x: Array, y: Array, per_metre: float) -> Array:
    u, v = ((axis * per_metre) % (TEXTURE - 8) for axis in (x, y))
    return np.asarray(cv2.remap(grain, u.astype(f32), v.astype(f32), cv2.INTER_LINEAR))


def _joint(position: Array, spacing: float, width: Array) -> Array:
    """1 on the lines of a grid, as wide as a pixel at least."""
    away = spacing / 2 - np.abs((position % spacing) - spacing / 2)
    return ridge(away, width)


def _ground(x: Array, z: Array, grain: Array) -> Array:
    pixel_m = np.clip(z * z / (FOCAL_PX * HEIGHT_M), 0.006, 0.3)
    slabs = _pavement(x, z, grain, pixel_m)
    tarmac = 0.10 + 0.012 * _sampled(grain, x + 40, z, 90)
    level = np.where(x > KERB_X, tarmac, slabs)
    level = np.where(np.abs(x - KERB_X) < 0.09, 0.34, level)
    colour = level[..., None] * np.array([1, 0.98, 0.95], f32)
    yellow = ridge(x - KERB_X - 0.35, 0.05, 4) + ridge(x - KERB_X - 0.55, 0.05, 4)
    paint = np.array([0.5, 0.36, 0.05], f32)
    return np.asarray(colour + (paint - colour) * np.clip(yellow * 0.85, 0, 1)[..., None])


def _pavement(x: Array, z: Array, grain: Array, pixel_m: Array) -> Array:
    along, across = SLAB_M
    row = np.floor(z / along)
    shifted = x + across / 2 * (row % 2)
    own = np.sin(row * 12.9 + np.floor(shifted / across) * 78.2)
    level = 0.25 + 0.018 * own + 0.022 * _sampled(grain, x + 40, z, 60)
    level = level + 0.016 * _sampled(grain, x + 40, z, 5)
    fine = 0.013 / np.maximum(pixel_m, 0.013)
    joints = _joint(z, along, np.maximum(pixel_m, 0.013)) * fine
    joints = joints + _joint(shifted, across, np.maximum(z / FOCAL_PX, 0.011))
    stains = smoothstep(1.3, 2.2, _sampled(grain, x + 61, z + 17, 2.2))
    return np.asarray(level * (1 - 0.42 * np.clip(joints, 0, 1)) * (1 - 0.25 * stains))


def _wall(y: Array, z: Array, grain: Array) -> Array:
    course = np.floor(y / BRICK_M[0])
    brick = np.sin(course * 7.1 + np.floor(z / BRICK_M[1] + 0.5 * (course % 2)) * 3.7)
    level = 0.16 + 0.03 * brick + 0.03 * _sampled(grain, z, y + 20, 50)
    mortar = ridge((y % BRICK_M[0]), 0.012)
    wall = (level * (1 + 0.5 * mortar))[..., None] * np.array([1.25, 0.82, 0.62], f32)
    pane = (z % 3.4 > 1.1) & (y > 0.7) & (y < 2.7)
    frame = pane & ((z % 3.4 < 1.25) | (z % 3.4 > 3.25) | (y < 0.8))
    glass = 0.07 + 0.1 * np.clip(_sampled(grain, z, y + 9, 4), 0, 1)
    wall = np.where(pane[..., None], glass[..., None] * np.array([0.9, 1, 1.1], f32), wall)
    return np.where(frame[..., None], np.array([0.42, 0.42, 0.4], f32), wall)


def _draw_bollard(image: Array, z: float) -> None:
    """A black post with a white band, lit from the left."""
    left, top = (int(v) for v in place(BOLLARD_X - 0.06, 1.0, z))
    right, bottom = (int(v) for v in place(BOLLARD_X + 0.06, 0.0, z))
    rows, columns = slice(max(top, 0), max(bottom, 0)), slice(left, min(right, WIDTH))
    part = image[rows, columns]
    if part.size == 0:
        return
    round_ = np.linspace(-1, 1, part.shape[1], dtype=f32)[None, :, None]
    shade = (0.5 + 0.5 * np.sqrt(1 - round_**2)) * (1 - 0.35 * round_)
    height = (np.arange(part.shape[0], dtype=f32) + rows.start - top) / max(bottom - top, 1)
    band = ((height > 0.12) & (height < 0.2))[:, None, None]
    part[:] = shade * np.where(band, f32(0.5), f32(0.035))
