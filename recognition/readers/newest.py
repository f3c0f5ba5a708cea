"""A one-slot buffer: the newest picture wins, what it replaces is counted and forgotten."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from recognition.types import Image

# A face that nobody has asked for within a second is not kept (rule I2).
MAX_AGE_S = 1.0


@dataclass(frozen=True, slots=True, eq=False)
class Shot:
    """A decoded picture before it is converted to BGR, which only the ones used are."""

    image: Callable[[], Image]
    number: int
    captured_at: float
    position_s: float | None
    taken_at: float  # time.monotonic()


class NewestShot:
    """Between the capture thread and the one thread that processes its pictures."""

    def __init__(self) -> None:
        self.dropped = 0
        self.is_closed = False
        self._shot: Shot | None = None
        self._changed = threading.Condition()

    def put(self, shot: Shot) -> None:
        with self._changed:
            if self.is_closed:
                return
            self.dropped += self._shot is not None
            self._shot = shot
            self._changed.notify()

    def take(self, *, timeout_s: float) -> Shot | None:
        """The newest picture; None when there is none yet, or there will be no more."""
        with self._changed:
            self._changed.wait_for(lambda: self._shot is not None or self.is_closed, timeout_s)
            shot, self._shot = self._shot, None
            if shot is not None and time.monotonic() - shot.taken_at > MAX_AGE_S:
                self.dropped += 1
                return None
            return shot

    @property
    def is_empty(self) -> bool:
        return self._shot is None

    def close(self, *, discard: bool) -> None:
        """No more pictures; `discard` also forgets the one that waits."""
        with self._changed:
            self.is_closed = True
            if discard:
                self._shot = None
            self._changed.notify_all()
