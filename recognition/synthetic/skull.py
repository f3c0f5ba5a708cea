"""The bare head: a cylindrical mesh of rows (crown to chin) and angles around the face.

Axes are x right, y up and z towards the camera, in millimetres, from the point between the
eyes. Every other part of the face is a relief or a paint on this grid.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from recognition.synthetic.anatomy import Identity
from recognition.synthetic.fields import Array, bump, f32, smooth_curve, smoothstep, value_noise

# The mesh ends 135° to either side: the back of the head is covered by hair or never seen.
HALF_ANGLE_DEGREES = 135
SURFACE_MM = (282.0, 320.0)
CROWN_BASE, CROWN_RISE, CROWN_ARC, FACE_DROP = 40.0, 76.0, 118.0, 164.0
SUPERELLIPSE = 2 / 2.25


@dataclass(frozen=True, slots=True, eq=False)
class HeadGrid:
    """The grid (rows × columns) with the coordinates that features are placed in.

    `across` and `side` are the distances from the midline of the face, unsigned and signed,
    after the small asymmetry that everybody has. `crown` falls from 1 to 0 at the pole.
    """

    identity: Identity
    spacing_mm: float
    x: Array
    y: Array
    z: Array
    side: Array
    across: Array
    degrees: Array
    sine: Array
    cosine: Array
    crown: Array
    half_width: Array
    front: Array

    @property
    def shape(self) -> tuple[int, int]:
        return self.y.shape[0], self.y.shape[1]

    def noise(self, tag: int, rows_mm: float, columns_mm: float | None = None) -> Array:
        """The person's own noise number `tag`; the same at every spacing of the mesh."""
        rng = np.random.default_rng([self.identity.seed, tag])
        return value_noise(rng, self.shape, (rows_mm, columns_mm or rows_mm), SURFACE_MM)

    def at(self, across: float | Array, y: float | Array, width: float, height: float) -> Array:
        """A bell at a place of the face, on both sides of the midline."""
        return bump(self.across, self.y, (across, y), (width, height))


def head_grid(identity: Identity, *, spacing_mm: float) -> HeadGrid:
    """The bare head of a person, about one vertex every `spacing_mm`."""
    y, crown = _rows(spacing_mm)
    columns = int(SURFACE_MM[1] / spacing_mm)
    s = np.linspace(-1, 1, columns, dtype=f32)
    angle = (float(np.deg2rad(HALF_ANGLE_DEGREES)) * (0.75 * s + 0.25 * s**3))[None]
    sine, cosine = np.sin(angle), np.cos(angle)
    half_width = _half_width(identity, y) * crown
    x, z = _shell(identity, y, crown, half_width, sine, cosine)
    shape = (len(y), columns)
    front = smoothstep(0.05, 0.45, cosine) * np.ones(shape, f32)
    rows = np.broadcast_to(y, shape)
    # Half a millimetre or so of lopsidedness, different at every height.
    skew = np.sin(rows / 40 + identity.seed) * front
    side = x + 0.5 * identity.build.asymmetry * skew
    return HeadGrid(
        identity=identity,
        spacing_mm=spacing_mm,
        x=x,
        y=rows,
        z=z,
        side=side,
        across=np.abs(side),
        degrees=np.rad2deg(angle),
        sine=sine,
        cosine=cosine,
        crown=crown,
        half_width=half_width,
        front=front,
    )


def _rows(spacing_mm: float) -> tuple[Array, Array]:
    """Heights of the rows (rows × 1) and how far each is from the crown's pole."""
    over, down = int(CROWN_ARC / spacing_mm), int(FACE_DROP / spacing_mm)
    arc = np.linspace(np.pi / 2, 0, over, endpoint=False, dtype=f32)
    straight = np.linspace(CROWN_BASE, CROWN_BASE - FACE_DROP, down)
    y = np.r_[CROWN_BASE + CROWN_RISE * np.sin(arc), straight].astype(f32)
    crown = np.r_[np.clip(np.cos(arc), 1e-3, 1) ** 0.8, np.ones(down)].astype(f32)
    return y[:, None], crown[:, None]


def _half_width(identity: Identity, y: Array) -> Array:
    jaw, square = identity.skull.jaw_width, identity.skull.jaw_squareness
    heights = [-126, -114, -104, -90, -70, -45, -20, 0, 22, 40]
    widths = [
        14,
        23 + 8 * square,
        34 * jaw + 6 * square,
        44.5 * jaw + 5 * square,
        56 * jaw + 1.5 * square,
        61 + 4 * jaw,
        68,
        70.5,
        73 - identity.skull.temple,
        76,
    ]
    return smooth_curve(np.minimum(y, CROWN_BASE), heights, widths) * identity.skull.width


def _shell(
    identity: Identity, y: Array, crown: Array, half_width: Array, sine: Array, cosine: Array
) -> tuple[Array, Array]:
    """x and z of a superellipse per row, with its own depth in front and behind."""
    skull, low = identity.skull, np.minimum(y, CROWN_BASE)
    front = smooth_curve(
        low,
        [-126, -116, -104, -88, -68, -45, -20, 0, 22, 40],
        [46, 66, 80, 80.5, 83, 84, 83, 82, 89, 90 - 0.4 * skull.forehead_slope],
    )
    front = front * skull.depth * crown
    front = front - skull.forehead_slope * smoothstep(35, 95, y) * crown
    heights = [-126, -110, -90, -70, -40, 0, 40]
    middle = smooth_curve(low, heights, [40, 34, 22, 8, 0, -4, -6]) * crown
    back = smooth_curve(low, heights, [10, -5, -25, -50, -78, -98, -102]) * crown
    # The small constant keeps the superellipse regular at the midline.
    x = half_width * sine * (sine * sine + 0.02) ** ((SUPERELLIPSE - 1) / 2)
    along = np.sign(cosine) * np.abs(cosine) ** SUPERELLIPSE
    z = middle + np.where(along > 0, front - middle, middle - back) * along
    return x, z
