"""Signals as something to wait for, so that a handler never interrupts half-done work."""

import contextlib
import os
import select
import signal
from collections.abc import Callable
from types import FrameType, TracebackType
from typing import Self

_STOPPING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class StopSignals:
    """While entered, Ctrl-C, SIGTERM and SIGHUP are counted, and end a `wait`.

    A handler only writes to a pipe. `on_second` is called for the second and later ones: the
    person does not want to wait. A child's end wakes a `wait` too. Main thread only.
    """

    def __init__(self, *, on_second: Callable[[], None]) -> None:
        self.received = 0
        self._on_second = on_second
        self._previous: dict[signal.Signals, object] = {}

    def wait(self, timeout_s: float) -> None:
        """Return at a signal, at a child's end or after the time."""
        ready, _, _ = select.select([self._reading], [], [], timeout_s)
        if ready:
            os.read(self._reading, 4096)

    def __enter__(self) -> Self:
        self._reading, self._writing = os.pipe()
        os.set_blocking(self._writing, False)
        for number in (*_STOPPING, signal.SIGCHLD):
            self._previous[number] = signal.signal(number, self._note)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for number, handler in self._previous.items():
            signal.signal(number, handler)  # type: ignore[arg-type]
        os.close(self._reading)
        os.close(self._writing)

    def _note(self, number: int, _frame: FrameType | None) -> None:
        with contextlib.suppress(BlockingIOError):  # the pipe is full: the wait wakes anyway
            os.write(self._writing, b".")
        if number != signal.SIGCHLD:
            self.received += 1
            if self.received > 1:
                self._on_second()
