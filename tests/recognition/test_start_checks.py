"""The machine's start checks: each passing, and each way of failing."""

import time
from dataclasses import replace
from datetime import timedelta
from typing import Any
from unittest import mock

import pytest
from celery import current_app
from django.utils import timezone
from pytest_django.fixtures import Settings

from deployments import expected_alerts
from deployments.enums import Status
from deployments.models import Deployment
from recognition import profiles
from recognition.false_alert_evidence import evidence_for
from recognition.models import CameraCheck, OperatingPoint
from recognition.profiles import load_profile
from recognition.start_checks import clocks, licence
from recognition.start_checks.cameras import cameras_check
from recognition.start_checks.clocks import clock_check
from recognition.start_checks.licence import licence_check
from recognition.start_checks.operating_point import operating_point_check
from recognition.start_checks.workers import worker_check
from recognition.worker_clock import clock
from tests.factories import Cast, make_camera, make_deployment
from tests.tampering import triggers_disabled

DEMO_THRESHOLD, DEMO_LIST = 0.96, 20


@pytest.fixture
def ready(cast: Cast) -> Deployment:
    return make_deployment(status=Status.READY)


def _answering(monkeypatch: pytest.MonkeyPatch, *replies: dict[str, Any]) -> None:
    def broadcast(*_: object, **__: object) -> list[dict[str, Any]]:
        return list(replies)

    monkeypatch.setattr(current_app.control, "broadcast", broadcast)


# A worker answers


def test_a_worker_answers_or_none_does(ready: Deployment, monkeypatch: pytest.MonkeyPatch):
    _answering(monkeypatch, {"recognition@van": clock(None)})
    assert worker_check(ready).passed
    assert "recognition@van" in worker_check(ready).evidence

    _answering(monkeypatch)
    check = worker_check(ready)
    assert not check.passed
    assert "Start one" in check.remedy


# Clocks


@pytest.mark.parametrize(
    ("ahead_s", "passes"), [(0, True), (1.5, True), (-1.5, True), (2.5, False), (-3600, False)]
)
def test_a_workers_clock_is_in_step_or_not(
    ready: Deployment, monkeypatch: pytest.MonkeyPatch, ahead_s: float, passes: bool
):
    _answering(monkeypatch, {"recognition@van": {"clock": time.time() + ahead_s}})

    check = clock_check(ready)

    assert check.passed == passes
    assert any("recognition@van" in line for line in check.lines)


@pytest.mark.parametrize(("ahead_s", "passes"), [(1.0, True), (3.0, False), (-3.0, False)])
def test_the_databases_clock_counts(
    ready: Deployment, monkeypatch: pytest.MonkeyPatch, ahead_s: float, passes: bool
):
    _answering(monkeypatch, {"recognition@van": clock(None)})
    monkeypatch.setattr(clocks, "database_ahead_s", lambda: (ahead_s, 0.01))
    CameraCheck.objects.update(clock_ahead_s=None)

    assert clock_check(ready).passed == passes


def test_a_worker_that_looked_at_a_camera_counts_too(
    ready: Deployment, monkeypatch: pytest.MonkeyPatch
):
    _answering(monkeypatch, {"recognition@van": clock(None)})
    CameraCheck.objects.update(clock_ahead_s=9.0, worker="second-van")

    check = clock_check(ready)

    assert not check.passed
    assert any("second-van is 9.0" in line for line in check.lines)


@pytest.mark.parametrize("replies", [(), ({"recognition@van": "pong"},)])
def test_a_worker_that_does_not_say_the_time_fails(
    ready: Deployment, monkeypatch: pytest.MonkeyPatch, replies: tuple[dict[str, Any], ...]
):
    _answering(monkeypatch, *replies)

    assert not clock_check(ready).passed


def test_the_databases_clock_is_really_read(db: None):
    ahead_s, uncertain_s = clocks.database_ahead_s()

    assert abs(ahead_s) < 1
    assert 0 <= uncertain_s < 1


# Cameras


def _seen(deployment: Deployment, **changes: object) -> None:
    with triggers_disabled("recognition_cameracheck"):
        CameraCheck.objects.filter(deployment=deployment).update(**changes)


def test_cameras_that_work_are_named_with_their_numbers(ready: Deployment):
    check = cameras_check(ready)

    assert check.passed
    assert "25 pictures a second, sharpness 0.030, brightness 110 of 255" in check.lines[0]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"passed": False, "words": "The picture is too dark."}, "too dark"),
        ({"passed": False, "words": "No picture came.", "frames_per_s": 0}, "No picture came."),
        ({"checked_at": None, "requested_at": None}, "not looked at yet"),
    ],
)
def test_a_camera_that_does_not_work_fails_in_words(
    ready: Deployment, changes: dict[str, object], words: str
):
    _seen(ready, **changes)

    check = cameras_check(ready)

    assert not check.passed
    assert words in check.lines[0]
    assert check.link is not None
    assert "check the cameras" in check.remedy


def test_evidence_of_more_than_ten_minutes_ago_is_too_old(ready: Deployment):
    now = timezone.now()
    _seen(ready, checked_at=now - timedelta(minutes=9, seconds=50))
    assert cameras_check(ready).passed

    _seen(ready, checked_at=now - timedelta(minutes=10, seconds=1))
    check = cameras_check(ready)
    assert not check.passed
    assert "more than ten minutes ago" in check.lines[0]


def test_one_of_two_is_not_enough(cast: Cast):
    ready = make_deployment(status=Status.READY, cameras=[make_camera(), make_camera()])
    CameraCheck.objects.filter(camera=ready.cameras.all()[0]).delete()

    check = cameras_check(ready)

    assert not check.passed
    assert "1 of 2" in check.evidence


def test_while_a_worker_looks_the_page_is_told_to_look_again(ready: Deployment):
    now = timezone.now()
    _seen(ready, passed=False, checked_at=now - timedelta(minutes=1), requested_at=now)

    assert cameras_check(ready).is_pending

    _seen(ready, requested_at=now - timedelta(minutes=2))
    assert not cameras_check(ready).is_pending


# False alerts at this threshold


def _point(**changes: object) -> OperatingPoint:
    values: dict[str, object] = {
        "profile": "embedded",
        "profile_version": "embedded-1",
        "dataset": "Passers-by of one's own",
        "target_fpir": 0.001,
        "threshold": 0.4,
        "fpir": 0.0005,
        "fpir_low": 0.0003,
        "fpir_high": 0.0009,
        "tpir": 0.9,
        "tpir_low": 0.8,
        "tpir_high": 0.95,
        "is_carried": True,
        "watchlist": 1,
        "mated": 100,
        "non_mated": 20_000,
        "failure_to_acquire": 0,
        "draws": 1,
        "seed": 1,
        "measured_at": timezone.now(),
    }
    return OperatingPoint.objects.create(**values | changes)


def test_a_measured_rate_within_one_in_a_thousand_passes_with_its_evidence(ready: Deployment):
    OperatingPoint.objects.all().delete()
    _point()
    _point(threshold=0.6, fpir=0.0001, fpir_low=0.00005, fpir_high=0.0002)

    check = operating_point_check(ready)

    assert check.passed
    text = check.evidence + " ".join(check.lines)
    for words in ("At 0.5", "1 person enrolled", "95 %", "20,000 people", "Passers-by of one's"):
        assert words in text


def test_a_rate_above_one_in_a_thousand_is_refused_and_grows_with_the_list(cast: Cast):
    OperatingPoint.objects.all().delete()
    _point(threshold=0.5)
    few = make_deployment(status=Status.READY, entries=1)
    OperatingPoint.objects.exclude(dataset="Passers-by of one's own").delete()
    assert operating_point_check(few).passed

    many = make_deployment(status=Status.READY, entries=3)
    OperatingPoint.objects.exclude(dataset="Passers-by of one's own").delete()
    check = operating_point_check(many)

    assert not check.passed
    assert "1.50 false alerts" in check.evidence
    assert "never acceptable" in check.remedy


@pytest.mark.parametrize(
    "changes",
    [{"is_carried": False}, {"threshold": 0.51}, {"profile_version": "embedded-2"}],
    ids=["not carried", "only above", "another version"],
)
def test_without_evidence_nothing_starts(ready: Deployment, changes: dict[str, object]):
    OperatingPoint.objects.all().delete()
    _point(**changes)

    check = operating_point_check(ready)

    assert not check.passed
    assert "Nothing measured says" in check.evidence


def test_the_newest_evaluation_counts_where_it_says_something(ready: Deployment):
    OperatingPoint.objects.all().delete()
    _point(measured_at=timezone.now() - timedelta(days=30))
    assert operating_point_check(ready).passed

    _point(fpir=0.01, fpir_low=0.008, fpir_high=0.012)
    assert not operating_point_check(ready).passed


def test_a_profile_that_is_gone_fails_in_words(ready: Deployment):
    ready.profile = "no_such"

    with pytest.raises(profiles.UnknownProfile):
        operating_point_check(ready)  # the frame turns it into a failed check


def test_the_demo_rests_on_what_ships_with_the_profile(db: None):
    """0.5 % on a list of 250 is 0.04 % on one of 20; above the threshold it is fewer still."""
    evidence = evidence_for(load_profile("embedded"), threshold=DEMO_THRESHOLD, watchlist=DEMO_LIST)

    assert evidence is not None
    assert evidence.is_bound
    assert evidence.rate == pytest.approx(1 - 0.995 ** (20 / 250))
    assert evidence.high < expected_alerts.WORST_RATE
    assert evidence.basis.non_mated == 1152


def test_the_same_profile_does_not_carry_a_long_list(db: None):
    evidence = evidence_for(load_profile("embedded"), threshold=DEMO_THRESHOLD, watchlist=250)

    assert evidence is not None
    assert evidence.rate > expected_alerts.WORST_RATE


def test_a_profile_that_was_never_measured_has_no_evidence(db: None):
    assert evidence_for(load_profile("gpu"), threshold=0.99, watchlist=1) is None


# Licence


def test_a_licence_that_forbids_live_use_is_refused_until_the_force_records_its_own(
    ready: Deployment, settings: Settings
):
    assert licence_check(ready).passed

    ready.profile = "gpu"
    check = licence_check(ready)
    assert not check.passed
    assert "LFR_MODEL_LICENCES=gpu=" in check.remedy

    settings.MODEL_LICENCES = {"gpu": "Contract 2026-114"}
    check = licence_check(ready)
    assert check.passed
    assert "Contract 2026-114" in check.evidence


def test_a_profile_of_ones_own_that_does_not_say_needs_a_licence_while_not_for_live_use(
    ready: Deployment,
):
    own = replace(load_profile("embedded"), live_use=False, licence_forbids_live_use=None)
    with mock.patch.object(licence, "load_profile", return_value=own):
        assert not licence_check(ready).passed
    with mock.patch.object(
        licence, "load_profile", return_value=replace(own, licence_forbids_live_use=False)
    ):
        assert licence_check(ready).passed
