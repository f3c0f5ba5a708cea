"""One frame of the street: background, people from far to near, and the truth about them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from recognition.synthetic.captures import STREET_EXPOSURE
from recognition.synthetic.clothing import SPRITE_PX_PER_M
from recognition.synthetic.fields import Array, f32, smoothstep
from recognition.synthetic.finishing import Picture, tone_mapped
from recognition.synthetic.head import FACE_MM
from recognition.synthetic.render import EYES_ABOVE_MIDDLE_MM, face_box
from recognition.synthetic.street_background import street_background
from recognition.synthetic.street_camera import FOCAL_PX, FPS, HEIGHT, WIDTH, face_px, place
from recognition.synthetic.truth import TrueFace
from recognition.synthetic.walker import Moment, Walker

GRAIN_LEVELS, GRAIN_SHIFT_PX, LENS_BLUR_PX = 2.4, 64, 0.55
# The neckline: the head is cut along a curve and set on the body.
NECKLINE_MM, NECKLINE_CURVE, BESIDE_NECK_MM = 146.0, 0.010, 75.0
COLLAR_M = 0.112
SHOWN_IN_TRUTH = 0.05


@dataclass(frozen=True, slots=True, eq=False)
class Covered:
    """What a sprite covered: top left corner in the frame, and coverage (rows × columns)."""

    x: int
    y: int
    alpha: Array


@dataclass(slots=True, eq=False)
class DrawnFace:
    """A face in the frame; `open_` is how much of each pixel of its box is still seen."""

    walker: Walker
    now: Moment
    landmarks: Array
    corner: tuple[int, int]
    open_: Array


@dataclass(frozen=True, slots=True, eq=False)
class Street:
    """The scene; every frame depends on its number alone."""

    walkers: tuple[Walker, ...]
    background: Array
    grain: Array
    seed: int

    @classmethod
    def with_walkers(cls, walkers: Sequence[Walker], *, seed: int) -> Street:
        rng = np.random.default_rng([seed, 1])
        size = (HEIGHT + GRAIN_SHIFT_PX, WIDTH + GRAIN_SHIFT_PX, 3)
        grain = (GRAIN_LEVELS * rng.standard_normal(size)).astype(f32)
        return cls(tuple(walkers), street_background(rng) * f32(STREET_EXPOSURE), grain, seed)

    def frame(self, number: int) -> tuple[Picture, tuple[TrueFace, ...]]:
        """The picture (uint8 BGR) and the faces in it."""
        image, drawn = self.background.copy(), list[DrawnFace]()
        for now, walker in self._in_view(number / FPS):
            _draw_shadow(image, now)
            covers = [_draw_body(image, walker, now)]
            face, head = _draw_head(image, walker, now)
            for other in drawn:
                _hide(other, [*covers, head])
            drawn.append(face)
        truth = (_truth(face) for face in drawn)
        return self._photographed(image, number), tuple(face for face in truth if face)

    def _in_view(self, time_s: float) -> list[tuple[Moment, Walker]]:
        """Walkers from far to near; sprites of those who have left are dropped."""
        present = []
        for walker in self.walkers:
            now = walker.moment(time_s)
            if now.in_view:
                present.append((now, walker))
            else:
                walker.forget_sprites()
        return sorted(present, key=lambda pair: -pair[0].z)

    def _photographed(self, image: Array, number: int) -> Picture:
        picture = cv2.GaussianBlur(tone_mapped(image), (0, 0), LENS_BLUR_PX)
        dy, dx = np.random.default_rng([self.seed, 2, number]).integers(0, GRAIN_SHIFT_PX, 2)
        picture += self.grain[dy : dy + HEIGHT, dx : dx + WIDTH]
        return np.clip(picture, 0, 255).astype(np.uint8)


def _draw_shadow(image: Array, now: Moment) -> None:
    """The soft dark on the pavement under someone."""
    x, y = place(now.x - 0.1, 0.0, now.z)
    wide, high = 0.36 * FOCAL_PX / now.z, 0.09 * FOCAL_PX / now.z
    left, right = (int(np.clip(v, 0, WIDTH)) for v in (x - 2 * wide, x + 2 * wide))
    top, bottom = (int(np.clip(v, 0, HEIGHT)) for v in (y - 3 * high, y + 3 * high))
    if right <= left or bottom <= top:
        return
    across = np.exp(-(((np.arange(left, right) - x) / wide) ** 2))[None]
    down = np.exp(-(((np.arange(top, bottom) - y) / high) ** 2))[:, None]
    image[top:bottom, left:right] *= (1 - 0.55 * across * down)[..., None].astype(f32)


def _draw_body(image: Array, walker: Walker, now: Moment) -> Covered | None:
    x, y = place(now.x, now.y, now.z)
    metre = FOCAL_PX / now.z
    scale = metre / SPRITE_PX_PER_M
    rgb, alpha = walker.body(now.phase)
    matrix = np.array([[scale, 0, x - 0.5 * metre], [0, scale, y + COLLAR_M * metre]])
    return _laid_over(image, rgb * f32(STREET_EXPOSURE), alpha, matrix)


def _draw_head(image: Array, walker: Walker, now: Moment) -> tuple[DrawnFace, Covered | None]:
    picture, drawn_px = walker.head(now)
    height, width = picture.alpha.shape
    cut = _above_collar(height, width, FACE_MM / drawn_px)
    x, y = place(now.x, now.y, now.z)
    scale, roll = face_px(now.z) / drawn_px, np.deg2rad(now.roll)
    cosine, sine = scale * np.cos(roll), scale * np.sin(roll)
    middle_x, middle_y = width * 0.5, height * 0.5
    matrix = np.array(
        [
            [cosine, sine, x - cosine * middle_x - sine * middle_y],
            [-sine, cosine, y + sine * middle_x - cosine * middle_y],
        ]
    )
    rgb = picture.rgb * (cut * f32(STREET_EXPOSURE))[..., None]
    cover = _laid_over(image, rgb, picture.alpha * cut, matrix)
    landmarks = picture.landmarks @ matrix[:, :2].T + matrix[:, 2]
    left, top, box_width, box_height = face_box(landmarks)
    open_ = np.ones((max(int(box_height), 1), max(int(box_width), 1)), f32)
    return DrawnFace(walker, now, landmarks, (int(left), int(top)), open_), cover


def _above_collar(height: int, width: int, mm_per_px: float) -> Array:
    down = (np.arange(height)[:, None] - height * 0.5) * mm_per_px - EYES_ABOVE_MIDDLE_MM
    across = (np.arange(width)[None] - width * 0.5) * mm_per_px
    cut = smoothstep(4, -4, down - (NECKLINE_MM - NECKLINE_CURVE * across**2))
    # Long hair falls outside the collar.
    return np.asarray(np.maximum(cut, np.abs(across) > BESIDE_NECK_MM), f32)


def _laid_over(image: Array, rgb: Array, alpha: Array, matrix: Array) -> Covered | None:
    """Warps a premultiplied sprite into the frame; None where it falls outside."""
    height, width = alpha.shape
    corners = np.array([[0, width, 0, width], [0, 0, height, height], [1, 1, 1, 1]], float)
    corners = matrix @ corners
    left, top = np.maximum(np.floor(corners.min(1)).astype(int), 0)
    right, bottom = np.minimum(np.ceil(corners.max(1)).astype(int), (WIDTH, HEIGHT))
    if right <= left or bottom <= top:
        return None
    inside = matrix.copy()
    inside[:, 2] -= (left, top)
    size = (int(right - left), int(bottom - top))
    cover = cv2.warpAffine(alpha, inside, size, flags=cv2.INTER_LINEAR)
    colour = cv2.warpAffine(rgb, inside, size, flags=cv2.INTER_LINEAR)
    part = image[top:bottom, left:right]
    part *= (1 - cover)[..., None]
    part += colour
    return Covered(int(left), int(top), np.asarray(cover))


def _hide(face: DrawnFace, covers: Sequence[Covered | None]) -> None:
    """Takes what nearer sprites cover from a face's visible pixels."""
    left, top = face.corner
    height, width = face.open_.shape
    for cover in covers:
        if cover is None:
            continue
        rows, columns = cover.alpha.shape
        x0, x1 = max(left, cover.x), min(left + width, cover.x + columns)
        y0, y1 = max(top, cover.y), min(top + height, cover.y + rows)
        if x1 > x0 and y1 > y0:
            hidden = cover.alpha[y0 - cover.y : y1 - cover.y, x0 - cover.x : x1 - cover.x]
            face.open_[y0 - top : y1 - top, x0 - left : x1 - left] *= 1 - hidden


def _truth(face: DrawnFace) -> TrueFace | None:
    """None for a face that lies outside the frame."""
    left, top = face.corner
    height, width = face.open_.shape
    inside = face.open_[max(-top, 0) : max(HEIGHT - top, 0)]
    inside = inside[:, max(-left, 0) : max(WIDTH - left, 0)]
    if inside.size <= SHOWN_IN_TRUTH * face.open_.size:
        return None
    x, y, w, h = (round(v) for v in face_box(face.landmarks))
    eyes = [(round(float(ex)), round(float(ey))) for ex, ey in face.landmarks[:2]]
    return TrueFace(
        person=face.walker.identity.seed,
        watchlisted=face.walker.watchlisted,
        x=x,
        y=y,
        w=w,
        h=h,
        left_eye=eyes[0],
        right_eye=eyes[1],
        visible=round(float(inside.sum()) / (height * width), 2),
        yaw=round(face.now.yaw),
    )
