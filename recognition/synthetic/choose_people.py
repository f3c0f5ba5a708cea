"""Chooses who is on the watchlist and who walks past, by how well they can be told apart.

    python -m recognition.synthetic.choose_people --seeds 320

Prints the lists that `casting` holds. The people are picked so that the demo works: nothing
that is measured on them says anything about real people.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from recognition.synthetic.captures import street_capture, street_head
from recognition.synthetic.fields import Array
from recognition.synthetic.identity import identity_from_seed
from recognition.synthetic.likeness import DlibFaces
from recognition.synthetic.palettes import tone_third
from recognition.synthetic.portraits import portrait

CAPTURES, CAPTURE_PX = 4, 105.0
# Two random faces are less alike than this; a pair above it is a collision.
THIRDS = 3


@dataclass(frozen=True, slots=True, eq=False)
class Measured:
    """One person: the portrait's embedding (128) and those of street captures (n × 128)."""

    seed: int
    third: int
    portrait: Array
    captures: Array

    @property
    def own(self) -> float:
        """The person's captures against their own portrait, the worst of them."""
        return float((self.captures @ self.portrait).min())


def measured(seed: int, faces: DlibFaces) -> Measured | None:
    """None where the detector misses the portrait or any capture."""
    identity = identity_from_seed(seed)
    enrolled = faces.embedding(portrait(identity))
    if enrolled is None:
        return None
    head = street_head(identity, size_px=CAPTURE_PX)
    captures = []
    for number in range(CAPTURES):
        picture = street_capture(identity, head, capture=number, size_px=CAPTURE_PX)
        embedding = faces.embedding(picture)
        if embedding is None:
            return None
        captures.append(embedding)
    return Measured(seed, tone_third(identity.tone), enrolled, np.stack(captures))


def watchlist_of(people: Sequence[Measured], *, size: int) -> list[Measured]:
    """Greedily: each next person is the one least like those already chosen.

    The tone's third goes round in turn, so that each has its share.
    """
    chosen: list[Measured] = []
    while len(chosen) < size:
        third = len(chosen) % THIRDS
        rest = [p for p in people if p.third == third and p not in chosen]
        chosen.append(max(rest, key=lambda person: _margin(person, chosen)))
    return chosen


def _margin(person: Measured, chosen: Sequence[Measured]) -> float:
    """How much more a person is like themselves than like the nearest of the chosen."""
    if not chosen:
        return person.own
    portraits = np.stack([other.portrait for other in chosen])
    nearest = float((person.captures @ portraits.T).max())
    back = max(float((other.captures @ person.portrait).max()) for other in chosen)
    return min(person.own, 0.985) - max(nearest, back)


def passers_by(
    people: Sequence[Measured], watchlist: Sequence[Measured], *, size: int
) -> list[Measured]:
    """Those least like anyone on the watchlist, in equal shares of tone."""
    portraits = np.stack([person.portrait for person in watchlist])
    seeds = {person.seed for person in watchlist}
    rest = [person for person in people if person.seed not in seeds]
    rest.sort(key=lambda person: float((person.captures @ portraits.T).max()))
    chosen: list[Measured] = []
    for third in range(THIRDS):
        share = size // THIRDS + (third < size % THIRDS)
        chosen += [person for person in rest if person.third == third][:share]
    return chosen


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, prog="choose_people")
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--seeds", type=int, default=320)
    parser.add_argument("--watchlist", type=int, default=20)
    parser.add_argument("--passers-by", type=int, default=42)
    options = parser.parse_args(arguments)
    faces = DlibFaces.load()
    people = []
    for seed in range(options.first, options.first + options.seeds):
        person = measured(seed, faces)
        people += [person] if person else []
        sys.stderr.write(f"\r{seed + 1 - options.first} of {options.seeds}")
    watchlist = watchlist_of(people, size=options.watchlist)
    others = passers_by(people, watchlist, size=options.passers_by)
    sys.stdout.write(
        f"\n{len(people)} of {options.seeds} usable\n"
        f"watchlist {[person.seed for person in watchlist]}\n"
        f"passers-by {[person.seed for person in others]}\n"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
