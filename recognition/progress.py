"""A progress bar for whoever waits at a terminal; a line now and then in a log."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TextIO

WIDTH = 30
LOG_EVERY = 0.1  # of the whole


class Progress:
    """`advance` as work is done, `close` at the end. Text only: nothing depends on it.

    `scale` is how many of what is counted make one `unit`.
    """

    def __init__(
        self,
        label: str,
        *,
        total: int,
        stream: TextIO,
        unit: str = "",
        scale: int = 1,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.label = label
        self.total = total
        self.done = 0
        self._stream = stream
        self._unit = unit
        self._scale = scale
        self._clock = clock
        self._started = clock()
        self._logged = 0.0
        self._is_terminal = stream.isatty()

    def advance(self, count: int) -> None:
        self.done += count
        share = min(1.0, self.done / self.total) if self.total else 1.0
        if self._is_terminal:
            filled = round(share * WIDTH)
            bar = "█" * filled + "░" * (WIDTH - filled)
            self._stream.write(f"\r{self.label} {bar} {self._figures(share)} ")
        elif share - self._logged >= LOG_EVERY or share == 1.0 > self._logged:
            self._logged = share
            self._stream.write(f"{self.label} {self._figures(share)}\n")
        self._stream.flush()

    def close(self) -> None:
        if self._is_terminal:
            self._stream.write("\n")
            self._stream.flush()

    def _figures(self, share: float) -> str:
        done, total = self.done // self._scale, self.total // self._scale
        words = f"{100 * share:3.0f} %  {done}/{total} {self._unit}"
        elapsed = self._clock() - self._started
        if 0 < share < 1:
            words += f"  {elapsed * (1 - share) / share:.0f} s left"
        return words
