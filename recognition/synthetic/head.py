"""A whole head: the face with its relief and paint, and everything that hangs on it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np

from recognition.synthetic import hanging_hair, neck_and_ears, spectacles, torso
from recognition.synthetic.anatomy import Identity
from recognition.synthetic.complexion import base_skin, skin_albedo
from recognition.synthetic.expression import NEUTRAL, Expression
from recognition.synthetic.eyes import (
    EyeOpening,
    eye_opening,
    lid_relief,
    painted_brows,
    painted_eyes,
    painted_lashes,
    socket_relief,
)
from recognition.synthetic.face_relief import Folds, bone_relief, fold_relief, folds
from recognition.synthetic.facial_hair import (
    Beard,
    facial_hair,
    painted_beard,
    painted_stubble,
)
from recognition.synthetic.fields import Array, f32, smoothstep
from recognition.synthetic.mouth import (
    MouthLines,
    gap_mask,
    lip_mask,
    mouth_lines,
    mouth_relief,
    painted_mouth,
)
from recognition.synthetic.nose import nose_base_y, nose_relief, painted_nostrils
from recognition.synthetic.patches import Patch, patch
from recognition.synthetic.scalp_hair import ScalpHair, painted_hair, scalp_hair
from recognition.synthetic.skull import HeadGrid, head_grid

# Chin to hairline of an average head: what "a face of n pixels" means here.
FACE_MM: Final = 180.0
CHIN_Y, HAIRLINE_Y = -114.0, 66.0
CAVITY_SCALES_MM: Final = ((3.0, 0.055), (9.0, 0.04), (22.0, 0.02))


@dataclass(frozen=True, slots=True, eq=False)
class Head:
    """Patches in mm, and 9 × 3 landmarks: eyes, nose tip, mouth corners, chin, hairline, cheeks.

    Left comes first as seen in the image.
    """

    patches: tuple[Patch, ...]
    landmarks: Array


@dataclass(frozen=True, slots=True, eq=False)
class Features:
    """The parts of one face on its grid."""

    expression: Expression
    eye: EyeOpening
    mouth: MouthLines
    creases: Folds
    hair: ScalpHair
    beard: Beard


def build_head(
    identity: Identity,
    expression: Expression = NEUTRAL,
    *,
    spacing_mm: float = 0.55,
    with_torso: bool = True,
) -> Head:
    """The mesh of a person. The identity does not depend on `spacing_mm`, only the detail does."""
    grid = head_grid(identity, spacing_mm=spacing_mm)
    features = _features(grid, expression)
    face = _face(grid, features)
    skin = base_skin(grid)
    parts = [
        face,
        *neck_and_ears.ears(grid, skin),
        neck_and_ears.neck(grid, skin),
        *hanging_hair.patches(grid),
        *spectacles.patches(grid),
    ]
    if with_torso:
        parts.append(torso.patch_of(grid, skin))
    return Head(tuple(parts), _landmarks(grid, features))


def _features(grid: HeadGrid, expression: Expression) -> Features:
    mouth = mouth_lines(grid, expression)
    return Features(
        expression=expression,
        eye=eye_opening(grid, expression),
        mouth=mouth,
        creases=folds(grid, mouth, expression),
        hair=scalp_hair(grid),
        beard=facial_hair(grid, mouth),
    )


def _face(grid: HeadGrid, features: Features) -> Patch:
    relief = bone_relief(grid, features.expression) + socket_relief(grid) + nose_relief(grid)
    relief = relief + mouth_relief(grid, features.mouth, features.expression)
    relief = relief + fold_relief(grid, features.creases, features.expression)
    relief = relief + lid_relief(grid, features.eye)
    standing = features.hair.height + features.beard.height
    hairy = np.clip(features.hair.mask * (features.hair.thickness > 3) + features.beard.mask, 0, 1)
    blink = features.expression.blink
    return patch(
        _points(grid, features, relief, standing),
        _albedo(grid, features, standing),
        gloss=_gloss(grid, features, hairy),
        openness=_openness(grid, relief * grid.front + standing * 0.5),
        bleed=(1 - hairy).astype(f32),
        eye=(features.eye.opening * (1 - 0.6 * blink)).astype(f32),
    )


def _points(grid: HeadGrid, features: Features, relief: Array, standing: Array) -> Array:
    """Relief pushes the face forward; hair stands off sideways and, on the crown, upwards."""
    skull, up = grid.identity.skull, (1 - grid.crown * 0.999) * (grid.y > 40)
    outward = standing * (1 - 0.7 * up)
    x = grid.x + outward * grid.sine
    z = grid.z + relief * grid.front + outward * grid.cosine
    y = grid.y + standing * (0.9 * up - 0.35 * features.beard.mask * (grid.y < -95))
    y = np.where(y < 0, y * skull.face_length, y * skull.crown_length)
    mouth_y, gap = grid.identity.mouth.y, features.expression.mouth_open
    y = y - gap * 0.55 * smoothstep(mouth_y - 4, mouth_y - 26, grid.y) * grid.front
    return np.stack([x, y, z], 2).astype(f32)


def _albedo(grid: HeadGrid, features: Features, standing: Array) -> Array:
    skin, eye = base_skin(grid), features.eye
    albedo = skin_albedo(grid, eye, features.creases)
    albedo = painted_stubble(grid, features.beard, albedo)
    albedo = painted_mouth(grid, features.mouth, features.expression, skin=skin, albedo=albedo)
    albedo = painted_nostrils(grid, skin=skin, albedo=albedo)
    albedo = painted_eyes(grid, eye, skin=skin, albedo=albedo)
    albedo = painted_lashes(grid, eye, albedo)
    albedo = painted_brows(grid, albedo)
    albedo = painted_hair(grid, features.hair, standing, albedo)
    return painted_beard(grid, features.beard, albedo)


def _gloss(grid: HeadGrid, features: Features, hairy: Array) -> Array:
    shine = 0.20 + 0.1 * grid.at(0, -20, 16, 40) + 0.1 * grid.at(0, 45, 35, 20)
    # Highlights carry the shape of a dark face, whose diffuse shading is faint.
    shine = shine * (1 + 0.5 * grid.identity.darkness)
    gloss = shine * (1 - 0.8 * hairy) + 0.25 * lip_mask(grid, features.mouth) + 0.10 * hairy
    gloss = gloss * (1 + 0.12 * grid.noise(15, 1.4))
    return np.asarray(gloss * (1 - gap_mask(grid, features.mouth, features.expression)))


def _openness(grid: HeadGrid, relief: Array) -> Array:
    """Ambient light by how hollow a place is, at three scales (relief in mm)."""
    small = cv2.resize(relief.astype(f32), None, fx=0.25, fy=0.25, interpolation=cv2.INTER_AREA)
    cavity: Array = np.zeros_like(small)
    for scale_mm, weight in CAVITY_SCALES_MM:
        sigma = scale_mm / grid.spacing_mm / 4
        cavity += weight * (cv2.GaussianBlur(small, (0, 0), sigma) - small)
    cavity = cv2.resize(cavity, (grid.shape[1], grid.shape[0]))
    openness = np.exp(-1.25 * np.clip(cavity, -0.08, 0.9))
    openness = openness * (1 - 0.4 * smoothstep(-111, -124, grid.y))
    behind = smoothstep(60, 95, np.abs(grid.degrees)) * (grid.y < 30)
    return np.asarray(openness * (1 - 0.3 * behind))


def _landmarks(grid: HeadGrid, features: Features) -> Array:
    person, mouth = grid.identity, grid.identity.mouth
    length, z = person.skull.face_length, 84 * person.skull.depth
    eye_x, corner = person.eyes.distance / 2, features.mouth.half_width
    chin = CHIN_Y * length - 0.55 * features.expression.mouth_open
    cheek = 66 * person.skull.width
    return np.array(
        [
            (-eye_x, person.eyes.y, z - 4),
            (eye_x, person.eyes.y, z - 4),
            (0, (nose_base_y(grid) + 9) * length, z + person.nose.tip_projection),
            (-corner, mouth.y * length, z - 8),
            (corner, mouth.y * length, z - 8),
            (0, chin, z - 8),
            (0, HAIRLINE_Y * person.skull.crown_length, z - 4),
            (-cheek, -12, 25),
            (cheek, -12, 25),
        ],
        f32,
    )
