"""Servers left running, or their lock files left lying, by a parent that was killed.

Called only under the data folder's lock: whatever still runs on it belongs to nobody.
"""

import contextlib
import signal
from pathlib import Path

import psutil


def stop_orphaned_postgres(cluster: Path) -> None:
    """Stop a PostgreSQL that still runs on the cluster and remove a stale postmaster.pid.

    The process is known by its working folder, not by its number alone: after a crash the
    number may belong to another program, which PostgreSQL would mistake for itself.
    """
    pid_file = cluster / "postmaster.pid"
    process = _process_in(pid_file)
    if process is not None and _works_in(process, cluster):
        _end(process, (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL))
    pid_file.unlink(missing_ok=True)


def stop_orphaned_redis(configuration: Path) -> None:
    """Stop a Redis that was started with the given configuration file."""
    for process in psutil.process_iter(("cmdline",)):
        command = process.info["cmdline"] or []
        if command and "redis-server" in command[0] and str(configuration) in command:
            _end(process, (signal.SIGTERM, signal.SIGKILL))


def _process_in(pid_file: Path) -> psutil.Process | None:
    try:
        return psutil.Process(int(pid_file.read_text(encoding="ascii").split("\n", 1)[0]))
    except (FileNotFoundError, ValueError, psutil.NoSuchProcess):
        return None


def _works_in(process: psutil.Process, folder: Path) -> bool:
    try:
        return Path(process.cwd()) == folder
    except (psutil.NoSuchProcess, psutil.AccessDenied):
        return False


def _end(process: psutil.Process, signals: tuple[signal.Signals, ...]) -> None:
    for number in signals:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.send_signal(number)
        try:
            process.wait(timeout=10)
        except psutil.TimeoutExpired:
            continue
        return
