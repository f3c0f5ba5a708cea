"""False alerts by group: what can be said, and where the numbers cannot carry a claim.

Labels are those of the data set. No identities are needed: everyone is a non-mated probe.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import numpy as np

from recognition.evaluation.acquisition import Acquisition, Advance, Role
from recognition.evaluation.labelled import GroupPicture
from recognition.evaluation.measures import (
    CONFIDENCE,
    MIN_EXPECTED,
    Interval,
    Scores,
    difference_is_shown,
    share_at,
    wilson,
)
from recognition.evaluation.split import Split
from recognition.evaluation.watchlist_search import best_matches, gallery_of
from recognition.gallery_memory import MemoryGallery

# Sides of a chip added around it: the set's chips end at the hair and the chin.
CHIP_BORDER = 0.25
NO_CLAIM = "no claim: the numbers cannot carry one"
NO_DIFFERENCE = "no difference from the others shown"


class Searched(StrEnum):
    """What the faces of a group are compared with."""

    WATCHLIST = "watchlist"
    OWN_GROUP = "own_group"


@dataclass(frozen=True, slots=True, eq=False)
class Group:
    """One gender, one group, or one gender of a group.

    `watchlist_scores` has a row for each draw: the best candidate of each face on that draw's
    watchlist. `own_scores` holds the best candidate of each face among the other faces of its own
    gender and group, who look alike most: a list of the same kind of people.
    """

    kind: str
    name: str
    pictures: int
    watchlist_scores: tuple[Scores, ...]
    own_scores: Scores

    @property
    def acquired(self) -> int:
        return len(self.own_scores)

    @property
    def failures(self) -> Interval:
        return wilson(1 - self.acquired / max(self.pictures, 1), self.pictures)

    def watchlist_rate(self, thresholds: Sequence[float]) -> float:
        """Mean over the draws, each at its own threshold."""
        pairs = zip(thresholds, self.watchlist_scores, strict=True)
        return float(np.mean([share_at(threshold, scores) for threshold, scores in pairs]))

    def own_rate(self, threshold: float) -> float:
        return share_at(threshold, self.own_scores)

    def independent(self, searched: Searched) -> int:
        """How many probes count. Among the own group two faces alike raise each other's alert,
        so that half of them stand for all."""
        return self.acquired // 2 if searched is Searched.OWN_GROUP else self.acquired


@dataclass(frozen=True, slots=True)
class GroupRate:
    """A group's false alert rate at one threshold, and whether it differs from everyone else's.

    `probes` is how many independent ones the interval rests on.
    """

    kind: str
    name: str
    probes: int
    rate: Interval
    verdict: str


def measure_groups(
    pictures: Sequence[GroupPicture],
    acquisition: Acquisition,
    *,
    splits: Sequence[Split],
    advance: Advance,
) -> list[Group]:
    """The watchlists' pictures must be acquired already (see `evaluation.evaluate`)."""
    chips = [(each.path, Role.PROBE) for each in pictures]
    acquisition.acquire(chips, advance=advance, border=CHIP_BORDER)
    paths = [each.path for each in pictures]
    by_draw = [
        _scores_by_path(paths, acquisition, gallery=gallery_of(split, acquisition))
        for split in splits
    ]
    own = _own_scores(pictures, acquisition)
    return [
        Group(
            kind=kind,
            name=name,
            pictures=len(members),
            watchlist_scores=tuple(_of(members, scores) for scores in by_draw),
            own_scores=_of(members, own),
        )
        for (kind, name), members in _members(pictures).items()
    ]


def rates(
    groups: Sequence[Group], shares: Sequence[float], *, searched: Searched
) -> list[GroupRate]:
    """`shares` of the groups' faces that raise a false alert, compared within each kind.

    Each group is compared with all others of its kind together; the confidence is raised with the
    number of comparisons (Bonferroni), so that a whole table is wrong in 1 of 20 cases at most.
    """
    measured = [
        _Measured(group, share, group.independent(searched))
        for group, share in zip(groups, shares, strict=True)
    ]
    return [
        _rate(each, [other for other in measured if other.group.kind == each.group.kind])
        for each in measured
    ]


@dataclass(frozen=True, slots=True)
class _Measured:
    group: Group
    share: float
    probes: int


def _rate(measured: _Measured, same_kind: Sequence[_Measured]) -> GroupRate:
    others = [each for each in same_kind if each is not measured]
    probes = sum(each.probes for each in others)
    share = sum(each.share * each.probes for each in others) / max(probes, 1)
    confidence = 1 - (1 - CONFIDENCE) / len(same_kind)
    return GroupRate(
        kind=measured.group.kind,
        name=measured.group.name,
        probes=measured.probes,
        rate=wilson(measured.share, measured.probes),
        verdict=_verdict(measured.share, measured.probes, share, probes, confidence=confidence),
    )


def _verdict(
    share: float, probes: int, other_share: float, other_probes: int, *, confidence: float
) -> str:
    alerts = share * probes + other_share * other_probes
    mine = wilson(share, probes, confidence=confidence)
    theirs = wilson(other_share, other_probes, confidence=confidence)
    if alerts >= MIN_EXPECTED and difference_is_shown(mine, theirs):
        return "higher than the others" if share > other_share else "lower than the others"
    # What the smaller side would show if it were like everyone: below that, finding no
    # difference says nothing.
    expected = alerts / max(probes + other_probes, 1) * min(probes, other_probes)
    return NO_CLAIM if expected < MIN_EXPECTED else NO_DIFFERENCE


def _members(pictures: Sequence[GroupPicture]) -> dict[tuple[str, str], list[Path]]:
    members: dict[tuple[str, str], list[Path]] = defaultdict(list)
    for picture in pictures:
        members["gender", picture.gender].append(picture.path)
        members["group", picture.group].append(picture.path)
        members["gender and group", f"{picture.gender}, {picture.group}"].append(picture.path)
    order = ["gender", "group", "gender and group"]
    return dict(sorted(members.items(), key=lambda item: (order.index(item[0][0]), item[0][1])))


def _scores_by_path(
    paths: Sequence[Path], acquisition: Acquisition, *, gallery: MemoryGallery
) -> dict[Path, float]:
    matches = best_matches(paths, acquisition, gallery=gallery)
    return {
        path: match.candidate.similarity
        for path, match in zip(paths, matches, strict=True)
        if match is not None
    }


def _own_scores(pictures: Sequence[GroupPicture], acquisition: Acquisition) -> dict[Path, float]:
    """The most alike other face of the same gender and group, for each face with a template."""
    result: dict[Path, float] = {}
    alike: dict[tuple[str, str], list[Path]] = defaultdict(list)
    for picture in pictures:
        if acquisition.template(picture.path, Role.PROBE) is not None:
            alike[picture.gender, picture.group].append(picture.path)
    for paths in alike.values():
        templates = [acquisition.template(path, Role.PROBE) for path in paths]
        matrix = np.stack([each for each in templates if each is not None])
        similarities = matrix @ matrix.T
        np.fill_diagonal(similarities, -1.0)  # nobody is a candidate for himself
        result |= dict(zip(paths, similarities.max(axis=1).astype(float).tolist(), strict=True))
    return result


def _of(members: Sequence[Path], scores: Mapping[Path, float]) -> Scores:
    return np.array([scores[path] for path in members if path in scores], np.float64)
