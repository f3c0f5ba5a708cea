"""From ranked candidates to a match, or none."""

from __future__ import annotations

from collections.abc import Sequence

from recognition.types import Candidate, Match

# The best entry, the next other one to tell a look-alike by, and one to spare.
CANDIDATES = 3


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
    runner_up = next((other for other in candidates[1:] if other.entry_id != best.entry_id), None)
    close = runner_up is not None and best.similarity - runner_up.similarity <= lookalike_margin
    return Match(candidate=best, runner_up=runner_up, lookalike=close)
