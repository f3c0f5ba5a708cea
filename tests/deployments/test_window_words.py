"""A window as pages write it."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from django.template.loader import render_to_string
from django.utils.html import strip_tags

from deployments.models import Deployment

LONDON = ZoneInfo("Europe/London")


@pytest.mark.parametrize(
    ("starts", "ends", "words"),
    [
        ((31, 10, 0, 30), (31, 10, 3, 0), "Sun 31 Oct 2027, 00:30 BST to 03:00 GMT"),
        ((27, 3, 23, 0), (28, 3, 2, 0), "Sat 27 Mar 2027, 23:00 GMT to Sun 28 Mar 2027, 02:00 BST"),
        ((7, 7, 10, 0), (7, 7, 18, 0), "Wed 7 Jul 2027, 10:00 to 18:00"),
    ],
)
def test_a_window_across_a_change_of_the_clocks_names_both_zones(
    starts: tuple[int, int, int, int], ends: tuple[int, int, int, int], words: str
):
    begins, over = (
        datetime(2027, month, day, hour, minute, tzinfo=LONDON)
        for day, month, hour, minute in (starts, ends)
    )
    deployment = Deployment(starts_at=begins, ends_at=over)

    page = render_to_string("includes/window.html", {"deployment": deployment})

    assert strip_tags(page) == words
