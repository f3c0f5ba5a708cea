"""From pictures to templates, in the memory of this process only, with the reasons where none."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from enum import StrEnum
from pathlib import Path
from typing import Protocol, TypeAlias

import cv2
import numpy as np

from recognition.images import UnusableImage, decode_image
from recognition.types import Floats, Image

# Fixed batches, so that the same seed gives the same numbers to the last bit.
BATCH = 32
FIGURES = re.compile(r"[: (]+\d.*")

Advance = Callable[[int], None]


class Role(StrEnum):
    """Enrolment asks more of a picture than a passer-by's does."""

    ENROLMENT = "enrolment"
    PROBE = "probe"


Wanted: TypeAlias = tuple[Path, Role]


class Chain(Protocol):
    """A whole recogniser, picture to template."""

    @property
    def name(self) -> str: ...
    @property
    def title(self) -> str: ...
    @property
    def dimension(self) -> int: ...
    @property
    def tells_roles_apart(self) -> bool:
        """Does a picture give another template enrolled than searched?"""

    def templates(self, pictures: Sequence[Image], *, role: Role) -> list[Floats | str]:
        """For each BGR picture its template (float32 D, length 1), or in words why not."""


class Acquisition:
    """Each picture's template by one chain, made once, whatever the number of draws.

    Nothing of it is written anywhere: it is gone with the process.
    """

    def __init__(self, chain: Chain) -> None:
        self.chain = chain
        self._results: dict[Wanted, Floats | str] = {}

    def acquire(self, wanted: Iterable[Wanted], *, advance: Advance, border: float = 0.0) -> None:
        """Make what is not there yet; `advance` is told of each batch done.

        `border` is added on each side, in sides of the picture, for chips cut so close that a
        detector's box leaves them: their edges are repeated.
        """
        new = sorted(set(map(self._key, wanted)) - self._results.keys())
        for role in Role:
            paths = [path for path, wanted_role in new if wanted_role is role]
            for start in range(0, len(paths), BATCH):
                batch = paths[start : start + BATCH]
                self._acquire_batch(batch, role, border=border)
                advance(len(batch))

    def missing(self, wanted: Iterable[Wanted]) -> int:
        return len(set(map(self._key, wanted)) - self._results.keys())

    def template(self, path: Path, role: Role) -> Floats | None:
        result = self._results[self._key((path, role))]
        return None if isinstance(result, str) else result

    def failures(self, wanted: Iterable[Wanted]) -> Counter[str]:
        """Why pictures gave no template, without the figures of each case."""
        results = (self._results[self._key(each)] for each in wanted)
        return Counter(
            FIGURES.sub("", each).strip(" .") for each in results if isinstance(each, str)
        )

    def _key(self, wanted: Wanted) -> Wanted:
        return wanted if self.chain.tells_roles_apart else (wanted[0], Role.PROBE)

    def _acquire_batch(self, paths: Sequence[Path], role: Role, *, border: float) -> None:
        readable: list[tuple[Path, Image]] = []
        for path in paths:
            try:
                readable.append((path, _bordered(decode_image(path.read_bytes()), border)))
            except UnusableImage as error:
                self._results[path, role] = error.reason
        results = self.chain.templates([picture for _, picture in readable], role=role)
        for (path, _), result in zip(readable, results, strict=True):
            self._results[path, role] = result


def _bordered(picture: Image, border: float) -> Image:
    if not border:
        return picture
    down, across = (round(side * border) for side in picture.shape[:2])
    framed = cv2.copyMakeBorder(picture, down, down, across, across, cv2.BORDER_REPLICATE)
    return np.asarray(framed, np.uint8)
