"""What is expected of a threshold, from the operating points that were measured."""

from datetime import timedelta
from math import sqrt

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from recognition.models import OperatingPoint
from recognition.operating_points import expected_false_alerts, latest_points


def point(target: float, threshold: float, **changes: object) -> OperatingPoint:
    fields: dict[str, object] = {
        "profile": "embedded",
        "profile_version": "embedded-1",
        "dataset": "lfw",
        "target_fpir": target,
        "threshold": threshold,
        "fpir": target,
        "fpir_low": target / 2,
        "fpir_high": target * 2,
        "tpir": 0.8,
        "tpir_low": 0.7,
        "tpir_high": 0.9,
        "is_carried": True,
        "watchlist": 250,
        "mated": 250,
        "non_mated": 1000,
        "failure_to_acquire": 0.0,
        "draws": 10,
        "seed": 1,
        "measured_at": timezone.now(),
    }
    return OperatingPoint(**(fields | changes))


POINTS = [point(0.02, 0.40), point(0.01, 0.42), point(0.005, 0.45)]


def test_at_a_measured_threshold_and_list_it_is_the_measured_rate() -> None:
    expected = expected_false_alerts(POINTS, threshold=0.42, faces=15_000, watchlist=250)

    assert expected is not None
    assert expected.count == pytest.approx(150)
    assert (expected.low, expected.high) == pytest.approx((75, 300))
    assert not expected.is_extrapolated


def test_between_two_thresholds_the_logarithm_of_the_rate_is_linear() -> None:
    expected = expected_false_alerts(POINTS, threshold=0.41, faces=1000, watchlist=250)

    assert expected is not None
    assert expected.count == pytest.approx(1000 * sqrt(0.02 * 0.01))


def test_a_longer_list_has_more_and_never_more_than_everybody() -> None:
    def count(watchlist: int) -> float:
        found = expected_false_alerts(POINTS, threshold=0.42, faces=1000, watchlist=watchlist)
        assert found is not None
        return found.count

    assert count(25) == pytest.approx(count(250) / 10, rel=0.01)
    assert count(2500) == pytest.approx(1000 * (1 - 0.99**10))
    assert count(10_000_000) == pytest.approx(1000)
    assert count(0) == 0


@pytest.mark.parametrize(("threshold", "rate"), [(0.30, 0.02), (0.90, 0.005)])
def test_outside_what_was_measured_the_nearest_holds_and_that_is_said(
    threshold: float, rate: float
) -> None:
    expected = expected_false_alerts(POINTS, threshold=threshold, faces=1000, watchlist=250)

    assert expected is not None
    assert expected.count == pytest.approx(1000 * rate)
    assert expected.is_extrapolated


def test_a_rate_that_was_hardly_measured_is_no_basis() -> None:
    hardly = point(0.001, 0.48, is_carried=False, fpir=0.0, fpir_low=0.0)

    assert expected_false_alerts([hardly], threshold=0.48, faces=1000, watchlist=250) is None
    assert expected_false_alerts([], threshold=0.48, faces=1000, watchlist=250) is None
    with_it = expected_false_alerts([*POINTS, hardly], threshold=0.48, faces=1000, watchlist=250)
    assert with_it is not None
    assert with_it.basis.threshold == 0.45


@pytest.mark.django_db
def test_the_newest_evaluation_of_a_version_counts() -> None:
    older, newer = timezone.now() - timedelta(days=1), timezone.now()
    OperatingPoint.objects.bulk_create(
        [
            point(0.01, 0.40, measured_at=older),
            point(0.02, 0.41, measured_at=newer),
            point(0.01, 0.43, measured_at=newer),
            point(0.01, 0.99, measured_at=newer, profile_version="other-1"),
        ]
    )

    assert [row.threshold for row in latest_points("embedded-1")] == [0.41, 0.43]
    assert latest_points("none-1") == []


@pytest.mark.django_db
def test_a_figure_outside_its_interval_is_refused_by_the_database() -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        point(0.01, 0.4, tpir=0.95).save()
    assert connection.is_usable()
