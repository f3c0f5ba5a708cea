"""One person on the way past the camera: gait, gaze, and the sprites they are drawn with."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

import numpy as np

from recognition.synthetic.anatomy import Identity
from recognition.synthetic.clothing import (
    GARMENTS,
    SPRITE_PX_PER_M,
    Clothes,
    body_sprite,
    sprite_shape,
)
from recognition.synthetic.expression import Expression
from recognition.synthetic.fields import Array, value_noise
from recognition.synthetic.head import Head, build_head
from recognition.synthetic.identity import identity_from_seed
from recognition.synthetic.lighting import STREET
from recognition.synthetic.palettes import linear, skin_colour
from recognition.synthetic.render import Render, View, render, spacing_for
from recognition.synthetic.street_camera import FARTHEST_M, HEIGHT_M, NEAREST_M, face_px

STRIDE_M: Final = 0.72
BODY_PHASES: Final = 10
# A head is drawn again when its pose or size leaves these steps; far ones show less of it.
NEAR_STEP_DEGREES, FAR_STEP_DEGREES, FAR_PX = 1.5, 2.6, 75.0
SIZE_STEP, SPACING_STEP = 0.07, 0.17
CANVAS: Final = (1.9, 2.25)
BLINK_S: Final = 0.14


@dataclass(frozen=True, slots=True)
class Path:
    """A way past the camera: start (s), speed (m/s), lane at the far end and at the near (m)."""

    start_s: float
    speed: float
    far_x: float
    near_x: float


@dataclass(frozen=True, slots=True)
class Bearing:
    """How someone carries their head: mean pose (degrees), rhythm, one glance to a side."""

    yaw: float
    pitch: float
    rhythm: tuple[float, float, float, float]
    glance: float
    glance_s: float
    blink_every_s: float


@dataclass(frozen=True, slots=True)
class Moment:
    """A walker at a moment; metres and degrees. `y` is the height of the eyes."""

    x: float
    y: float
    z: float
    yaw: float
    pitch: float
    roll: float
    phase: float
    blinking: bool

    @property
    def in_view(self) -> bool:
        return NEAREST_M < self.z < FARTHEST_M


@dataclass(slots=True, eq=False)
class Walker:
    """A walker's sprites depend on the moment alone, so frames can be drawn in any order."""

    identity: Identity
    watchlisted: bool
    path: Path
    bearing: Bearing
    clothes: Clothes
    smile: float
    weave: Array
    _heads: dict[tuple[float, bool], Head] = field(default_factory=dict)
    _bodies: dict[int, tuple[Array, Array]] = field(default_factory=dict)
    _sprite: tuple[tuple[float, ...], Render] | None = None

    def moment(self, time_s: float) -> Moment:
        since = time_s - self.path.start_s
        walked = self.path.speed * since
        z = FARTHEST_M - walked
        share = float(np.clip(walked / (FARTHEST_M - NEAREST_M), 0, 1.05))
        phase = np.pi * walked / STRIDE_M + self.bearing.rhythm[0]
        x = self.path.far_x + (self.path.near_x - self.path.far_x) * share
        height = self.clothes.height_m - 0.11
        return Moment(
            x=x + 0.02 * float(np.sin(phase)),
            y=height + 0.018 * float(np.cos(2 * phase)),
            z=z,
            yaw=self._yaw(since, x, z),
            pitch=self._pitch(since, phase, height, z),
            roll=float(1.6 * np.sin(phase) + 1.5 * np.sin(0.4 * since + self.bearing.rhythm[3])),
            phase=float(phase),
            blinking=since % self.bearing.blink_every_s < BLINK_S,
        )

    def _yaw(self, since: float, x: float, z: float) -> float:
        bearing = self.bearing
        sway = 6 * np.sin(0.55 * since + bearing.rhythm[1])
        sway += 2 * np.sin(1.7 * since + bearing.rhythm[2])
        glance = bearing.glance * np.exp(-(((since - bearing.glance_s) / 0.8) ** 2))
        return float(bearing.yaw + sway + glance - 0.3 * np.degrees(np.arctan2(x, max(z, 1))))

    def _pitch(self, since: float, phase: float, height: float, z: float) -> float:
        """Seen from above, someone who looks ahead looks down."""
        nod = 2.5 * np.sin(0.7 * since + self.bearing.rhythm[3]) + np.sin(2 * phase)
        above = np.degrees(np.arctan2(HEIGHT_M - height, max(z, 1)))
        return float(self.bearing.pitch + nod + above)

    def body(self, phase: float) -> tuple[Array, Array]:
        """Premultiplied linear RGB and coverage."""
        number = int(np.floor(phase / (2 * np.pi) * BODY_PHASES)) % BODY_PHASES
        if number not in self._bodies:
            angle = 2 * np.pi * (number + 0.5) / BODY_PHASES
            self._bodies[number] = body_sprite(self.clothes, angle, self.weave)
        return self._bodies[number]

    def head(self, now: Moment) -> tuple[Render, float]:
        """An upright render of the head for about this moment, and its face height (px).

        Roll and the rest of the size are left to the composer.
        """
        wanted = face_px(now.z)
        step = NEAR_STEP_DEGREES if wanted > FAR_PX else FAR_STEP_DEGREES
        size_step = round(float(np.log(wanted)) / SIZE_STEP)
        yaw, pitch = round(now.yaw / step) * step, round(now.pitch / step) * step
        size = float(np.exp(size_step * SIZE_STEP)) * 1.03
        key = (yaw, pitch, size_step, now.blinking)
        if self._sprite is None or self._sprite[0] != key:
            # The distance follows from the size, so that it is as coarse as the sprite.
            distance_mm = 1000 * now.z * wanted / size
            view = View(size, yaw, pitch, 0.0, round(distance_mm, -2), CANVAS)
            head = self._head_mesh(size, blinking=now.blinking)
            picture = render(head, view, light=STREET, blinking=now.blinking)
            self._sprite = key, picture
        return self._sprite[1], size

    def _head_mesh(self, size_px: float, *, blinking: bool) -> Head:
        """One of a few levels of detail."""
        level = round(float(np.log(spacing_for(size_px))) / SPACING_STEP) * SPACING_STEP
        key = (round(level, 3), blinking)
        if key not in self._heads:
            expression = Expression(smile=self.smile, blink=0.85 * blinking)
            self._heads[key] = build_head(
                self.identity,
                expression,
                spacing_mm=float(np.exp(level)),
                with_torso=False,
            )
        return self._heads[key]

    def forget_sprites(self) -> None:
        """Frees tens of megabytes of someone who has left the picture."""
        self._heads.clear()
        self._bodies.clear()
        self._sprite = None


def walker(seed: int, *, watchlisted: bool, path: Path, rng: np.random.Generator) -> Walker:
    """A person with clothes and manners; `rng` draws those, the seed draws the face."""
    identity = identity_from_seed(seed)
    size = sprite_shape()
    extent = (float(size[0]), float(size[1]))
    cell = (22.0 * SPRITE_PX_PER_M / 190, 8.0 * SPRITE_PX_PER_M / 190)
    return Walker(
        identity=identity,
        watchlisted=watchlisted,
        path=path,
        bearing=_bearing(path, rng),
        clothes=_clothes(identity, rng),
        smile=max(0.0, float(rng.uniform(-0.5, 0.4))),
        weave=value_noise(rng, size, cell, extent),
    )


def _bearing(path: Path, rng: np.random.Generator) -> Bearing:
    """Everyone glances aside once, before the zone of recognition."""
    angles = [float(v) for v in rng.uniform(0, 2 * np.pi, 4)]
    far_s = (FARTHEST_M - rng.uniform(11.5, 14.0)) / path.speed
    return Bearing(
        yaw=float(rng.normal(0, 3)),
        pitch=float(rng.normal(-4, 2)),
        rhythm=(angles[0], angles[1], angles[2], angles[3]),
        glance=float(rng.uniform(10, 28) * rng.choice([-1, 1])),
        glance_s=float(far_s),
        blink_every_s=float(rng.uniform(2, 5)),
    )


def _clothes(identity: Identity, rng: np.random.Generator) -> Clothes:
    trousers = np.clip(rng.normal(55, 28) + rng.normal(0, 8, 3), 12, 150)
    second = np.clip(rng.uniform(30, 215) + rng.normal(0, 20, 3), 12, 230)
    masculinity = identity.masculinity
    return Clothes(
        garment=str(rng.choice(GARMENTS)),
        top=identity.outfit.colour,
        second=linear(second),
        legs=linear(trousers),
        # Hands hang in the shade of the body.
        skin=0.75 * skin_colour(identity.tone, warmth=identity.warmth),
        height_m=1.76 * (0.955 + 0.05 * masculinity) + float(rng.normal(0, 0.045)),
        masculinity=masculinity,
    )
