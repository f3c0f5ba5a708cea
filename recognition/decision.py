"""From ranked candidates to a match, or none."""

from __future__ import annotations

from collections.abc import Sequence

from recognition.types import Candidate, Match

# The best entry and as many others as an operator can be asked to compare with.
CANDIDATES = 6


def decide(
    candidates: Sequence[Candidate], *, threshold: float, lookalike_margin: float
) -> Match | None:
    """A match when the best candidate reaches the threshold.

    The runner-up is the next best other entry. Within `lookalike_margin` of the best it makes
    the match a look-alike case, whether or not it reaches the threshold itself.
    """
    if not candidates or not candidates[0].similarity >= threshold:
        return None
    best = candidates[0]
    others = [other for other in candidates[1:] if other.entry_id != best.entry_id]
    near = tuple(
        other for other in others if best.similarity - other.similarity <= lookalike_margin
    )
    runner_up = others[0] if others else None
    return Match(candidate=best, runner_up=runner_up, lookalike=bool(near), near=near)
