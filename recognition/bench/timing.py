"""Several ways to do one thing, timed in turns: what else the machine does meets all alike."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from statistics import median

MIN_ROUNDS = 3


def side_by_side(calls: Mapping[str, Callable[[], object]], *, seconds: float) -> dict[str, float]:
    """The median seconds of each call, over rounds of all of them, after one that does not count.

    At least three rounds, then as many as begin within `seconds`.
    """
    for call in calls.values():
        call()
    taken: dict[str, list[float]] = {name: [] for name in calls}
    ends = time.perf_counter() + seconds
    rounds = 0
    while rounds < MIN_ROUNDS or time.perf_counter() < ends:
        rounds += 1
        for name, call in calls.items():
            began = time.perf_counter()
            call()
            taken[name].append(time.perf_counter() - began)
    return {name: median(values) for name, values in taken.items()}


def percentiles(values_s: list[float]) -> dict[str, float | int]:
    """p50, p95 and p99 in milliseconds, by nearest rank, and how many values there were."""
    ranked = sorted(values_s)
    if not ranked:
        return {"count": 0}
    picked = {
        f"p{share}": round(1000 * ranked[min(len(ranked) - 1, len(ranked) * share // 100)], 1)
        for share in (50, 95, 99)
    }
    return {**picked, "count": len(ranked)}


def rounded(values: Mapping[str, float], digits: int = 2) -> dict[str, float]:
    return {name: round(value, digits) for name, value in values.items()}
