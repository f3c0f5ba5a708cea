"""How far one client is, and whether it may be sent more. A queue that is bounded in events and in
time: what cannot be delivered now is not kept for later, because it would show faces that others
have dealt with; the client starts again from how things are."""

from dataclasses import dataclass
from enum import Enum, auto

from alerts.protocol import MAX_LAG_S, MAX_SILENCE_S, MAX_UNACKNOWLEDGED


class Step(Enum):
    SEND = auto()
    HOLD = auto()
    RESYNCHRONISE = auto()
    CLOSE = auto()


@dataclass(slots=True)
class Delivery:
    """Sequences sent and acknowledged; times are those of a monotonic clock, in seconds."""

    sent: int
    heard_at: float
    acknowledged: int = 0
    waiting_since: float | None = None
    is_held: bool = False

    def __post_init__(self) -> None:
        self.acknowledged = self.sent

    def acknowledge(self, sequence: int, *, now: float) -> None:
        """A client cannot acknowledge what it was not sent."""
        self.heard_at = now
        if min(sequence, self.sent) > self.acknowledged:
            self.acknowledged = min(sequence, self.sent)
            self.waiting_since = now if self.acknowledged < self.sent else None

    def sent_up_to(self, sequence: int, *, now: float) -> None:
        if sequence > self.sent:
            self.sent = sequence
            self.waiting_since = now if self.waiting_since is None else self.waiting_since

    def restart(self, sequence: int) -> None:
        """From a snapshot: nothing from before it is outstanding any more."""
        self.sent = self.acknowledged = sequence
        self.waiting_since = None
        self.is_held = False

    def next_step(self, *, now: float) -> Step:
        if now - self.heard_at > MAX_SILENCE_S:
            return Step.CLOSE
        if self._is_slow(now):
            self.is_held = True
            return Step.HOLD
        return Step.RESYNCHRONISE if self.is_held else Step.SEND

    def _is_slow(self, now: float) -> bool:
        if self.sent - self.acknowledged >= MAX_UNACKNOWLEDGED:
            return True
        return self.waiting_since is not None and now - self.waiting_since > MAX_LAG_S
