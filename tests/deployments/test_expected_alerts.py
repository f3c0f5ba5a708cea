"""False alerts to expect, in numbers and words."""

from datetime import UTC, datetime, timedelta

import pytest

from deployments.expectation_view import HEIGHT, WIDTH, chart_of, expected
from deployments.expected_alerts import Expectation, Measured, Side, in_words, passers_by
from deployments.models import Deployment

START = datetime(2030, 3, 4, 9, tzinfo=UTC)


@pytest.mark.parametrize(
    ("hours", "people"), [(6, 5_000), (12, 10_000), (20, 10_000), (24, 10_000), (30, 15_000)]
)
def test_a_window_has_its_share_of_the_busy_hours(hours: int, people: int):
    end = START + timedelta(hours=hours)

    assert passers_by(footfall=10_000, starts_at=START, ends_at=end) == people


@pytest.mark.parametrize(
    ("count", "words"),
    [(0.01, "fewer than 0.1"), (0.43, "0.4"), (12.3, "12"), (1304.0, "1,300"), (52_718, "53,000")],
)
def test_a_figure_has_the_digits_that_it_carries(count: float, words: str):
    assert in_words(count) == words


def test_what_is_not_known_yet_is_asked_for():
    found = expected(Deployment(watchlist_cap=5), profile="embedded", threshold=0.5)

    assert found.missing == "how many people pass in a day, the start, the end"
    assert not found.is_measured


@pytest.mark.parametrize("threshold", [0.1, 0.55, 0.99])
@pytest.mark.parametrize("count", [0.0, 0.002, 7.0, 90_000.0])
def test_every_point_of_the_chart_lies_on_it(threshold: float, count: float):
    measured = (Measured(0.5, 120.0, 80.0, 200.0), Measured(0.6, 0.0, 0.0, 3.0))
    found = Expectation(count, count / 2, count * 2, Side.WITHIN, "Made up", measured)

    chart = chart_of(found, threshold=threshold)

    pairs = [pair.split(",") for pair in (chart.line + " " + chart.band).split()]
    assert all(0 <= float(x) <= WIDTH and 0 <= float(y) <= HEIGHT for x, y in pairs)
    assert 0 <= chart.x <= WIDTH
    assert 0 <= chart.high_y <= chart.y <= chart.low_y <= HEIGHT
