"""What was measured of a profile's version that says how many false alerts a list will raise."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.utils.formats import date_format

from recognition.evaluation.measures import is_carried, wilson
from recognition.models import OperatingPoint
from recognition.operating_points import expected_false_alerts
from recognition.profiles import OperatingPoint as ShippedPoint
from recognition.profiles import Profile


@dataclass(frozen=True, slots=True)
class Evidence:
    """False alerts per face of somebody who is not on the list, with its interval at 95 %.

    `is_bound`: the threshold lies above all that were measured; the rate is that of the highest
    of them, which it cannot exceed. `source` says who measured it."""

    rate: float
    low: float
    high: float
    basis: OperatingPoint
    source: str
    is_bound: bool


def evidence_for(profile: Profile, *, threshold: float, watchlist: int) -> Evidence | None:
    """From the newest evaluation that says something of this threshold, or from what came with
    the profile; None where nothing does.

    Below the lowest threshold that was carried there are more false alerts than were measured:
    nothing is said of it."""
    for source, points in evaluations(profile):
        carried = [point for point in points if point.is_carried]
        if not any(point.threshold <= threshold for point in carried):
            continue
        expected = expected_false_alerts(carried, threshold=threshold, faces=1, watchlist=watchlist)
        if expected is not None:
            return Evidence(
                rate=expected.count,
                low=expected.low,
                high=expected.high,
                basis=expected.basis,
                source=source,
                is_bound=expected.is_extrapolated,
            )
    return None


def evaluations(profile: Profile) -> Iterator[tuple[str, Sequence[OperatingPoint]]]:
    """The newest first; last what ships with the profile."""
    recorded = OperatingPoint.objects.filter(profile_version=profile.model_name)
    runs = recorded.order_by("-measured_at").values_list("measured_at", "dataset").distinct()
    for measured_at, dataset in runs:
        rows = list(recorded.filter(measured_at=measured_at, dataset=dataset))
        yield f"evaluated on {date_format(measured_at, 'j F Y')}", rows
    shipped = [_as_row(profile, point) for point in profile.operating_points]
    yield "measured before the profile was shipped", shipped


def _as_row(profile: Profile, point: ShippedPoint) -> OperatingPoint:
    """As an evaluation would have stored it, by the same rule of what is carried."""
    interval = wilson(point.fpir, point.non_mated)
    return OperatingPoint(
        profile=profile.name,
        profile_version=profile.model_name,
        dataset=point.dataset,
        target_fpir=point.fpir,
        threshold=point.threshold,
        fpir=point.fpir,
        fpir_low=interval.low,
        fpir_high=interval.high,
        tpir=point.tpir,
        tpir_low=point.tpir_low,
        tpir_high=point.tpir_high,
        is_carried=is_carried(point.fpir, point.non_mated),
        watchlist=point.enrolled,
        mated=point.mated,
        non_mated=point.non_mated,
    )
