"""The mouth: where its lines run, the relief of the lips, and their paint."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from recognition.synthetic.expression import Expression
from recognition.synthetic.fields import Array, blended, bump, f32, ridge, smoothstep
from recognition.synthetic.nose import nose_base_y
from recognition.synthetic.skull import HeadGrid


@dataclass(frozen=True, slots=True, eq=False)
class MouthLines:
    """Heights (mm) over the face of the lip line, the edges of the gap and the lips' depth.

    `along` is 0 in the middle and 1 at the corner; `fade` ends every lip feature there.
    """

    half_width: float
    along: Array
    line: Array
    upper_edge: Array
    lower_edge: Array
    upper_lip: Array
    lower_lip: Array
    fade: Array


def mouth_lines(grid: HeadGrid, expression: Expression) -> MouthLines:
    mouth, smile, gap = grid.identity.mouth, expression.smile, expression.mouth_open
    half = mouth.half_width * (1 + 0.17 * smile)
    along = np.clip(grid.across / half, 0, 1.6)
    line = mouth.y + (mouth.corner + 5.5 * smile) * along**2 - 0.8 * ridge(grid.side, 5)
    arch = np.sqrt(np.clip(1 - along**2, 0, 1)) ** 3
    bow = ridge(grid.across - 5, 4) - ridge(grid.side, 3)
    upper = mouth.upper_lip * (1 - 0.25 * smile) * np.clip(1 - along**1.6, 0, 1) ** 0.8
    lower = mouth.lower_lip * (1 - 0.2 * smile) * np.clip(1 - along**2.2, 0, 1) ** 0.75
    return MouthLines(
        half_width=half,
        along=along,
        line=line,
        upper_edge=line + 0.25 * gap * arch,
        lower_edge=line - 0.75 * gap * arch,
        upper_lip=upper * (1 + 0.12 * mouth.cupid * bow),
        lower_lip=lower,
        fade=smoothstep(1.25, 0.6, along),
    )


def mouth_relief(grid: HeadGrid, lines: MouthLines, expression: Expression) -> Array:
    """Lips, the line between them, the dimple at a smiling corner and the philtrum (mm)."""
    mouth, y = grid.identity.mouth, grid.y
    upper = ridge(y - lines.upper_edge - 0.45 * lines.upper_lip, 5.5)
    lower = ridge(y - lines.lower_edge + 0.5 * lines.lower_lip, 6)
    relief = (mouth.projection + 1.2) * upper * lines.fade
    relief += (mouth.projection + 1.6) * lower * lines.fade * 0.95
    relief -= 2.6 * ridge(y - lines.line, 1.5) * lines.fade
    dimple = grid.at(lines.half_width + 3, mouth.y + 4, 4, 5)
    relief -= 2 * expression.smile * dimple
    middle = (nose_base_y(grid) + mouth.y + 6) / 2
    groove = 1.1 * bump(grid.side, y, (0, middle), (2.6, 7)) + 0.5 * grid.at(4.2, middle, 2, 7)
    relief -= mouth.philtrum * groove
    below = mouth.y - float(lines.lower_lip.max()) - 8
    return np.asarray(relief - 3.6 * bump(grid.side, y, (0, below), (17, 5.5)))


def lip_mask(grid: HeadGrid, lines: MouthLines) -> Array:
    y = grid.y
    upper = smoothstep(-0.6, 0.9, lines.upper_lip - (y - lines.upper_edge)) * (y >= lines.line)
    lower = smoothstep(-0.6, 0.9, lines.lower_lip - (lines.lower_edge - y)) * (y < lines.line)
    return np.asarray(np.maximum(upper, lower) * smoothstep(1.05, 0.93, lines.along))


def gap_mask(grid: HeadGrid, lines: MouthLines, expression: Expression) -> Array:
    """Where one looks between the lips."""
    between = smoothstep(-0.4, 0.4, lines.upper_edge - grid.y)
    between = between * smoothstep(-0.4, 0.4, grid.y - lines.lower_edge)
    wide = min(1.0, expression.mouth_open / 2.5)
    return np.asarray(between * smoothstep(1.0, 0.95, lines.along) * wide)


def painted_mouth(
    grid: HeadGrid, lines: MouthLines, expression: Expression, *, skin: Array, albedo: Array
) -> Array:
    """Lips with their fine folds; the gap with its teeth, or the line of a closed mouth."""
    red, dark = grid.identity.mouth.redness, grid.identity.darkness
    tint = np.array([0.86 - 0.1 * red, 0.62 - 0.26 * red, 0.64 - 0.22 * red], f32)
    lips = skin * tint * (1 - 0.12 * dark) * (1 + 0.09 * grid.noise(13, 5, 0.9)[..., None])
    albedo = blended(albedo, lips, 0.88 * lip_mask(grid, lines))
    inside = gap_mask(grid, lines, expression)
    albedo = blended(albedo, [0.05, 0.012, 0.012], inside)
    teeth = smoothstep(-0.2, 0.6, grid.y - (lines.upper_edge - 7.5))
    teeth = teeth * smoothstep(0.86, 0.66, lines.along)
    teeth = teeth * (0.75 + 0.25 * np.abs(np.cos(grid.side * 0.38)) ** 0.3)
    enamel = np.array([0.62, 0.57, 0.48], f32) * (1 - 0.35 * lines.along)[..., None]
    albedo = blended(albedo, enamel, inside * teeth * 0.9)
    if expression.mouth_open >= 2.5:
        return albedo
    line = ridge(grid.y - lines.line, 0.75 + 0.25 * lines.along)
    shade = skin * np.array([0.16, 0.07, 0.07], f32)
    return blended(albedo, shade, 0.85 * line * smoothstep(1.08, 0.95, lines.along))
