"""Periods in words."""

from datetime import timedelta

import pytest

from deployments.wording import period_in_words


@pytest.mark.parametrize(
    ("period", "words"),
    [
        (None, "kept"),
        (timedelta(0), "at once"),
        (timedelta(seconds=1), "1 second"),
        (timedelta(seconds=90), "90 seconds"),
        (timedelta(minutes=3), "3 minutes"),
        (timedelta(hours=1), "1 hour"),
        (timedelta(hours=24), "24 hours"),
        (timedelta(hours=36), "36 hours"),
        (timedelta(days=31), "31 days"),
    ],
)
def test_a_period_is_said_in_its_largest_whole_unit(period: timedelta | None, words: str):
    assert period_in_words(period) == words
