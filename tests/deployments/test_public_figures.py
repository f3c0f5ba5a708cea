"""Rates and bars of a published result."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deployments.figures import (
    alert_segments,
    false_alert_rate_in_words,
    outcomes_in_words,
    zero_event_bound,
)
from deployments.models import DeploymentResult


def result(**counts: object) -> DeploymentResult:
    zero = dict.fromkeys(("faces_seen", "true_alerts", "false_alerts", "undecided_alerts"), 0)
    return DeploymentResult(**zero | counts)


@pytest.mark.parametrize(("trials", "one_in"), [(2_995, 1_000), (17_973, 6_000), (98_858, 33_000)])
def test_the_zero_error_bound_is_the_published_one(trials: int, one_in: int):
    assert 1 / zero_event_bound(trials) == pytest.approx(one_in, rel=1e-3)


def test_nobody_seen_carries_no_rate():
    assert zero_event_bound(0) == 1.0
    assert false_alert_rate_in_words(result()) == "No face was seen."


def test_the_rate_is_said_as_one_in():
    assert false_alert_rate_in_words(result(faces_seen=6000, false_alerts=2)).startswith(
        "1 in 3,000"
    )


counts = st.integers(min_value=0, max_value=100_000)


@given(true=counts, false=counts, undecided=counts)
def test_the_bar_is_filled_exactly(true: int, false: int, undecided: int):
    segments = alert_segments(
        result(true_alerts=true, false_alerts=false, undecided_alerts=undecided)
    )

    assert sum(s.width for s in segments) == pytest.approx(100 if segments else 0, abs=0.1)
    assert all(s.count for s in segments)
    assert [s.x for s in segments] == sorted(s.x for s in segments)


def test_outcomes_become_words():
    assert outcomes_in_words(result(outcomes={"no_further_action": 2, "arrest": 1})) == [
        ("Arrest", 1),
        ("No further action", 2),
    ]
