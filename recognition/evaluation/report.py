"""An evaluation as JSON and as lines for a terminal."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from recognition.evaluation.acquisition import Role
from recognition.evaluation.evaluation import Evaluation, Failures
from recognition.evaluation.measures import Interval

DECIMALS = 6


def as_json(evaluation: Evaluation, *, dataset: str) -> dict[str, Any]:
    """`tpir`, `fpir` and `threshold` by the false positive identification rate asked for."""
    points = {str(point.target_fpir): point for point in evaluation.points}
    return {
        "profile_version": evaluation.name,
        "dataset": dataset,
        "seed": evaluation.plan.seed,
        "draws": evaluation.plan.draws,
        "counts": _counts(evaluation),
        "tpir": {key: interval_json(point.tpir) for key, point in points.items()},
        "fpir": {key: interval_json(point.fpir) for key, point in points.items()},
        "threshold": {key: round(point.threshold, DECIMALS) for key, point in points.items()},
        "carried": {key: point.is_carried for key, point in points.items()},
        "failure_to_acquire": round(evaluation.failure_to_acquire, DECIMALS),
        "failures": {role.value: _failures(each) for role, each in evaluation.failures.items()},
    }


def interval_json(interval: Interval) -> dict[str, float]:
    return {
        "value": round(interval.value, DECIMALS),
        "low": round(interval.low, DECIMALS),
        "high": round(interval.high, DECIMALS),
    }


def _counts(evaluation: Evaluation) -> dict[str, int]:
    return {
        "people": evaluation.people,
        "watchlist": evaluation.plan.watchlist,
        "enrolled": evaluation.enrolled,
        "mated": evaluation.mated,
        "non_mated": evaluation.non_mated,
        "non_mated_acquired": evaluation.non_mated_acquired,
    }


def _failures(failures: Failures) -> dict[str, Any]:
    return {
        "pictures": failures.pictures,
        "count": failures.count,
        **interval_json(failures.rate),
        "reasons": dict(failures.reasons.most_common()),
    }


def as_lines(evaluation: Evaluation) -> Iterator[str]:
    """The table for whoever ran it."""
    plan = evaluation.plan
    yield f"{evaluation.title} ({evaluation.name})"
    yield (
        f"watchlist of {plan.watchlist} ({evaluation.enrolled} enrolled), {evaluation.mated} mated "
        f"and {evaluation.non_mated} non-mated probes, {plan.draws} draws, seed {plan.seed}"
    )
    yield "  FPIR     threshold   TPIR      95 % interval      FPIR measured"
    for point in evaluation.points:
        yield (
            f"  {percent(point.target_fpir):8} {point.threshold:.4f}      "
            f"{percent(point.tpir.value):8}  {between(point.tpir):17}  "
            f"{percent(point.fpir.value)} ({between(point.fpir)})"
            f"{'' if point.is_carried else '  too few probes to claim this rate'}"
        )
    for role, failures in evaluation.failures.items():
        yield from _failure_lines(role, failures)


def _failure_lines(role: Role, failures: Failures) -> Iterator[str]:
    yield (
        f"  failures to acquire, {role.value}: {failures.count} of {failures.pictures} pictures "
        f"({percent(failures.rate.value)}; {between(failures.rate)})"
    )
    for reason, count in failures.reasons.most_common():
        yield f"    {count:5}  {reason}"


def percent(share: float) -> str:
    """Two digits that matter: 83.1 %, 0.12 %."""
    decimals = 1 if share >= 0.0995 or share == 0 else 2
    return f"{100 * share:.{decimals}f} %"


def between(interval: Interval) -> str:
    return f"{percent(interval.low)} to {percent(interval.high)}"
