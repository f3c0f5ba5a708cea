"""Starts the processes of the system, watches over them and stops what it started."""

import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from lfr_site.child_process import kill_group, stop_child, tail
from lfr_site.stop_signals import StopSignals
from lfr_site.supervised_part import Part, RunningPart

_PATIENCE_S = 5.0  # of a person looking at a screen on which nothing happens
_CHECK_EVERY_S = 0.1
_COLOURS = (36, 33, 35, 32, 34, 31)


class PartFailedError(RuntimeError):
    """A part ended by itself or did not become ready; the message has its last lines."""

    def __init__(self, name: str, *, what: str, last_lines: str, log: Path) -> None:
        said = f" Its last lines:\n{last_lines}" if last_lines else ""
        super().__init__(f"{name} {what}. Its log is {log}.{said}")
        self.name = name


class StopRequested(Exception):
    """Somebody pressed Ctrl-C or sent a signal while something was being waited for."""


@dataclass(frozen=True, slots=True)
class _Watched:
    """A process that somebody else starts and stops."""

    name: str
    process: subprocess.Popen[bytes]
    log: Path


class Supervisor:
    """A context manager: leaving it stops every part, in reverse order, whatever happened.

    with Supervisor(logs=var / "log") as supervisor:
        supervisor.start(Part("web", […], is_ready=…))
        supervisor.run()                      # until Ctrl-C or SIGTERM

    `environment` goes to every part, beside this process's own. With `console` the parts'
    output is shown, each line under its part's name. Use it from the main thread.
    """

    def __init__(
        self,
        *,
        logs: Path,
        environment: Mapping[str, str] | None = None,
        console: bool = False,
        say: Callable[[str], None] = print,
    ) -> None:
        self._logs = logs
        self._environment = {**os.environ, **(environment or {})}
        self._echo = self._print_line if console else None
        self._say = say
        self._parts: list[RunningPart] = []
        self._watched: list[_Watched] = []
        self._colours: dict[str, int] = {}
        self._printing = threading.Lock()
        self._signals = StopSignals(on_second=self._kill_all)

    @property
    def pids(self) -> dict[str, int]:
        """Process numbers by part."""
        return {running.part.name: running.process.pid for running in self._parts}

    def start(self, part: Part) -> None:
        """Start a part and wait until it is ready.

        Raises PartFailedError if it ends or takes too long, StopRequested after a signal.
        """
        self._logs.mkdir(parents=True, exist_ok=True)
        self._say(f"Starting {part.name} …")
        running = RunningPart(part, logs=self._logs, environment=self._environment, echo=self._echo)
        self._parts.append(running)
        said_at = running.started_at
        while not running.is_ready():
            self._pause()
            waited_s = time.monotonic() - running.started_at
            if running.process.poll() is not None:
                raise self._ended(running)
            if waited_s > part.ready_within_s:
                raise self._failed(running, what=f"was not ready after {waited_s:.0f} s")
            if time.monotonic() - said_at > _PATIENCE_S:
                said_at = time.monotonic()
                self._say(f"  still waiting for {part.name} ({waited_s:.0f} s)")
        self._say(f"  {part.name} is ready ({time.monotonic() - running.started_at:.1f} s)")

    def watch(self, name: str, process: subprocess.Popen[bytes], *, log: Path) -> None:
        """Treat the end of a process that somebody else started as a part's failure."""
        self._watched.append(_Watched(name, process, log))

    def run(self, *, until: Callable[[], bool] = lambda: False) -> None:
        """Watch over all parts; return after a signal, or once `until()` is true.

        A part that ends is started again as often as it may be, then PartFailedError is raised.
        """
        while not until():
            self.check()
            try:
                self._pause()
            except StopRequested:
                return

    def check(self) -> None:
        """Look at every part once, for a caller with a loop of its own."""
        for watched in self._watched:
            status = watched.process.poll()
            if status is not None:
                raise PartFailedError(
                    watched.name,
                    what=_ending(status),
                    last_lines=tail(watched.log),
                    log=watched.log,
                )
        for running in self._parts:
            if running.process.poll() is not None:
                self._start_again(running)

    def stop(self) -> None:
        """Stop every part that was started here, the last one first."""
        while self._parts:
            running = self._parts[-1]
            if running.process.poll() is None:
                self._say(f"Stopping {running.part.name} …")
            stop_child(running.process, grace_s=running.part.grace_s)
            kill_group(running.process)  # what a part started and left behind
            self._parts.pop()

    def _start_again(self, running: RunningPart) -> None:
        if running.restarts_left == 0:
            raise self._ended(running)
        running.restarts_left -= 1
        self._say(f"{running.part.name} {_ending(running.process.returncode)}: starting it again")
        kill_group(running.process)
        running.launch()

    def _pause(self) -> None:
        if self._signals.received == 0:
            self._signals.wait(_CHECK_EVERY_S)
        if self._signals.received > 0:
            raise StopRequested

    def _ended(self, running: RunningPart) -> PartFailedError:
        return self._failed(running, what=_ending(running.process.returncode))

    def _failed(self, running: RunningPart, *, what: str) -> PartFailedError:
        log = self._logs / f"{running.part.name}.log"
        return PartFailedError(
            running.part.name, what=what, last_lines=running.last_lines(), log=log
        )

    def _kill_all(self) -> None:
        for running in self._parts:
            if running.process.returncode is None:
                kill_group(running.process)

    def _print_line(self, name: str, line: str) -> None:
        colour = self._colours.setdefault(name, _COLOURS[len(self._colours) % len(_COLOURS)])
        prefix = f"{name:>12} | "
        if sys.stdout.isatty():
            prefix = f"\033[{colour}m{prefix}\033[0m"
        with self._printing:  # one thread a part
            self._say(f"{prefix}{line}")

    def __enter__(self) -> Self:
        self._signals.__enter__()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        try:
            self.stop()
        finally:
            self._signals.__exit__(kind, error, trace)


def _ending(status: int) -> str:
    if status < 0:
        return f"was ended by signal {-status}"
    return f"ended with status {status}"
