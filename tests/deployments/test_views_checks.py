"""The list on the page, over HTTP: every check, passed and failed, with what to do."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from celery import current_app
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django.utils.html import escape

from deployments import lifecycle, queues
from deployments.enums import Status
from deployments.models import AuditEvent, Deployment, Heartbeat, WatchlistEntry
from deployments.start_checks import run_checks
from deployments.start_checks.registry import registered
from recognition.models import CameraCheck, OperatingPoint
from tests.factories import Cast, make_deployment, make_entry
from tests.tampering import run_sql, triggers_disabled

pytestmark = pytest.mark.usefixtures("recognition_worker")


def _window_over(deployment: Deployment) -> None:
    with triggers_disabled("deployments_deployment"):
        Deployment.objects.filter(pk=deployment.pk).update(
            ends_at=timezone.now() - timedelta(seconds=1)
        )


def _no_worker(_: Deployment) -> None:
    current_app.control.broadcast.side_effect = None  # type: ignore[attr-defined]
    current_app.control.broadcast.return_value = []  # type: ignore[attr-defined]


def _unlicensed(deployment: Deployment) -> None:
    with triggers_disabled("deployments_deployment"):
        Deployment.objects.filter(pk=deployment.pk).update(profile="gpu")


# That nobody decided is refused by a constraint of the database; see test_start_checks.py.
FAILURES: dict[str, Callable[[Deployment], Any]] = {
    "Within the window": _window_over,
    "Notice to the public": lambda d: Deployment.objects.filter(pk=d.pk).update(published_at=None),
    "Signs in place": lambda d: d.sign_photographs.all().delete(),
    "Watchlist built and enrolled": lambda d: make_entry(d, is_enrolled=False),
    "Templates complete": lambda d: run_sql(f"TRUNCATE recognition_template_{d.pk}"),
    "False alerts at this threshold": lambda _: OperatingPoint.objects.all().delete(),
    "Licence of the model": _unlicensed,
    "Recognition worker": _no_worker,
    "Cameras alive and in focus": lambda _: CameraCheck.objects.all().delete(),
    "Clocks in step": lambda _: CameraCheck.objects.update(clock_ahead_s=60),
    "Erasure on time": lambda _: Heartbeat.objects.all().delete(),
}


def _failed_on(page: str) -> list[str]:
    items = page.split('<li class="')
    return [item for item in items if item.startswith("failed")]


@pytest.mark.parametrize("name", FAILURES)
def test_each_check_fails_on_the_page_with_what_to_do_and_keeps_it_from_starting(
    client: Client, cast: Cast, name: str
):
    ready = make_deployment(status=Status.READY)
    client.force_login(cast.alice)
    page = reverse("deployments:detail", args=[ready.uuid])
    assert _failed_on(client.get(page).content.decode()) == []

    FAILURES[name](ready)

    failed = _failed_on(client.get(page).content.decode())
    assert any(f"<strong>{name}" in item for item in failed)
    assert all("check-remedy" in item for item in failed), "each says what to do"
    start = reverse("deployments:move", args=[ready.uuid, "start"])
    assert "Not yet" in client.post(start, follow=True).content.decode()
    ready.refresh_from_db()
    assert ready.status == Status.READY


def test_every_check_stands_on_the_page_with_its_evidence_and_its_time(client: Client, cast: Cast):
    ready = make_deployment(status=Status.READY)
    client.force_login(cast.alice)

    body = client.get(reverse("deployments:detail", args=[ready.uuid])).content.decode()

    assert body.count('class="check-time"') == len(registered(stage=Status.LIVE))
    for check in run_checks(ready):
        assert check.passed, check
        assert check.name in body
        for line in check.lines:
            assert escape(line.split(" at ")[0]) in body


def test_the_list_alone_can_be_renewed(client: Client, cast: Cast):
    ready = make_deployment(status=Status.READY)
    now = timezone.now()
    CameraCheck.objects.update(passed=False, requested_at=now + timedelta(seconds=1))
    address = reverse("deployments:checks", args=[ready.uuid])
    client.force_login(cast.alice)

    body = client.get(address).content.decode()
    assert "<html" not in body
    assert "data-pending" in body

    CameraCheck.objects.update(passed=True, requested_at=now - timedelta(minutes=1))
    assert "data-pending" not in client.get(address).content.decode()


def test_the_button_has_the_cameras_checked_and_is_on_record(
    client: Client, cast: Cast, monkeypatch: pytest.MonkeyPatch
):
    sent: list[int] = []
    monkeypatch.setattr("deployments.views.checks.send_camera_checks", sent.append)
    ready = make_deployment(status=Status.READY)
    address = reverse("deployments:check_cameras", args=[ready.uuid])
    client.force_login(cast.alice)
    page = client.get(reverse("deployments:detail", args=[ready.uuid])).content.decode()
    assert address in page

    body = client.post(address, follow=True).content.decode()

    assert "The cameras are being looked at" in body
    assert sent == [ready.pk]
    assert AuditEvent.objects.get(action="cameras.check_asked").actor == "alice"


def test_a_broker_that_is_gone_is_said(client: Client, cast: Cast, monkeypatch: pytest.MonkeyPatch):
    def no_broker(*_: object, **__: object) -> None:
        raise OSError("no broker")

    ready = make_deployment(status=Status.READY)
    monkeypatch.setattr(current_app, "send_task", no_broker)
    client.force_login(cast.alice)
    address = reverse("deployments:check_cameras", args=[ready.uuid])

    assert "cannot be reached" in client.post(address, follow=True).content.decode()


@pytest.mark.parametrize("status", [Status.AUTHORISED, Status.LIVE, Status.ENDED])
def test_no_cameras_are_checked_in_another_state(
    client: Client, cast: Cast, monkeypatch: pytest.MonkeyPatch, status: Status
):
    sent: list[int] = []
    monkeypatch.setattr(queues, "send_camera_checks", sent.append)
    deployment = make_deployment(status=status)
    client.force_login(cast.alice)

    response = client.post(reverse("deployments:check_cameras", args=[deployment.uuid]))

    assert (response.status_code, sent) == (403, [])


@pytest.mark.parametrize("who", ["applicant", "authorising_officer", "auditor"])
def test_others_have_none_checked(client: Client, cast: Cast, who: str):
    ready = make_deployment(status=Status.READY)
    client.force_login(cast.everyone()[who])

    response = client.post(reverse("deployments:check_cameras", args=[ready.uuid]))

    assert response.status_code == 403


def test_outside_the_window_no_camera_is_asked_for(
    client: Client, cast: Cast, monkeypatch: pytest.MonkeyPatch
):
    sent: list[int] = []
    monkeypatch.setattr("deployments.views.checks.send_camera_checks", sent.append)
    ready = make_deployment(status=Status.READY)
    _window_over(ready)
    client.force_login(cast.alice)
    address = reverse("deployments:check_cameras", args=[ready.uuid])

    body = client.post(address, follow=True).content.decode()

    assert "within the authorised window only" in body
    assert sent == []


@pytest.mark.parametrize("who", ["auditor", "authorising_officer", "applicant"])
def test_what_was_checked_is_read_afterwards(client: Client, cast: Cast, who: str):
    ready = make_deployment(status=Status.READY)
    lifecycle.start(ready, by=cast.alice)
    WatchlistEntry.objects.filter(deployment=ready).update(added_at=timezone.now())
    client.force_login(cast.everyone()[who])

    body = client.get(reverse("deployments:detail", args=[ready.uuid])).content.decode()

    assert "started, " in body
    assert "minutes of the window are left; it closes on" in body
    assert "25 pictures a second" in body
