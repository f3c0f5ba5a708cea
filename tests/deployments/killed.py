"""A purge in a process of its own that is killed where the test says, as by `kill -9`."""

import os
import signal
import threading
from collections.abc import Callable
from typing import Any, NoReturn
from unittest import mock

from django.db import connections

from deployments.purge import purge


def die(*_: object, **__: object) -> NoReturn:
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError("it outlived its death")


def dies_after(target: object, name: str, *, call: int = 1) -> Any:
    """A patch: the process dies as this function has returned for the nth time."""
    real = getattr(target, name)
    calls = 0

    def dying(*arguments: Any, **named: Any) -> Any:
        nonlocal calls
        calls += 1
        answer = real(*arguments, **named)
        if calls == call:
            die()
        return answer

    return mock.patch.object(target, name, dying)


def dies_instead_of(target: object, name: str) -> Any:
    return mock.patch.object(target, name, side_effect=die)


def purge_in_a_child(patch: Any) -> int:
    """The signal that ended it; 0 where it went through to its end."""

    def child() -> None:
        with patch:
            purge()

    return _ended_by(_fork(child))


def purge_killed_after(seconds: float) -> int:
    """The same, killed from outside after so long; chance says where it was."""
    pid = _fork(purge)
    threading.Event().wait(seconds)
    os.kill(pid, signal.SIGKILL)
    return _ended_by(pid)


def _fork(run: Callable[[], object]) -> int:
    connections.close_all()
    pid = os.fork()
    if pid:
        return pid
    try:
        run()
        os._exit(0)
    finally:
        os._exit(1)


def _ended_by(pid: int) -> int:
    _, status = os.waitpid(pid, 0)
    if os.WIFSIGNALED(status):
        return os.WTERMSIG(status)
    assert os.WEXITSTATUS(status) == 0, "the child failed by itself"
    return 0
