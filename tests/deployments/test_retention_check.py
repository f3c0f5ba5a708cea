"""Nothing is recorded where nothing would be erased."""

from datetime import timedelta

import pytest
from django.utils import timezone
from pytest_django.fixtures import Settings

from deployments import lifecycle, purge
from deployments.enums import Status
from deployments.heartbeats import HOUSEKEEPING, beat, last_beat
from deployments.models import Deployment, Heartbeat
from deployments.overdue import GRACE
from deployments.start_checks.retention import HOUSEKEEPING_MAX_AGE, retention_check
from lfr_site.tasks import housekeeping
from tests.factories import Cast, make_deployment
from tests.tampering import triggers_disabled


def _ended(deployment: Deployment, *, ago: timedelta) -> None:
    with triggers_disabled("deployments_deployment"):
        Deployment.objects.filter(pk=deployment.pk).update(ended_at=timezone.now() - ago)


def test_it_passes_when_housekeeping_ran_and_nothing_is_overdue(cast: Cast):
    ready = make_deployment(status=Status.READY)

    check = retention_check(ready)

    assert check.passed
    assert "nothing is overdue" in check.evidence


@pytest.mark.parametrize(
    ("age", "passes"),
    [
        (HOUSEKEEPING_MAX_AGE - timedelta(seconds=5), True),
        (HOUSEKEEPING_MAX_AGE + timedelta(seconds=5), False),
    ],
)
def test_housekeeping_ran_lately(cast: Cast, age: timedelta, passes: bool):
    ready = make_deployment(status=Status.READY)
    Heartbeat.objects.update(at=timezone.now() - age)

    assert retention_check(ready).passed == passes


def test_housekeeping_never_ran(cast: Cast):
    ready = make_deployment(status=Status.READY)
    Heartbeat.objects.all().delete()

    check = retention_check(ready)

    assert not check.passed
    assert "general worker" in check.remedy


def test_what_is_overdue_beyond_the_grace_is_named(cast: Cast, settings: Settings):
    settings.RETENTION_PERIODS_S = {"watchlist": 0}
    ready = make_deployment(status=Status.READY)
    ended = make_deployment(status=Status.ENDED)

    _ended(ended, ago=GRACE - timedelta(seconds=10))
    assert retention_check(ready).passed

    _ended(ended, ago=GRACE + timedelta(seconds=10))
    check = retention_check(ready)
    assert not check.passed
    assert any("Watchlist entries and their images: 1" in line for line in check.lines)


def test_housekeeping_beats_at_its_end_and_not_when_it_fails(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
):
    housekeeping()
    first = last_beat(HOUSEKEEPING)
    assert first is not None

    monkeypatch.setattr("lfr_site.tasks.purge", _fails)
    with pytest.raises(OSError, match="disk"):
        housekeeping()

    assert last_beat(HOUSEKEEPING) == first


def _fails() -> None:
    raise OSError("disk")


def test_a_beat_is_one_row(db: None):
    beat(HOUSEKEEPING)
    beat(HOUSEKEEPING)

    assert Heartbeat.objects.count() == 1


def test_a_start_is_refused_while_something_is_overdue(
    cast: Cast, settings: Settings, recognition_worker: None
):
    settings.RETENTION_PERIODS_S = {"watchlist": 0}
    ready = make_deployment(status=Status.READY)
    ended = make_deployment(status=Status.ENDED)
    _ended(ended, ago=timedelta(hours=1))

    with pytest.raises(lifecycle.Refused, match="Not everything that was due is erased"):
        lifecycle.start(ready, by=cast.alice)

    purge.purge()
    assert lifecycle.start(ready, by=cast.alice).status == Status.LIVE
