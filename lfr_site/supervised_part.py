"""One process of the system as its supervisor sees it: what to start, and what it said."""

import os
import signal
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from lfr_site.child_process import start_child

# Without its supervisor nothing would ever stop a part that takes its time to end.
_AT_SUPERVISORS_DEATH = signal.SIGKILL
_KEEP_LINES = 20
_LOG_LIMIT_BYTES = 10 * 2**20


@dataclass(frozen=True, slots=True)
class Part:
    """What to start. It is ready when `is_ready()` is true and `ready_line` was printed.

    `restarts` is how often it may be started again after it ended by itself.
    """

    name: str
    arguments: Sequence[str]
    environment: Mapping[str, str] = field(default_factory=dict, repr=False)
    ready_line: str | None = None
    is_ready: Callable[[], bool] | None = None
    ready_within_s: float = 120.0
    grace_s: float = 10.0
    restarts: int = 0


class RunningPart:
    """A started part: its process, its log and its last lines."""

    def __init__(
        self,
        part: Part,
        *,
        logs: Path,
        environment: Mapping[str, str],
        echo: Callable[[str, str], None] | None,
    ) -> None:
        self.part = part
        self.restarts_left = part.restarts
        self._environment = {**environment, **part.environment}
        self._log = logs / f"{part.name}.log"
        self._echo = echo
        self.launch()

    def launch(self) -> None:
        """Start the process, or start it again."""
        self.started_at = time.monotonic()
        self._lines: deque[str] = deque(maxlen=_KEEP_LINES)
        self._seen_ready_line = threading.Event()
        read_end, write_end = os.pipe()
        with os.fdopen(write_end, "wb") as output:
            self.process = start_child(
                self.part.arguments,
                output=output,
                environment=self._environment,
                at_parent_death=_AT_SUPERVISORS_DEATH,
            )
        reading = os.fdopen(read_end, "rb")
        self._reader = threading.Thread(target=self._read, args=(reading,), daemon=True)
        self._reader.start()

    def is_ready(self) -> bool:
        if self.part.ready_line is not None and not self._seen_ready_line.is_set():
            return False
        return self.part.is_ready is None or self.part.is_ready()

    def last_lines(self) -> str:
        """Return the end of its output; what it said just before its end included."""
        if self.process.poll() is not None:
            self._reader.join(timeout=2)
        return "\n".join(list(self._lines))

    def _read(self, output: BinaryIO) -> None:
        """Copy the output to the log, line by line; runs in a thread of its own."""
        _shorten(self._log)
        with output, self._log.open("ab", buffering=0) as log:
            for raw in output:
                log.write(raw)
                line = raw.decode(errors="replace").rstrip()
                self._lines.append(line)
                if self.part.ready_line is not None and self.part.ready_line in line:
                    self._seen_ready_line.set()
                if self._echo is not None:
                    self._echo(self.part.name, line)


def _shorten(log: Path) -> None:
    """Put a log that has grown large aside before a part is started again."""
    if log.exists() and log.stat().st_size > _LOG_LIMIT_BYTES:
        log.replace(log.with_suffix(".log.1"))
