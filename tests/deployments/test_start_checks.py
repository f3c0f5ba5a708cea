"""What must be true before recognition begins, each with its evidence in words."""

from datetime import timedelta
from unittest import mock

import pytest
from django.db import connection
from django.utils import timezone
from pytest_django.fixtures import Settings

from deployments import lifecycle
from deployments.enums import Status
from deployments.lifecycle import Refused
from deployments.models import Deployment, StartCheckRecord, WatchlistEntry
from deployments.start_checks import Check, failed_checks, once, register, registry, run_checks
from deployments.start_checks.notice import notice_check
from deployments.start_checks.registry import CheckFunction, registered
from deployments.start_checks.watchlist import watchlist_check
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


@pytest.mark.parametrize(
    ("days", "asked", "words"),
    [
        (5, 3, "5 days before the start; policy asks for 3 days."),
        (1, 1, "1 day before the start; policy asks for 1 day."),
        (-1, 3, "not before the start; policy asks for 3 days."),
        (1, 0, "1 day before the start; policy asks for no time ahead."),
    ],
)
def test_the_evidence_of_the_notice_says_what_is_asked(
    cast: Cast, settings: Settings, days: int, asked: int, words: str
):
    settings.NOTICE_LEAD_DAYS = asked
    deployment = _ready()
    published = deployment.starts_at - timedelta(days=days)
    Deployment.objects.filter(pk=deployment.pk).update(
        published_at=published, notice_lead_days=asked
    )
    deployment.refresh_from_db()

    assert notice_check(deployment).evidence.endswith(words)


def test_the_evidence_of_the_list_says_how_fresh_it_is(cast: Cast):
    deployment = _ready()
    begun = deployment.starts_at - timedelta(hours=3, minutes=5)
    WatchlistEntry.objects.filter(deployment=deployment).update(added_at=begun)

    evidence = watchlist_check(deployment).evidence

    assert evidence.endswith(", 3 hours before the start; 24 hours are allowed.")


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

    full = make_deployment(status=Status.READY, entries=2, watchlist_cap=2)
    with triggers_disabled("deployments_deployment"):
        run_sql("UPDATE deployments_deployment SET watchlist_cap = 1 WHERE id = %s", full.pk)
    assert name in _failed(full)


def test_a_refused_image_keeps_nothing_from_starting(cast: Cast):
    deployment = _ready()
    mark_refused(make_entry(deployment, is_enrolled=False), reason="No face was found.")

    assert _failed(deployment) == []


def test_a_check_of_another_app_counts(cast: Cast, monkeypatch: pytest.MonkeyPatch):
    no_power, deployment = Check("Power", False, "The van has no power."), _ready()
    _only(monkeypatch, lambda _: no_power)

    assert failed_checks(deployment) == [no_power]


def _only(monkeypatch: pytest.MonkeyPatch, *checks: CheckFunction) -> None:
    monkeypatch.setattr(registry, "_registered", [])
    for check in checks:
        register(check)


@pytest.mark.parametrize("error", [ZeroDivisionError("x"), OSError("no route"), KeyError("y")])
def test_a_check_that_raises_has_failed_in_words_and_the_others_are_made(
    cast: Cast, monkeypatch: pytest.MonkeyPatch, error: Exception
):
    good, deployment = Check("Power", True, "The van has power."), _ready()
    broken = mock.Mock(side_effect=error)
    _only(monkeypatch, broken, lambda _: good)

    failed, passed = run_checks(deployment)

    assert not failed.passed
    assert type(error).__name__ in failed.evidence
    assert passed == good
    with pytest.raises(Refused, match="could not be checked"):
        lifecycle.start(deployment, by=cast.alice)


def test_a_fault_of_the_database_in_one_check_spoils_no_other(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
):
    def broken(_: Deployment) -> Check:
        with connection.cursor() as cursor:
            cursor.execute("SELECT * FROM no_such_table")
        raise AssertionError("the database answered")

    def counts(deployment: Deployment) -> Check:
        return Check("Entries", deployment.entries.count() == 1, "Counted.")

    deployment = _ready()
    _only(monkeypatch, broken, counts)

    assert [check.passed for check in run_checks(deployment)] == [False, True]


def test_checks_stand_in_a_fixed_order_and_stage(cast: Cast):
    deployment = _ready()

    ready = [each.subject for each in registered(stage=Status.READY)]
    live = [each.subject for each in registered(stage=Status.LIVE)]

    assert ready == sorted(ready)
    assert live == sorted(live)
    assert set(ready) < set(live)
    assert len(run_checks(deployment)) == len(live)


def test_what_several_checks_need_is_found_once_a_run(cast: Cast, monkeypatch: pytest.MonkeyPatch):
    find = mock.Mock(return_value="pong")

    def asks(_: Deployment) -> Check:
        return Check("Asked", True, once("answer", find))

    deployment = _ready()
    _only(monkeypatch, asks, asks)

    run_checks(deployment)
    assert find.call_count == 1
    run_checks(deployment)
    assert find.call_count == 2
    once("answer", find)
    assert find.call_count == 3


def test_what_was_found_is_kept_with_the_transition(cast: Cast):
    deployment = lifecycle.start(_ready(), by=cast.alice)

    ready, started = StartCheckRecord.objects.filter(deployment=deployment)

    assert (ready.transition, started.transition) == ("make_ready", "start")
    assert started.by == cast.alice
    window = next(check for check in started.checks if check["name"] == "Within the window")
    assert window["passed"]
    assert "minutes of the window are left; it closes on" in window["evidence"]
    assert "Within the window" not in {check["name"] for check in ready.checks}


def test_a_refused_start_keeps_nothing(cast: Cast):
    deployment = _ready()
    WatchlistEntry.objects.filter(deployment=deployment).delete()

    with pytest.raises(Refused, match=r"Nobody is on the watchlist\. Import or add"):
        lifecycle.start(deployment, by=cast.alice)

    assert StartCheckRecord.objects.filter(transition="start").count() == 0
