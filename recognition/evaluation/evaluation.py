"""A whole evaluation: draws, searches, and what they say together."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np

from recognition.evaluation.acquisition import Acquisition, Advance, Role
from recognition.evaluation.labelled import Person
from recognition.evaluation.measures import Interval, is_carried, share_at, threshold_at, wilson
from recognition.evaluation.split import Split, draw
from recognition.evaluation.watchlist_search import SearchScores, search, wanted_by

FPIRS = (0.02, 0.01, 0.005, 0.001)


@dataclass(frozen=True, slots=True)
class Plan:
    """What to draw: see `split.draw`. Each of the `draws` has a seed of its own under `seed`."""

    watchlist: int
    mated: int | None = None
    non_mated: int | None = None
    seed: int = 1
    draws: int = 10

    def splits(self, people: Sequence[Person]) -> list[Split]:
        """Raises UnusableFolder where the folder is too small."""
        return [
            draw(
                people,
                watchlist=self.watchlist,
                mated=self.mated,
                non_mated=self.non_mated,
                seed=(self.seed, number),
            )
            for number in range(self.draws)
        ]


@dataclass(frozen=True, slots=True)
class MeasuredPoint:
    """One false positive identification rate asked for, and what it costs.

    `fpir` is the rate at `threshold` on the non-mated probes, `tpir` the share of mated probes
    found there. Both are means over the draws; their intervals are Wilson's for the probes of
    one draw, because the draws share people. `is_carried` says whether there were non-mated
    probes enough to measure such a rate at all.
    """

    target_fpir: float
    threshold: float
    tpir: Interval
    fpir: Interval
    is_carried: bool


@dataclass(frozen=True, slots=True)
class Failures:
    """Pictures of one role that gave no template: how many of all, and why."""

    rate: Interval
    count: int
    pictures: int
    reasons: Counter[str]


@dataclass(frozen=True, slots=True, eq=False)
class Evaluation:
    """`mated` and `non_mated` are the probes of one draw; `non_mated_acquired` their mean
    number over the draws that gave a template."""

    name: str
    title: str
    plan: Plan
    people: int
    mated: int
    non_mated: int
    non_mated_acquired: int
    enrolled: int
    points: tuple[MeasuredPoint, ...]
    failures: dict[Role, Failures]
    scores: tuple[SearchScores, ...]

    def point(self, fpir: float) -> MeasuredPoint:
        return next(point for point in self.points if point.target_fpir == fpir)

    @property
    def failure_to_acquire(self) -> float:
        """Share of all pictures, enrolled or searched, that gave no template."""
        pictures = sum(each.pictures for each in self.failures.values())
        return sum(each.count for each in self.failures.values()) / max(pictures, 1)


def evaluate(
    people: Sequence[Person], acquisition: Acquisition, *, plan: Plan, advance: Advance
) -> Evaluation:
    """Run a plan on one chain. Raises ValueError where no non-mated probe gives a template."""
    splits = plan.splits(people)
    acquisition.acquire(chain.from_iterable(map(wanted_by, splits)), advance=advance)
    scores = tuple(search(split, acquisition) for split in splits)
    return Evaluation(
        name=acquisition.chain.name,
        title=acquisition.chain.title,
        plan=plan,
        people=len(people),
        mated=len(splits[0].mated),
        non_mated=len(splits[0].non_mated),
        non_mated_acquired=round(float(np.mean([len(each.non_mated) for each in scores]))),
        enrolled=round(float(np.mean([each.enrolled for each in scores]))),
        points=tuple(measured_point(fpir, scores) for fpir in FPIRS),
        failures={role: _failures(role, splits, acquisition) for role in Role},
        scores=scores,
    )


def measured_point(fpir: float, scores: Sequence[SearchScores]) -> MeasuredPoint:
    thresholds = [threshold_at(fpir, each.non_mated) for each in scores]
    pairs = list(zip(thresholds, scores, strict=True))
    tpir = float(np.mean([share_at(threshold, each.mated) for threshold, each in pairs]))
    measured = float(np.mean([share_at(threshold, each.non_mated) for threshold, each in pairs]))
    probes = min(len(each.non_mated) for each in scores)
    return MeasuredPoint(
        target_fpir=fpir,
        threshold=float(np.mean(thresholds)),
        tpir=wilson(tpir, len(scores[0].mated)),
        fpir=wilson(measured, probes),
        is_carried=is_carried(fpir, probes),
    )


def _failures(role: Role, splits: Sequence[Split], acquisition: Acquisition) -> Failures:
    """Over the different pictures of all draws."""
    wanted = {each for split in splits for each in wanted_by(split) if each[1] is role}
    reasons = acquisition.failures(wanted)
    count = reasons.total()
    return Failures(wilson(count / max(len(wanted), 1), len(wanted)), count, len(wanted), reasons)
