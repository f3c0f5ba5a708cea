"""Searching the probes of a draw in its watchlist, with the pipeline's own gallery and decision."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from recognition.decision import CANDIDATES, decide
from recognition.evaluation.acquisition import Acquisition, Role, Wanted
from recognition.evaluation.measures import NOT_COMPARED, Scores
from recognition.evaluation.split import Split
from recognition.gallery_memory import MemoryGallery
from recognition.types import Match


@dataclass(frozen=True, slots=True, eq=False)
class SearchScores:
    """The scores of one draw. Everyone in it counts; nothing of it is biometric.

    `mated` holds, for each mated probe, the similarity of its best candidate if that is the right
    person, else NOT_COMPARED: also where the wrong one ranked first, where the probe gave no
    template, or where its person could not be enrolled. `non_mated` holds the best candidate's
    similarity of the non-mated probes that gave a template: those that did not raise no alert and
    would only flatter the rate.
    """

    mated: Scores
    non_mated: Scores
    enrolled: int


def wanted_by(split: Split) -> list[Wanted]:
    """Every picture of a draw with the role in which it is needed."""
    enrolled: Iterable[Wanted] = ((path, Role.ENROLMENT) for _, path in split.enrolled)
    probes = [path for _, path in split.mated] + list(split.non_mated)
    return [*enrolled, *((path, Role.PROBE) for path in probes)]


def search(split: Split, acquisition: Acquisition) -> SearchScores:
    gallery = gallery_of(split, acquisition)
    matches = best_matches([path for _, path in split.mated], acquisition, gallery=gallery)
    mated = [
        match.candidate.similarity
        if match is not None and match.candidate.entry_id == person
        else NOT_COMPARED
        for (person, _), match in zip(split.mated, matches, strict=True)
    ]
    others = best_matches(split.non_mated, acquisition, gallery=gallery)
    non_mated = [match.candidate.similarity for match in others if match is not None]
    return SearchScores(np.array(mated), np.array(non_mated), len(gallery))


def gallery_of(split: Split, acquisition: Acquisition) -> MemoryGallery:
    """The watchlist of those who could be enrolled; an entry's id is the person's."""
    templates = [
        (person, template)
        for person, path in split.enrolled
        if (template := acquisition.template(path, Role.ENROLMENT)) is not None
    ]
    gallery = MemoryGallery(acquisition.chain.dimension)
    if templates:
        gallery.replace(
            [person for person, _ in templates], np.stack([each for _, each in templates])
        )
    return gallery


def best_matches(
    probes: Sequence[Path], acquisition: Acquisition, *, gallery: MemoryGallery
) -> list[Match | None]:
    """For each probe what the decision makes of it at a threshold that everything reaches."""
    templates = [acquisition.template(path, Role.PROBE) for path in probes]
    known = [template for template in templates if template is not None]
    if not known:
        return [None] * len(probes)
    ranked = iter(gallery.search(np.stack(known), limit=CANDIDATES))
    return [
        None if template is None else decide(next(ranked), threshold=-2.0, lookalike_margin=0.0)
        for template in templates
    ]
