"""What must be true before recognition begins, each with its evidence in words."""

from datetime import timedelta
from unittest import mock

import pytest
from django.utils import timezone
from pytest_django.fixtures import Settings

from deployments import start_checks
from deployments.enums import Status
from deployments.models import Deployment, WatchlistEntry
from deployments.start_checks import Check, failed_checks, run_checks
from deployments.watchlist import mark_refused
from tests.factories import Cast, make_deployment, make_entry
from tests.tampering import run_sql, triggers_disabled


@pytest.fixture(autouse=True)
def _worker(recognition_worker: None) -> None:
    """One of the checks asks for it."""


def _ready() -> Deployment:
    return make_deployment(status=Status.READY)


def _failed(deployment: Deployment, *, stage: Status = Status.LIVE) -> list[str]:
    deployment.refresh_from_db()
    return [check.name for check in failed_checks(deployment, stage=stage)]


def _moved(deployment: Deployment, *, starts: timedelta, ends: timedelta) -> Deployment:
    now = timezone.now()
    with triggers_disabled("deployments_deployment"):
        Deployment.objects.filter(pk=deployment.pk).update(
            starts_at=now + starts, ends_at=now + ends, published_at=now - timedelta(days=10)
        )
    return deployment


def test_what_is_ready_passes_with_evidence(cast: Cast):
    checks = run_checks(_ready())

    assert [check.name for check in checks if not check.passed] == []
    assert all(check.evidence for check in checks)
    assert any("Superintendent Okafor" in check.evidence for check in checks)


def test_without_a_decision_there_is_no_authority(cast: Cast):
    submitted = make_deployment(status=Status.SUBMITTED)

    assert "Authority in force" in _failed(submitted)


@pytest.mark.parametrize(
    ("starts_in_s", "ends_in_s", "passes"),
    [(-10, 10, True), (60, 120, False), (-120, -60, False), (-60, 0, False)],
)
def test_the_window_is_open_or_not(cast: Cast, starts_in_s: int, ends_in_s: int, passes: bool):
    deployment = _moved(
        _ready(), starts=timedelta(seconds=starts_in_s), ends=timedelta(seconds=ends_in_s)
    )

    assert ("Within the window" not in _failed(deployment)) == passes
    assert "Within the window" not in _failed(deployment, stage=Status.READY)


def test_the_window_closes_with_its_last_moment(cast: Cast):
    deployment = _ready()

    for moment, passes in (
        (deployment.starts_at, True),
        (deployment.starts_at - timedelta(microseconds=1), False),
        (deployment.ends_at - timedelta(microseconds=1), True),
        (deployment.ends_at, False),
    ):
        with mock.patch.object(timezone, "now", return_value=moment):
            assert ("Within the window" not in _failed(deployment)) == passes, moment


@pytest.mark.parametrize(("days", "passes"), [(3.01, True), (2.99, False), (-1, False)])
def test_the_notice_was_up_in_time(cast: Cast, settings: Settings, days: float, passes: bool):
    settings.NOTICE_LEAD_DAYS = 3
    deployment = _ready()
    published = deployment.starts_at - timedelta(days=days)
    Deployment.objects.filter(pk=deployment.pk).update(published_at=published)

    assert ("Notice to the public" not in _failed(deployment)) == passes


def test_a_notice_that_was_never_published_fails_and_one_withheld_in_writing_passes(cast: Cast):
    deployment = _ready()
    Deployment.objects.filter(pk=deployment.pk).update(published_at=None)
    assert "Notice to the public" in _failed(deployment)

    Deployment.objects.filter(pk=deployment.pk).update(notice_withheld_reason="A life at risk.")
    assert "Notice to the public" not in _failed(deployment)


def test_the_watchlist_is_whole_within_its_cap_and_fresh(cast: Cast):
    name = "Watchlist built and enrolled"
    empty = make_deployment(status=Status.AUTHORISED)
    assert name in _failed(empty)

    pending = _ready()
    make_entry(pending, is_enrolled=False)
    assert name in _failed(pending)

    stale = _ready()
    WatchlistEntry.objects.filter(deployment=stale).update(
        added_at=stale.starts_at - timedelta(hours=24, seconds=1)
    )
    assert name in _failed(stale)

    full = make_deployment(status=Status.READY, watchlist_cap=1)
    with triggers_disabled("deployments_deployment"):
        run_sql("UPDATE deployments_deployment SET watchlist_cap = 0 WHERE id = %s", full.pk)
    assert name in _failed(full)


def test_a_refused_image_keeps_nothing_from_starting(cast: Cast):
    deployment = _ready()
    mark_refused(make_entry(deployment, is_enrolled=False), reason="No face was found.")

    assert _failed(deployment) == []


def test_a_check_of_another_app_counts(cast: Cast, monkeypatch: pytest.MonkeyPatch):
    no_power, deployment = Check("Power", False, "The van has no power."), _ready()
    monkeypatch.setattr(start_checks, "_registered", [lambda _: no_power])

    assert failed_checks(deployment) == [no_power]
