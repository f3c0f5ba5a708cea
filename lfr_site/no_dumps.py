"""The memory of the system's processes is written to no disk when one of them fails.

A core file of a recognition worker would hold the faces of those who happened to pass. The limit is
inherited by everything that a process starts; that it cannot be dumped, nor read by another process
of its user, has to be asked for by each program anew (Linux: prctl(2), PR_SET_DUMPABLE)."""

import ctypes
import resource
import sys

_PR_GET_DUMPABLE, _PR_SET_DUMPABLE = 3, 4


def forbid_dumps() -> None:
    """For this process and what it starts. It cannot be taken back without privileges."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)


def can_be_dumped() -> bool:
    """Whether the kernel would write this process's memory to a file."""
    if resource.getrlimit(resource.RLIMIT_CORE) != (0, 0):
        return True
    return sys.platform == "linux" and bool(ctypes.CDLL(None).prctl(_PR_GET_DUMPABLE, 0, 0, 0, 0))
