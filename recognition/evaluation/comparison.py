"""A profile beside other chains on the same split."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from recognition.evaluation.evaluation import FPIRS, Evaluation
from recognition.evaluation.report import between, interval_json, percent

DECIMALS = 2


def points_above(evaluation: Evaluation, rival: Evaluation, fpir: float) -> float:
    """How many percentage points of TPIR `evaluation` is above `rival` at one FPIR."""
    own, other = evaluation.point(fpir).tpir.value, rival.point(fpir).tpir.value
    return 100 * (own - other)


def compared(evaluation: Evaluation, rivals: Sequence[Evaluation]) -> dict[str, Any]:
    """For JSON: each rival's own figures and the points that the profile is above it, by FPIR."""
    return {
        rival.name: {
            "title": rival.title,
            "failure_to_acquire": round(rival.failure_to_acquire, 6),
            "tpir": {str(each.target_fpir): interval_json(each.tpir) for each in rival.points},
            "points_above": {
                str(fpir): round(points_above(evaluation, rival, fpir), DECIMALS) for fpir in FPIRS
            },
        }
        for rival in rivals
    }


def comparison_lines(evaluation: Evaluation, rivals: Sequence[Evaluation]) -> Iterator[str]:
    yield "On the same draws, TPIR at FPIR 1 %:"
    for each in (evaluation, *rivals):
        point = each.point(0.01)
        yield (
            f"  {percent(point.tpir.value):8} ({between(point.tpir)})  failures to acquire "
            f"{percent(each.failure_to_acquire):7}  {each.title}"
        )
    for rival in rivals:
        points = points_above(evaluation, rival, 0.01)
        yield f"  {evaluation.name} is {points:+.1f} points beside {rival.name}"
