"""What the figures were measured on, how busy it was, and how much memory this process takes."""

from __future__ import annotations

import os
import platform
import resource
from pathlib import Path

import numpy as np

from recognition.types import Floats

SIDE = 2048


def machine() -> dict[str, object]:
    """Processor, cores, memory and the load of the last minute."""
    return {
        "processor": _processor(),
        "cores": len(os.sched_getaffinity(0)),
        "memory_gb": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30),
        "python": platform.python_version(),
        "load": round(os.getloadavg()[0], 1),
    }


def random_square() -> Floats:
    """A matrix whose product with itself is what this machine can do at best."""
    return np.random.default_rng(0).standard_normal((SIDE, SIDE), dtype=np.float32)


def square_gflop() -> float:
    return 2 * SIDE**3 / 1e9


def free_memory_gb() -> float:
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_AVPHYS_PAGES") / 2**30


def rss_mb() -> float:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def peak_rss_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()
