"""Counts that only grow, as rates of the last while."""

from __future__ import annotations

from collections import deque


class RecentRate:
    """How fast a running total grew over at most the last `over_s` seconds of steady time."""

    def __init__(self, *, over_s: float) -> None:
        self._over_s = over_s
        self._seen: deque[tuple[float, int]] = deque()

    def note(self, total: int, *, now: float) -> float:
        """Units a second, 0 until there are two notes to compare."""
        self._seen.append((now, total))
        while len(self._seen) > 2 and now - self._seen[1][0] >= self._over_s:
            self._seen.popleft()
        (since, then), elapsed = self._seen[0], now - self._seen[0][0]
        return (total - then) / elapsed if now > since else 0.0
