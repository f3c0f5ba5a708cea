"""Brow, cheeks, chin and the folds of age and smiles: what stands out of the bare head."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from recognition.synthetic.expression import Expression
from recognition.synthetic.fields import Array, bump, f32, ridge, smoothstep
from recognition.synthetic.mouth import MouthLines
from recognition.synthetic.nose import wing_y
from recognition.synthetic.skull import HeadGrid


@dataclass(frozen=True, slots=True, eq=False)
class Folds:
    """`nasolabial` from nose to mouth; `lines` are wrinkles, already scaled by age and smile."""

    nasolabial: Array
    lines: Array


def bone_relief(grid: HeadGrid, expression: Expression) -> Array:
    """The person's own smooth relief, brow ridge, cheeks, jaw and chin (mm)."""
    own = grid.noise(1, 16)
    relief = 1.6 * (0.75 * (own + own[:, ::-1]) / 1.4 + 0.35 * grid.noise(2, 21))
    relief += _brow_ridge(grid) + _cheeks(grid) + _chin(grid)
    relief += expression.smile * 5 * grid.at(36, -36, 13, 12)
    return np.asarray(relief)


def _brow_ridge(grid: HeadGrid) -> Array:
    ridges = grid.at(24, 17, 19, 7.5) + 0.5 * grid.at(0, 17, 11, 8)
    return np.asarray(grid.identity.skull.brow_ridge * ridges)


def _cheeks(grid: HeadGrid) -> Array:
    skull = grid.identity.skull
    relief = skull.cheekbone * grid.at(46, -21, 16, 12)
    relief += skull.cheek_fat * grid.at(36, -50, 19, 21) + 2.6 * grid.at(24, -26, 12, 14)
    return np.asarray(relief - skull.cheek_hollow * grid.at(44, -62, 14, 17))


def _chin(grid: HeadGrid) -> Array:
    skull = grid.identity.skull
    relief = (skull.chin_projection + 3) * grid.at(0, -102, skull.chin_width, 10.5)
    relief += 1.5 * skull.jaw_squareness * grid.at(20, -106, 9, 8)
    cleft = bump(grid.side, grid.y, (0, -102), (2.6, 7))
    return np.asarray(relief - 1.4 * skull.chin_cleft * cleft)


def folds(grid: HeadGrid, mouth: MouthLines, expression: Expression) -> Folds:
    return Folds(_nasolabial(grid, expression), _lines(grid, mouth, expression))


def fold_relief(grid: HeadGrid, creases: Folds, expression: Expression) -> Array:
    """How deep folds and wrinkles cut (mm, negative)."""
    depth = 0.5 + 1.9 * grid.identity.complexion.wrinkles + 1.6 * expression.smile
    return np.asarray(-depth * creases.nasolabial - creases.lines)


def _nasolabial(grid: HeadGrid, expression: Expression) -> Array:
    wings, mouth_y = wing_y(grid), grid.identity.mouth.y
    slope = 0.46 + 0.12 * expression.smile
    path = grid.identity.nose.width + 3 + (wings + 2 - grid.y) * slope
    fold = ridge(grid.across - path, 2.6) * smoothstep(wings + 6, wings - 6, grid.y)
    return np.asarray(fold * smoothstep(mouth_y - 12, mouth_y + 6, grid.y))


def _lines(grid: HeadGrid, mouth: MouthLines, expression: Expression) -> Array:
    crow = _crows_feet(grid)
    frown = ridge(grid.across - 5.5, 1.1)
    frown = frown * smoothstep(10, 16, grid.y) * smoothstep(32, 26, grid.y)
    lines = 0.55 * _forehead_lines(grid) + 0.55 * crow + 0.7 * frown
    lines = lines + 1.3 * _marionette(grid, mouth)
    aged = grid.identity.complexion.wrinkles * lines
    return np.asarray(aged + expression.smile * 0.35 * crow)


def _forehead_lines(grid: HeadGrid) -> Array:
    lines = np.zeros(grid.shape, f32)
    for number in range(4):
        wave = 2.5 * np.cos(grid.side / (17 + 3 * number) + number)
        lines += ridge(grid.y - 34 - 8.5 * number - wave, 1.2)
    return lines * smoothstep(46, 22, grid.across)


def _crows_feet(grid: HeadGrid) -> Array:
    x, y = grid.identity.eyes.distance / 2, grid.identity.eyes.y
    fan = [ridge(grid.y - y - 2 - slope * (grid.across - x - 14), 0.9) for slope in (0.35, 0, -0.4)]
    ends = smoothstep(x + 15, x + 19, grid.across) * smoothstep(x + 33, x + 24, grid.across)
    return np.asarray(sum(fan) * ends)


def _marionette(grid: HeadGrid, mouth: MouthLines) -> Array:
    y = grid.identity.mouth.y
    path = grid.across - mouth.half_width - 3 - 0.1 * (y - grid.y)
    fold = ridge(path, 2.2) * smoothstep(y + 2, y - 8, grid.y)
    return np.asarray(fold * smoothstep(-104, -90, grid.y))
