"""Chooses who is on the watchlist and who walks past, by how well they can be told apart.

    python -m recognition.synthetic.choose_people --profile embedded

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
from recognition.synthetic.likeness import Embed, embedding_of
from recognition.synthetic.palettes import tone_third
from recognition.synthetic.portraits import portrait

# Face heights of the captures: near ones, that an alert rests on, and far ones, that must not
# look like anybody on the watchlist either.
NEAR_PX, FAR_PX = (105.0, 105.0, 105.0, 105.0), (56.0, 62.0, 75.0)
THIRDS = 3
# Being more like oneself than this gains nothing.
ALIKE_ENOUGH = 0.98


@dataclass(frozen=True, slots=True, eq=False)
class Measured:
    """One person: embeddings of near and far captures (n × d), and of the portrait (d) if any."""

    seed: int
    third: int
    near: Array
    far: Array
    portrait: Array | None = None

    @property
    def all(self) -> Array:
        return np.concatenate([self.near, self.far])


def measured(seed: int, embed: Embed, *, with_portrait: bool) -> Measured | None:
    """None where the detector misses the portrait, or a near capture."""
    identity = identity_from_seed(seed)
    enrolled = embed(portrait(identity)) if with_portrait else None
    if with_portrait and enrolled is None:
        return None
    found: list[list[Array]] = []
    for sizes in (NEAR_PX, FAR_PX):
        head = street_head(identity, size_px=max(sizes))
        first = 0 if sizes is NEAR_PX else len(NEAR_PX)
        pictures = (
            street_capture(identity, head, capture=first + number, size_px=size)
            for number, size in enumerate(sizes)
        )
        embeddings = (embed(picture) for picture in pictures)
        found.append([embedding for embedding in embeddings if embedding is not None])
    near, far = found
    if len(near) < len(NEAR_PX):
        return None
    far_table = np.stack(far) if far else np.zeros((0, near[0].size))
    return Measured(seed, tone_third(identity.tone), np.stack(near), far_table, enrolled)


def watchlist_of(people: Sequence[Measured], *, size: int) -> list[Measured]:
    """Greedily: each next person has the widest margin to those already chosen.

    The thirds of tone take turns, so that each has its share.
    """
    chosen: list[Measured] = []
    while len(chosen) < size:
        third = len(chosen) % THIRDS
        rest = [p for p in people if p.third == third and p not in chosen]
        chosen.append(max(rest, key=lambda person: _margin(person, chosen)))
    return chosen


def _margin(person: Measured, chosen: Sequence[Measured]) -> float:
    """How much more a person is like themselves than like the nearest of the chosen."""
    own = min(likeness(person.near, [person], worst=True), ALIKE_ENOUGH)
    if not chosen:
        return own
    back = max(likeness(other.all, [person]) for other in chosen)
    return own - max(likeness(person.all, chosen), back)


def likeness(captures: Array, people: Sequence[Measured], *, worst: bool = False) -> float:
    """The greatest (or least) similarity of captures (n × d) to portraits of people."""
    portraits = np.stack([p.portrait for p in people if p.portrait is not None])
    similarities = captures @ portraits.T
    return float(similarities.min() if worst else similarities.max())


def passers_by(
    people: Sequence[Measured], watchlist: Sequence[Measured], *, size: int
) -> list[Measured]:
    """Those least like anyone on the watchlist, in equal shares of tone."""
    seeds = {person.seed for person in watchlist}
    rest = [person for person in people if person.seed not in seeds]
    rest.sort(key=lambda person: likeness(person.all, watchlist))
    chosen: list[Measured] = []
    for third in range(THIRDS):
        share = size // THIRDS + (third < size % THIRDS)
        chosen += [person for person in rest if person.third == third][:share]
    return chosen


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, prog="choose_people")
    parser.add_argument("--seeds", type=int, default=240)
    parser.add_argument("--candidates", type=int, default=72, help="of these seeds, the first")
    parser.add_argument("--watchlist", type=int, default=20)
    parser.add_argument("--passers-by", type=int, default=42)
    parser.add_argument("--profile", help="a profile of the system instead of dlib")
    options = parser.parse_args(arguments)
    embed = embedding_of(options.profile)
    people = []
    for seed in range(options.seeds):
        person = measured(seed, embed, with_portrait=seed < options.candidates)
        people += [person] if person else []
        sys.stderr.write(f"\r{seed + 1} of {options.seeds}")
    candidates = [person for person in people if person.portrait is not None]
    watchlist = watchlist_of(candidates, size=options.watchlist)
    others = passers_by(people, watchlist, size=options.passers_by)
    sys.stdout.write(
        f"\n{len(people)} of {options.seeds} usable\n"
        f"watchlist {[person.seed for person in watchlist]}\n"
        f"passers-by {[person.seed for person in others]}\n"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
