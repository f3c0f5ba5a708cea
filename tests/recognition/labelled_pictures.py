"""Labelled folders made for a test, and a chain that reads people out of the pixels."""

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np

from recognition.evaluation.acquisition import Role
from recognition.types import Floats, Image

DIMENSION = 64
BLANK = 255


def write_picture(path: Path, person: int, *, shot: int = 0) -> Path:
    """A picture in which `ScriptedChain` sees a person; BLANK shows nobody."""
    path.parent.mkdir(parents=True, exist_ok=True)
    picture = np.full((60, 60, 3), (person % 256, person // 256, shot), np.uint8)
    path.write_bytes(bytes(cv2.imencode(".png", picture)[1]))
    return path


def write_people(folder: Path, *, mated: int, single: int, blank: Sequence[int] = ()) -> Path:
    """People with two pictures, then people with one; those of `blank` show nobody."""
    for number in range(mated + single):
        for shot in range(2 if number < mated else 1):
            person = BLANK if number in blank else number
            write_picture(folder / f"person_{number:03}" / f"{shot}.png", person, shot=shot)
    return folder


class ScriptedChain:
    """The templates of a person's pictures are alike, those of different people less so.

    Deterministic: how alike depends on the person and the shot alone.
    """

    name = "scripted-1"
    title = "A scripted chain"
    dimension = DIMENSION
    tells_roles_apart = True

    def __init__(self) -> None:
        self.asked: list[tuple[int, Role]] = []

    def templates(self, pictures: Sequence[Image], *, role: Role) -> list[Floats | str]:
        self.asked.append((len(pictures), role))
        return [self._template(picture) for picture in pictures]

    def _template(self, picture: Image) -> Floats | str:
        low, high, shot = (int(value) for value in picture[0, 0])
        if low == BLANK:
            return "No face was found."
        person = low + 256 * high
        face = np.random.default_rng(person).normal(size=DIMENSION)
        noise = np.random.default_rng([person, shot]).normal(size=DIMENSION)
        template = face + 0.6 * noise
        return np.asarray(template / np.linalg.norm(template), np.float32)
