"""Periods in words."""

from datetime import timedelta

import pytest

from deployments.wording import lead_in_words, left_in_words, period_in_words


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


@pytest.mark.parametrize(
    ("lead", "words"),
    [
        (timedelta(milliseconds=600), "less than a minute"),
        (timedelta(seconds=59), "less than a minute"),
        (timedelta(seconds=100), "1 minute"),
        (timedelta(hours=47), "1 day"),
        (timedelta(days=4, hours=5), "4 days"),
    ],
)
def test_how_far_ahead_is_rounded_down(lead: timedelta, words: str):
    assert lead_in_words(lead) == words


@pytest.mark.parametrize(
    ("left", "words"),
    [
        (timedelta(seconds=59), "0 minutes"),
        (timedelta(seconds=100), "1 minute"),
        (timedelta(hours=1), "1 hour"),
        (timedelta(hours=7, minutes=56, seconds=59), "7 hours 56 minutes"),
        (timedelta(hours=25, minutes=1), "25 hours 1 minute"),
    ],
)
def test_what_is_left_is_said_to_the_minute(left: timedelta, words: str):
    assert left_in_words(left) == words
