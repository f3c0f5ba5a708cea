"""The process of the many consoles, as the measurement speaks to it."""

import json
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Self

from lfr_site.demo.environment import ROOT


@dataclass
class Crowd:
    """A context manager: they are listening inside it."""

    socket: str
    origin: str
    cookies: Sequence[str]
    count: int
    process: "subprocess.Popen[str] | None" = None

    def __enter__(self) -> Self:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "lfr_site.console_bench.ears"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=ROOT,
        )
        task = {
            "socket": self.socket,
            "origin": self.origin,
            "cookies": list(self.cookies),
            "count": self.count,
        }
        self._write(json.dumps(task))
        if self._read() != "ready":
            raise RuntimeError(f"{self.count} consoles could not connect")
        return self

    def reports(self, *, last: int) -> list[dict[str, Any]]:
        """What each console heard, once all have handled the `last` sequence, or gave up."""
        self._write(json.dumps({"last": last}))
        reports: list[dict[str, Any]] = json.loads(self._read())["ears"]
        return reports

    def __exit__(self, *_: object) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait()

    def _write(self, line: str) -> None:
        assert self.process is not None
        assert self.process.stdin is not None
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()

    def _read(self) -> str:
        assert self.process is not None
        assert self.process.stdout is not None
        return self.process.stdout.readline().strip()
