import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recognition.evaluation.measures import (
    NOT_COMPARED,
    Interval,
    difference_is_shown,
    is_carried,
    share_at,
    threshold_at,
    wilson,
)

ONE_TO_THOUSAND = np.arange(1, 1001) / 1000


@pytest.mark.parametrize(
    ("successes", "count", "low", "high"),
    [
        (0, 10, 0.0, 0.2775),
        (5, 10, 0.2366, 0.7634),
        (10, 10, 0.7225, 1.0),
        (1, 600, 0.0003, 0.0094),
    ],
)
def test_wilsons_interval_is_the_published_one(
    successes: int, count: int, low: float, high: float
) -> None:
    interval = wilson(successes / count, count)

    assert (interval.low, interval.high) == pytest.approx((low, high), abs=1e-4)


def test_nothing_is_known_from_nothing() -> None:
    assert wilson(0.0, 0) == Interval(0.0, 0.0, 1.0)


@given(st.integers(1, 5000), st.data())
def test_an_interval_holds_its_value_and_stays_a_proportion(
    count: int, data: st.DataObject
) -> None:
    successes = data.draw(st.integers(0, count))

    interval = wilson(successes / count, count)

    assert 0 <= interval.low <= interval.value <= interval.high <= 1
    assert wilson(successes / count, count, confidence=0.99).high >= interval.high


@pytest.mark.parametrize(("fpir", "alerts"), [(0.02, 20), (0.01, 10), (0.005, 5), (0.001, 1)])
def test_a_threshold_lets_no_more_false_alerts_through_than_asked(fpir: float, alerts: int) -> None:
    threshold = threshold_at(fpir, ONE_TO_THOUSAND)

    assert (threshold <= ONE_TO_THOUSAND).sum() == alerts
    assert threshold == pytest.approx(1 - alerts / 1000)


def test_equal_scores_are_kept_out_together() -> None:
    scores = np.array([0.5] * 10 + [0.1] * 90)

    assert share_at(threshold_at(0.05, scores), scores) == 0.0
    assert share_at(threshold_at(0.10, scores), scores) == 0.10


def test_too_few_probes_give_the_threshold_that_nobody_reached() -> None:
    scores = ONE_TO_THOUSAND[:600]

    assert threshold_at(0.001, scores) > scores.max()
    assert threshold_at(0.001, scores) == pytest.approx(scores.max())
    assert not is_carried(0.001, 600)
    assert is_carried(0.01, 600)


def test_without_probes_there_is_no_threshold() -> None:
    with pytest.raises(ValueError, match="no non-mated probe"):
        threshold_at(0.01, np.zeros(0))


@given(st.lists(st.floats(-1, 1), min_size=1, max_size=300), st.sampled_from([0.02, 0.1, 0.5]))
def test_no_list_of_scores_gets_more_than_its_share(values: list[float], fpir: float) -> None:
    scores = np.array(values)

    assert share_at(threshold_at(fpir, scores), scores) <= fpir + 1e-9


def test_a_probe_that_was_not_compared_reaches_nothing() -> None:
    assert share_at(-1.0, np.array([NOT_COMPARED, 0.3])) == 0.5
    assert share_at(0.0, np.zeros(0)) == 0.0


def test_a_difference_is_shown_by_numbers_large_enough() -> None:
    assert difference_is_shown(wilson(0.10, 1000), wilson(0.02, 1000))
    assert difference_is_shown(wilson(0.02, 1000), wilson(0.10, 1000))
    assert not difference_is_shown(wilson(0.10, 20), wilson(0.02, 20))
    assert not difference_is_shown(wilson(0.05, 500), wilson(0.05, 900))
