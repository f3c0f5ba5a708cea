"""Start and stop child processes so that none is left behind."""

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO

_LAUNCHER = Path(__file__).with_name("die_with_parent.py")


def start_child(
    arguments: Sequence[str],
    *,
    output: int | IO[bytes],
    environment: Mapping[str, str] | None = None,
    folder: Path | None = None,
    user: tuple[int, int] | None = None,
    at_parent_death: signal.Signals = signal.SIGTERM,
) -> subprocess.Popen[bytes]:
    """Start a program in a session of its own: a Ctrl-C reaches only its parent, who stops it.

    `user` is (uid, gid); only root may set it. Call it from a thread that lives as long as the
    child should: the kernel counts the end of the starting thread as the parent's death.
    """
    owner = "-" if user is None else f"{user[0]}:{user[1]}"
    launcher = [sys.executable, "-I", "-S", str(_LAUNCHER)]
    return subprocess.Popen(
        [*launcher, str(os.getpid()), str(int(at_parent_death)), owner, *arguments],
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT,
        env=None if environment is None else dict(environment),
        cwd=folder,
        start_new_session=True,
    )


def stop_child(
    process: subprocess.Popen[bytes],
    *,
    by: signal.Signals = signal.SIGTERM,
    grace_s: float = 10.0,
) -> int:
    """Ask the child to end, kill its whole group if it has not within the grace; exit status."""
    if process.poll() is None:
        with contextlib.suppress(ProcessLookupError):
            process.send_signal(by)
        try:
            process.wait(timeout=grace_s)
        except subprocess.TimeoutExpired:
            kill_group(process)
    return process.wait()


def kill_group(process: subprocess.Popen[bytes]) -> None:
    """Kill the child and whatever it started in its session."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)


def tail(log: Path, *, lines: int = 12) -> str:
    """Return the last lines of a log, or an empty text where there is none."""
    try:
        text = log.read_text(encoding="utf-8", errors="replace")
    except FileNotFoundError:
        return ""
    return "\n".join(text.splitlines()[-lines:])
