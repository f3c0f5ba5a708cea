"""Who walks past the demo's camera, and when."""

from __future__ import annotations

from typing import Final

import numpy as np

from recognition.synthetic.walker import Path, Walker, walker

SEED: Final = 1
SECONDS: Final = 60

# Chosen with `choose_people`, best separated first, a third of each for light, middle and dark
# skin. The first ten walk past, the others never do.
WATCHLIST: Final = (
    *(1, 15, 70, 17, 56, 0, 35, 39, 8, 54),
    *(48, 47, 3, 34, 31, 7, 23, 46, 29, 22),
)
WALKING: Final = WATCHLIST[:10]
PASSERS_BY: Final = (
    *(13, 106, 203, 174, 178, 195, 233, 131, 212, 127, 123, 65, 115, 135),
    *(215, 109, 81, 117, 236, 93, 83, 61, 118, 225, 86, 99, 12, 173),
    *(139, 91, 224, 132, 84, 177, 192, 238, 147, 158, 138, 18, 179, 27),
)

FIRST_START_S, LAST_START_BEFORE_END_S = -7.5, 8.5
# Neighbours in time walk in different lanes, so that they do not hide each other's faces.
LANES: Final = (-0.95, 0.35, -0.3, 0.95)


def cast(*, seed: int = SEED, seconds: float = SECONDS) -> list[Walker]:
    """Everyone who walks past, in the order in which they come."""
    rng = np.random.default_rng([seed, 3])
    people = _order(rng)
    starts = np.linspace(FIRST_START_S, seconds - LAST_START_BEFORE_END_S, len(people))
    return [
        walker(
            person,
            watchlisted=person in WALKING,
            path=_path(float(start), LANES[number % len(LANES)], rng),
            rng=np.random.default_rng([seed, 4, person]),
        )
        for number, (person, start) in enumerate(zip(people, starts, strict=True))
    ]


def _order(rng: np.random.Generator) -> list[int]:
    """Those on the watchlist spread evenly among the others, neither first nor last."""
    others = [int(person) for person in rng.permutation(PASSERS_BY)]
    watched = [int(person) for person in rng.permutation(WALKING)]
    count = len(others) + len(watched)
    places = {int(place) for place in np.linspace(3, count - 5, len(watched))}
    return [watched.pop() if place in places else others.pop() for place in range(count)]


def _path(start_s: float, lane: float, rng: np.random.Generator) -> Path:
    far_x = lane + float(rng.uniform(-0.2, 0.2))
    return Path(
        start_s=start_s + float(rng.uniform(-0.25, 0.25)),
        speed=float(rng.uniform(1.0, 1.28)),
        far_x=far_x,
        near_x=far_x * 0.5 + float(rng.uniform(-0.1, 0.1)),
    )
