"""Not more than so many pictures a second."""

from __future__ import annotations

import time

# A camera that must stop is never kept waiting for longer (rule I1).
LONGEST_WAIT_S = 0.25


class FrameRate:
    """Waits until the next picture is due. A loop that is slower than the limit never waits."""

    def __init__(self, max_fps: float | None) -> None:
        self._interval_s = 1.0 / max_fps if max_fps else 0.0
        self._due_at = time.monotonic()

    def wait(self) -> None:
        """Whoever is late does not catch up: pictures keep their distance."""
        now = time.monotonic()
        self._due_at = max(self._due_at + self._interval_s, now)
        if self._due_at > now:
            time.sleep(min(self._due_at - now, LONGEST_WAIT_S))
