"""The metrics: for this machine or whoever holds the token, numbers and no names."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django.fixtures import Settings

from deployments import audit_checkpoints
from deployments.audit_verification import verify_on_record
from deployments.enums import FootageGround, Status
from deployments.footage import holds
from deployments.models import AuditEvent
from recognition.models import CameraRun
from tests.deployments.recordings import recorded
from tests.factories import Cast, make_alert, make_deployment

LINE = re.compile(r"^(\w+)(?:\{(\w+)=\"([^\"]*)\"\})? (\S+)$")


def read(client: Client) -> dict[tuple[str, str], float]:
    answer = client.get("/metrics")
    assert answer.status_code == 200
    found = (LINE.match(line) for line in answer.content.decode().splitlines())
    return {(line[1], line[3] or ""): float(line[4]) for line in found if line}


def test_the_numbers_are_those_of_the_database(cast: Cast, client: Client):
    live = make_deployment(status=Status.LIVE)
    make_alert(live)
    CameraRun.objects.create(deployment=live, camera=live.cameras.get(), state="stalled")
    assert read(client)["lfr_audit_checkpoint_timestamp_seconds", ""] == 0
    signed = audit_checkpoints.make()
    verify_on_record()

    found = read(client)

    assert signed is not None
    assert found["lfr_audit_head", ""] == AuditEvent.objects.latest("sequence").sequence
    assert found["lfr_audit_unsigned_events", ""] == 0
    assert found["lfr_audit_checkpoint_timestamp_seconds", ""] == pytest.approx(
        signed.at.timestamp(), abs=1
    )
    assert found["lfr_audit_faults", ""] == 0
    assert found["lfr_alerts_waiting", ""] == 1
    assert (found["lfr_cameras", "stalled"], found["lfr_cameras", "live"]) == (1, 0)
    assert found["lfr_erasures_overdue", "watchlist"] == 0


def test_a_hold_whose_review_is_late_is_counted(
    cast: Cast, client: Client, recognition_worker: None, monkeypatch: pytest.MonkeyPatch
):
    live = make_deployment(status=Status.LIVE, records_cctv=True)
    holds.hold(
        live,
        [recorded(live)],
        ground=FootageGround.COMPLAINT,
        reason="Complaint 12/26.",
        review_on=timezone.localdate() + timedelta(days=1),
        by=cast.disclosure_officer,
    )
    name = "lfr_footage_hold_reviews_overdue"
    found = read(client)
    assert found["lfr_footage_holds", ""] == 1
    assert found[name, ""] == found[f"{name}_oldest_seconds", ""] == 0

    # The database lets a review date move forward only: the calendar goes on.
    late = timezone.now() + timedelta(days=4)
    monkeypatch.setattr("django.utils.timezone.now", lambda: late)

    found = read(client)
    assert found[name, ""] == 1
    assert 2 * 86400 <= found[f"{name}_oldest_seconds", ""] <= 3 * 86400


def test_no_label_names_anybody(cast: Cast, client: Client):
    live = make_deployment(status=Status.LIVE)
    alert = make_alert(live)
    assert alert.entry is not None

    text = client.get("/metrics").content.decode()

    for name in (alert.entry.name, alert.entry.reference, live.title, str(live.uuid), "alice"):
        assert name not in text


@pytest.mark.parametrize(
    "headers",
    [
        {"X-Forwarded-For": "203.0.113.9"},
        {"Forwarded": "for=203.0.113.9"},
    ],
)
def test_whoever_comes_through_a_proxy_is_not_this_machine(
    db: None, client: Client, headers: dict[str, str]
):
    assert client.get("/metrics", headers=headers).status_code == 404


def test_behind_a_proxy_only_a_token_opens(db: None, client: Client, settings: Settings):
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

    assert client.get("/metrics").status_code == 404


def test_another_machine_is_told_nothing(db: None, client: Client):
    assert client.get("/metrics", REMOTE_ADDR="192.0.2.7").status_code == 404


def test_with_a_token_it_alone_opens(db: None, client: Client, settings: Settings):
    settings.METRICS_TOKEN = "a token for the tests"

    assert client.get("/metrics").status_code == 404
    wrong = {"Authorization": "Bearer another"}
    assert client.get("/metrics", headers=wrong).status_code == 404
    right = {"Authorization": "Bearer a token for the tests"}
    assert client.get("/metrics", headers=right, REMOTE_ADDR="192.0.2.7").status_code == 200
