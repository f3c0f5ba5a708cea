"""Which tracks deserve an embedding now.

The first usable face of a track is embedded at once; after that a track is tried again when
its picture has improved, or after a while, until it is matched or has been seen well enough.
What is kept of a track is times, counts and the ids of entries it matched: never a crop, an
embedding or a similarity (rule I2).
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from recognition.types import Quality


@dataclass(frozen=True, slots=True)
class Pace:
    """How often a track is embedded. Seconds of capture time.

    `retry_s` is the shortest wait between two attempts; within the first `eager_attempts`
    any usable picture will do, later ones must be better by `improvement`, or wait `rest_s`.
    A matched track is looked at again every `repeat_s`, so that its alert can be extended and
    a track that changed hands is noticed.
    """

    retry_s: float = 0.3
    eager_attempts: int = 6
    improvement: float = 1.15
    rest_s: float = 2.0
    repeat_s: float = 2.0


@dataclass(slots=True)
class TrackMemory:
    """What is known of one track besides its geometry."""

    attempts: int = 0
    last_attempt_at: float = float("-inf")
    best_value: float = 0.0
    times_over_threshold: Counter[int] = field(default_factory=Counter)  # by entry id
    reported: set[int] = field(default_factory=set)  # entry ids

    def attempted(self, at: float, quality: Quality) -> None:
        self.attempts += 1
        self.last_attempt_at = at
        self.best_value = max(self.best_value, quality.value)

    def confirm(self, entry_id: int) -> int:
        """Count one more similarity over the threshold; how many this entry has now."""
        self.times_over_threshold[entry_id] += 1
        return self.times_over_threshold[entry_id]

    def report(self, entry_id: int) -> bool:
        """Note that this entry is reported; was it the first time on this track?"""
        first = entry_id not in self.reported
        self.reported.add(entry_id)
        return first


def is_due(memory: TrackMemory, quality: Quality, *, now: float, pace: Pace) -> bool:
    """Should a usable face of this track be embedded in the frame captured at `now`?"""
    if memory.attempts == 0:
        return True
    waited = now - memory.last_attempt_at
    if waited < 0:  # the clock jumped back, or the file started again
        return True
    if memory.reported:
        return waited >= pace.repeat_s
    if waited < pace.retry_s:
        return False
    if memory.attempts < pace.eager_attempts:
        return True
    return quality.value >= memory.best_value * pace.improvement or waited >= pace.rest_s
