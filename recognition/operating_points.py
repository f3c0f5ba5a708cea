"""Storing what an evaluation measured, and the false alerts to expect from it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp, log

from django.db import transaction
from django.utils import timezone

from deployments import audit
from deployments.enums import AuditKind
from recognition.evaluation.evaluation import Evaluation
from recognition.models import OperatingPoint


def record_evaluation(
    evaluation: Evaluation, *, profile: str, dataset: str
) -> list[OperatingPoint]:
    """Store one row for each rate, with one audit event for all of them."""
    now = timezone.now()
    rows = [
        OperatingPoint(
            measured_at=now,
            profile=profile,
            profile_version=evaluation.name,
            dataset=dataset,
            target_fpir=point.target_fpir,
            threshold=point.threshold,
            fpir=point.fpir.value,
            fpir_low=point.fpir.low,
            fpir_high=point.fpir.high,
            tpir=point.tpir.value,
            tpir_low=point.tpir.low,
            tpir_high=point.tpir.high,
            is_carried=point.is_carried,
            watchlist=evaluation.enrolled,
            mated=evaluation.mated,
            non_mated=evaluation.non_mated_acquired,
            failure_to_acquire=evaluation.failure_to_acquire,
            draws=evaluation.plan.draws,
            seed=evaluation.plan.seed,
        )
        for point in evaluation.points
    ]
    with transaction.atomic():
        OperatingPoint.objects.bulk_create(rows)
        audit.record(
            "operating_points.measured",
            kind=AuditKind.COLLECTION,
            by=None,
            details={
                "model": evaluation.name,
                "rows": len(rows),
                "seed": evaluation.plan.seed,
            },
        )
    return rows


def latest_points(profile_version: str) -> list[OperatingPoint]:
    """The rows of the newest evaluation of a profile's version, the most alerts first."""
    newest = OperatingPoint.objects.filter(profile_version=profile_version).first()
    if newest is None:
        return []
    together = OperatingPoint.objects.filter(
        profile_version=profile_version, dataset=newest.dataset, measured_at=newest.measured_at
    )
    return list(together.order_by("-target_fpir"))


@dataclass(frozen=True, slots=True)
class ExpectedFalseAlerts:
    """False alerts to expect among `faces` people who are not on the list.

    `low` and `high` come from the interval of the measured rate alone: crowd, camera and light
    differ from the pictures measured on, and can matter more. `is_extrapolated` is True where the
    threshold lies outside those measured; the figure is then that of the nearest one.
    """

    count: float
    low: float
    high: float
    watchlist: int
    faces: int
    basis: OperatingPoint
    is_extrapolated: bool


def expected_false_alerts(
    points: Sequence[OperatingPoint], *, threshold: float, faces: int, watchlist: int
) -> ExpectedFalseAlerts | None:
    """What a threshold costs, from the operating points of one evaluation; None without any.

    Between two measured thresholds the logarithm of the rate is taken as linear, which it nearly
    is in the tail. The rate was measured on a list of N people; each entry adds the same chance
    of a false match, so that a list of n has 1 − (1 − FPIR)^(n / N), near FPIR × n / N while that
    is small. Times `faces`, the people who pass.
    """
    carried = sorted((each for each in points if each.is_carried), key=lambda row: row.threshold)
    if not carried:
        return None
    below = [each for each in carried if each.threshold <= threshold] or carried[:1]
    above = [each for each in carried if each.threshold >= threshold] or carried[-1:]
    first, second = below[-1], above[0]
    scale = watchlist / max(first.watchlist, 1)

    def count(attribute: str) -> float:
        rate = _between(first, second, attribute, threshold=threshold)
        return float(faces * (1 - (1 - rate) ** scale))

    return ExpectedFalseAlerts(
        count=count("fpir"),
        low=count("fpir_low"),
        high=count("fpir_high"),
        watchlist=watchlist,
        faces=faces,
        basis=first,
        is_extrapolated=not carried[0].threshold <= threshold <= carried[-1].threshold,
    )


def _between(
    first: OperatingPoint, second: OperatingPoint, attribute: str, *, threshold: float
) -> float:
    low, high = float(getattr(first, attribute)), float(getattr(second, attribute))
    if second.threshold <= first.threshold or min(low, high) <= 0:
        return low
    share = (threshold - first.threshold) / (second.threshold - first.threshold)
    share = min(1.0, max(0.0, share))
    return exp((1 - share) * log(low) + share * log(high))
