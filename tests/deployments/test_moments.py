"""London's clock: windows at midnight, at both changes of the clocks and across them."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.core.exceptions import ValidationError

from deployments import lifecycle
from deployments.enums import Status
from deployments.forms.moments import LocalMoment
from tests.factories import Cast, make_deployment

LONDON = ZoneInfo("Europe/London")


@pytest.mark.parametrize(
    ("text", "utc"),
    [
        ("2027-03-28T00:59", "2027-03-28T00:59"),
        ("2027-03-28T02:00", "2027-03-28T01:00"),
        ("2026-10-25T00:59", "2026-10-24T23:59"),
        ("2026-10-25T02:00", "2026-10-25T02:00"),
        ("2027-07-01T00:00", "2027-06-30T23:00"),
        ("2027-01-01T00:00", "2027-01-01T00:00"),
    ],
)
def test_a_time_is_londons(text: str, utc: str):
    moment = LocalMoment().clean(text)

    assert moment is not None
    assert moment.astimezone(UTC) == datetime.fromisoformat(utc).replace(tzinfo=UTC)


@pytest.mark.parametrize("clock", ["01:00", "01:30", "01:59"])
def test_a_time_that_the_clocks_skip_is_refused_with_what_to_write(clock: str):
    with pytest.raises(ValidationError, match="does not exist on 28 March 2027") as refused:
        LocalMoment().clean(f"2027-03-28T{clock}")
    assert f"Write 02:{clock[3:]}." in str(refused.value)


@pytest.mark.parametrize("clock", ["01:00", "01:30", "01:59"])
def test_a_time_that_comes_twice_is_refused(clock: str):
    with pytest.raises(ValidationError, match="comes twice on 25 October 2026"):
        LocalMoment().clean(f"2026-10-25T{clock}")


def test_nonsense_is_refused_as_ever():
    with pytest.raises(ValidationError):
        LocalMoment().clean("tomorrow")


@pytest.mark.parametrize(
    ("starts_at", "ends_at", "hours"),
    [
        (datetime(2027, 3, 27, 22, tzinfo=LONDON), datetime(2027, 3, 28, 4, tzinfo=LONDON), 5),
        (datetime(2027, 10, 30, 22, tzinfo=LONDON), datetime(2027, 10, 31, 4, tzinfo=LONDON), 7),
        (datetime(2027, 5, 1, 20, tzinfo=LONDON), datetime(2027, 5, 2, 0, tzinfo=LONDON), 4),
    ],
    ids=["spring", "autumn", "midnight"],
)
def test_a_window_across_a_change_ends_at_its_exact_second(
    cast: Cast, starts_at: datetime, ends_at: datetime, hours: int
):
    assert ends_at.astimezone(UTC) - starts_at.astimezone(UTC) == timedelta(hours=hours)
    deployment = make_deployment(status=Status.SUBMITTED, starts_at=starts_at, ends_at=ends_at)
    deployment.refresh_from_db()
    assert deployment.ends_at - deployment.starts_at == timedelta(hours=hours)

    assert lifecycle.end_expired(now=ends_at - timedelta(microseconds=1)) == 0
    assert lifecycle.end_expired(now=ends_at) == 1
    deployment.refresh_from_db()
    assert deployment.status == Status.CANCELLED


def test_what_runs_ends_at_the_exact_second(cast: Cast):
    live = make_deployment(status=Status.LIVE)

    assert lifecycle.end_expired(now=live.ends_at - timedelta(microseconds=1)) == 0
    assert lifecycle.end_expired(now=live.ends_at) == 1
