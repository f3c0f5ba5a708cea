"""Who is on the watchlist, who passes by: drawn from a seed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from recognition.evaluation.labelled import Person, UnusableFolder


@dataclass(frozen=True, slots=True)
class Split:
    """One draw. Pictures of people on the list come with the person's id.

    Nobody's picture is both enrolled and searched, and nobody who is a non-mated probe is on the
    list. There is one non-mated probe a person, so that false alerts are independent of each other.
    """

    enrolled: tuple[tuple[int, Path], ...]
    mated: tuple[tuple[int, Path], ...]
    non_mated: tuple[Path, ...]


def draw(
    people: Sequence[Person],
    *,
    watchlist: int,
    mated: int | None = None,
    non_mated: int | None = None,
    seed: Sequence[int],
) -> Split:
    """A watchlist of `watchlist` people with one picture each, and probes.

    People with two pictures or more are listed first and searched with another picture. Without
    numbers every listed person who can be is searched, and everybody else passes by. Raises
    UnusableFolder where the folder has too few people for the numbers asked for.
    """
    rng = np.random.default_rng(seed)
    shuffled = [people[index] for index in rng.permutation(len(people))]
    ranked = sorted(shuffled, key=lambda person: len(person.pictures) < 2)
    listed, others = ranked[:watchlist], ranked[watchlist:]
    _check(len(people), listed, others, watchlist=watchlist, mated=mated, non_mated=non_mated)
    enrolled, probes = [], []
    for person in listed:
        first, *rest = (person.pictures[index] for index in rng.permutation(len(person.pictures)))
        enrolled.append((person.id, first))
        if rest:
            probes.append((person.id, rest[0]))
    passers_by = [person.pictures[rng.integers(len(person.pictures))] for person in others]
    # Shuffled again: people with several pictures, the famous ones, come first in `others`.
    order = rng.permutation(len(passers_by))
    return Split(
        tuple(enrolled),
        tuple(probes[:mated]),
        tuple(passers_by[index] for index in order[:non_mated]),
    )


def _check(
    people: int,
    listed: Sequence[Person],
    others: Sequence[Person],
    *,
    watchlist: int,
    mated: int | None,
    non_mated: int | None,
) -> None:
    able = sum(len(person.pictures) > 1 for person in listed)
    if not others or watchlist > people:
        raise UnusableFolder(
            f"{people} people are too few for a watchlist of {watchlist} and passers-by."
        )
    if mated is not None and mated > able:
        raise UnusableFolder(
            f"{mated} mated probes asked for; {able} of the people on the list have two pictures."
        )
    if non_mated is not None and non_mated > len(others):
        raise UnusableFolder(
            f"{non_mated} non-mated probes asked for; {len(others)} people are not on the list."
        )
