"""From linear light to a photograph: exposure, tone curve, and what a camera does to a picture."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from recognition.synthetic.fields import Array, f32
from recognition.synthetic.render import Render

Picture = NDArray[np.uint8]

GAMMA: Final = 1 / 2.2
# The curve: shadows lifted as a camera with a wide dynamic range does, highlights rolled off.
SHADOW_LIFT, SHADOW_END, SHOULDER = 0.5, 0.08, 0.6
TABLE_END, TABLE_STEPS = 4.0, 4096


def _tone(light: Array) -> Array:
    """0..255 of linear light."""
    light = np.clip(light, 0, None)
    light = light * (1 + SHADOW_LIFT * np.exp(-light / SHADOW_END))
    room = 1 - SHOULDER
    rolled = SHOULDER + room * (1 - np.exp(-(light - SHOULDER) / room))
    return np.asarray(255 * np.where(light < SHOULDER, light, rolled) ** GAMMA, f32)


_TABLE: Final = _tone(np.linspace(0, TABLE_END, TABLE_STEPS, dtype=f32))


def tone_mapped(light: Array) -> Array:
    """0..255 in BGR (float32) of linear RGB, by table: a street frame has a million pixels."""
    step = (TABLE_STEPS - 1) / TABLE_END
    index = np.clip(light * f32(step), 0, TABLE_STEPS - 1).astype(np.int16)
    return _TABLE[index][..., ::-1]


@dataclass(frozen=True, slots=True)
class Camera:
    """Artefacts: blur and motion in pixels, sensor noise in grey levels, JPEG quality."""

    blur_px: float = 0.0
    noise: float = 0.0
    motion_px: float = 0.0
    motion_degrees: float = 0.0
    gain: float = 1.0
    jpeg_quality: int | None = None


def over_background(picture: Render, background: Array | float, *, exposure: float) -> Array:
    """Linear RGB of a render over a background (a level, a colour or a picture)."""
    behind = (1 - picture.alpha[..., None]) * np.asarray(background, f32)
    return np.asarray(picture.rgb * exposure + behind, f32)


def face_level(picture: Render) -> float:
    """Mean linear light of the middle of the face: what a camera's face metering reads."""
    x, y, width, height = picture.box
    rows = slice(int(y + 0.3 * height), int(y + 0.95 * height))
    columns = slice(int(x + 0.25 * width), int(x + 0.75 * width))
    return float(picture.rgb[rows, columns].mean())


def taken(picture: Array, camera: Camera, rng: np.random.Generator) -> Picture:
    """uint8 BGR of 0..255 values: optics, motion, exposure, sensor, codec, in that order."""
    image: Array = np.asarray(picture, f32)
    if camera.blur_px > 0.05:
        image = cv2.GaussianBlur(image, (0, 0), camera.blur_px)
    if camera.motion_px > 1:
        image = cv2.filter2D(image, -1, _motion_kernel(camera))
    image = image * camera.gain
    if camera.noise > 0:
        shot = 0.6 + 0.6 * np.sqrt(np.clip(image, 0, 255) / 255)
        grain = rng.standard_normal(image.shape, dtype=f32)
        image = image + grain * camera.noise * shot
    result = np.clip(image, 0, 255).astype(np.uint8)
    if camera.jpeg_quality is None:
        return result
    return _through_jpeg(result, camera.jpeg_quality)


def _motion_kernel(camera: Camera) -> Array:
    size = int(camera.motion_px) | 1
    middle, angle = size // 2, np.deg2rad(camera.motion_degrees)
    step = np.array([np.cos(angle), np.sin(angle)]) * middle
    kernel = np.zeros((size, size), f32)
    start, end = (tuple(round(float(v)) for v in middle + sign * step) for sign in (-1, 1))
    cv2.line(kernel, start, end, 1, 1, cv2.LINE_AA)
    return np.asarray(kernel / kernel.sum())


def jpeg(picture: Picture, quality: int) -> bytes:
    """The picture as a JPEG file; raises ValueError if it cannot be encoded."""
    done, data = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, quality])
    if not done:
        raise ValueError("the picture could not be encoded as JPEG")
    return data.tobytes()


def _through_jpeg(picture: Picture, quality: int) -> Picture:
    data = np.frombuffer(jpeg(picture, quality), np.uint8)
    decoded = cv2.imdecode(data, cv2.IMREAD_COLOR)
    return np.asarray(decoded, np.uint8)
