"""What must always hold (docs/architecture.md), each tried to be broken in one place.

The tests of each module go further; these are the ones to read first. Where SQL is used it runs
with the rights of the application, as an intruder in its process would.
"""

import gc
import threading
import time
import weakref
from pathlib import Path
from typing import Any

import numpy as np
import psycopg
import pytest
import redis
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils.html import escape
from pytest_django.fixtures import Settings

from alerts import lifecycle as alert_lifecycle
from alerts import raising
from alerts.enums import AlertStatus
from alerts.models import Alert, AlertEvent
from deployments import audit, image_store, lifecycle, purge
from deployments.audit_verification import verify
from deployments.encryption import Unreadable
from deployments.enums import Status
from deployments.lifecycle import Refused
from deployments.models import AuditEvent, Deployment, ErasureRecord, StoredImage
from deployments.retention import RULES
from lfr_site.embedded import Urls
from recognition import camera_run, factory
from recognition.models import CameraRun, Template
from recognition.results import publish_due_results
from tests.factories import (
    Cast,
    make_alert,
    make_cast,
    make_deployment,
    make_entry,
    new_alert,
    recognition_worker_answers,
)
from tests.recognition.scripted_cameras import (
    ScriptedCamera,
    scripted_models,
    street_with,
    template_of,
)
from tests.tampering import refusal_of

SOUGHT, STRANGER = 3, 5


# I1: no authority, no recognition


def test_i1_no_way_by_sql_to_recognition_without_an_authority(cast: Cast, app_role: None):
    submitted = make_deployment(status=Status.SUBMITTED)
    set_status = "UPDATE deployments_deployment SET status = %s WHERE id = %s"

    for status in ("ready", "live", "authorised"):
        assert refusal_of(set_status, status, submitted.pk) != ""
    assert "without an authority" in refusal_of("SELECT make_template_partition(%s)", submitted.pk)
    assert refusal_of(
        "UPDATE deployments_deployment SET status = 'authorised', decided_by_id = applicant_id,"
        " decided_at = now() WHERE id = %s",
        submitted.pk,
    )


def test_i1_an_authority_cannot_be_stretched_while_it_runs(cast: Cast, app_role: None):
    live = make_deployment(status=Status.LIVE)

    for change in (
        "ends_at = ends_at + interval '1 day'",
        "starts_at = starts_at - interval '1 day'",
    ):
        assert "frozen" in refusal_of(
            f"UPDATE deployments_deployment SET {change} WHERE id = %s", live.pk
        )


@pytest.mark.django_db(transaction=True)
def test_i1_a_camera_stops_within_a_second_of_the_end(monkeypatch: pytest.MonkeyPatch):
    """Suspension, lost database, lost lease and window: see recognition/test_camera_run.py."""
    cast = make_cast()
    with recognition_worker_answers():
        live = make_deployment(status=Status.LIVE, threshold=0.9)
    camera = _scripted(monkeypatch, STRANGER)
    thread = _run_in_a_thread(live)
    assert camera.began.wait(30)

    lifecycle.end(live, by=cast.alice, reason="Over.")

    assert camera.ended.wait(1.0)
    thread.join(30)


# I2: a face that does not match never leaves the memory of the recognising process


@pytest.mark.django_db(transaction=True)
def test_i2_a_stranger_leaves_nothing_anywhere(
    monkeypatch: pytest.MonkeyPatch,
    file_store: Path,
    embedded_urls: Urls,
    caplog: pytest.LogCaptureFixture,
    capsys: pytest.CaptureFixture[str],
):
    cast = make_cast()
    with recognition_worker_answers():
        live = make_deployment(status=Status.LIVE, threshold=0.9)
    make_entry(live, embedding=template_of(SOUGHT))
    camera, seen = _scripted(monkeypatch, STRANGER), _watched(monkeypatch)
    files = {path for path in file_store.rglob("*") if path.is_file()}
    with redis.Redis.from_url(embedded_urls.redis) as broker:
        broker.flushdb()  # what other tests queued
    thread = _run_in_a_thread(live)
    _until(lambda: camera.given > 20)
    lifecycle.end(live, by=cast.alice, reason="Over.")
    thread.join(30)

    run = CameraRun.objects.get(deployment=live)
    assert (run.faces_seen, run.frame_count > 0, len(seen) > 0) == (1, True, True)
    # No row, no file, no message in the broker, no line in a log.
    assert Alert.objects.count() == AlertEvent.objects.count() == 0
    assert not StoredImage.objects.exclude(kind="watchlist").exists()
    assert {path for path in file_store.rglob("*") if path.is_file()} == files
    assert _largest_message(embedded_urls) < 5000
    written = caplog.text + "".join(capsys.readouterr())
    assert "array(" not in written
    assert str(template_of(STRANGER)[STRANGER]) not in written
    # And no memory.
    gc.collect()
    assert [reference for reference, _ in seen if reference() is not None] == []


@pytest.mark.django_db(transaction=True)
def test_i2_embedding_and_crop_are_gone_within_a_second_while_the_person_stands_there(
    monkeypatch: pytest.MonkeyPatch,
):
    cast = make_cast()
    with recognition_worker_answers():
        live = make_deployment(status=Status.LIVE, threshold=0.9)
    camera, seen = _scripted(monkeypatch, STRANGER), _watched(monkeypatch)
    thread = _run_in_a_thread(live)
    try:
        _until(lambda: len(seen) > 0 and time.monotonic() - seen[0][1] > 1.0)
        kept = [
            reference
            for reference, since in list(seen)
            if reference() is not None and time.monotonic() - since > 1.0
        ]
        assert kept == []
        assert camera.given > 3
    finally:
        lifecycle.end(live, by=cast.alice, reason="Over.")
        thread.join(30)


# I3: an alert names its entry, threshold, model and version


def test_i3_no_alert_beside_the_authority_even_by_sql(cast: Cast, app_role: None):
    alert = make_alert(make_deployment(status=Status.LIVE))
    foreign = make_entry(make_deployment(status=Status.LIVE))
    columns = (
        "deployment_id, camera_id, status, entry_id, category, response, similarity, threshold,"
        " profile, profile_version, is_lookalike, captured_at, raised_at, last_seen_at,"
        " sighting_count"
    )
    wrongs = {"entry_id,": f"{foreign.pk},", "similarity,": "0.1,", "threshold,": "0.1,"}
    for column, value in wrongs.items():
        chosen = columns.replace(column, value)
        assert refusal_of(
            f"INSERT INTO alerts_alert (uuid, {columns})"
            f" SELECT gen_random_uuid(), {chosen} FROM alerts_alert WHERE id = %s",
            alert.pk,
        ), column
    for column in ("threshold", "profile_version", "similarity"):
        assert refusal_of(f"UPDATE alerts_alert SET {column} = DEFAULT WHERE id = %s", alert.pk), (
            column
        )


# I4: a state and its audit event are one; the trail is append-only and chained


@pytest.mark.django_db(transaction=True)
def test_i4_the_trail_is_closed_to_the_application(
    app_role_connection: "psycopg.Connection[tuple[object, ...]]",
):
    make_cast()
    make_deployment(status=Status.SUBMITTED)

    for sql in (
        "UPDATE deployments_auditevent SET actor = 'nobody'",
        "DELETE FROM deployments_auditevent",
        "TRUNCATE deployments_auditevent CASCADE",
        "ALTER TABLE deployments_auditevent DISABLE TRIGGER ALL",
        "DROP FUNCTION pgtrigger_chain_aef77 CASCADE",
    ):
        with pytest.raises(psycopg.Error):
            app_role_connection.execute(sql)
    assert verify().is_sound


def test_i4_no_status_without_its_event(cast: Cast, monkeypatch: pytest.MonkeyPatch):
    deployment = make_deployment(status=Status.SUBMITTED)
    count = AuditEvent.objects.count()

    def fails(*_: object, **__: object) -> None:
        raise OSError("no room")

    monkeypatch.setattr(audit, "record", fails)
    with pytest.raises(OSError, match="no room"):
        lifecycle.authorise(deployment, by=cast.authorising_officer, reasons="Necessary.")

    deployment.refresh_from_db()
    assert deployment.status == Status.SUBMITTED
    assert AuditEvent.objects.count() == count


# I5: nothing outlives its rule


def test_i5_everything_about_a_person_goes_and_the_ledger_says_so(cast: Cast, settings: Settings):
    live = make_deployment(status=Status.LIVE, entries=3)
    make_alert(live)
    lifecycle.end(live, by=cast.alice, reason="Over.")
    settings.RETENTION_PERIODS_S = {"watchlist": 0, "alert": 0}

    assert {due.rule.kind for due in purge.overdue()} == {
        "watchlist",
        "watchlist_templates",
        "alert",
    }
    purge.purge()

    assert purge.overdue() == []
    assert live.entries.count() == live.images.count() == 0
    assert Template.objects.filter(deployment=live).count() == 0
    assert sum(ErasureRecord.objects.values_list("count", flat=True)) == 4 + 4 + 1 + 1


def test_i5_an_end_is_not_moved_to_keep_data_longer(cast: Cast, app_role: None):
    ended = make_deployment(status=Status.ENDED)

    assert refusal_of(
        "UPDATE deployments_deployment SET ended_at = ended_at + interval '1 year' WHERE id = %s",
        ended.pk,
    )


# I6: stored before it is sent


@pytest.mark.django_db(transaction=True)
def test_i6_who_is_told_finds_the_alert_committed(monkeypatch: pytest.MonkeyPatch):
    make_cast()
    live = make_deployment(status=Status.LIVE)
    entry = make_entry(live)
    found: list[int] = []

    def reads_in_another_transaction(_: object) -> None:
        def read() -> None:
            found.append(AlertEvent.objects.filter(deployment=live).count())
            connection.close()

        thread = threading.Thread(target=read)
        thread.start()
        thread.join(30)

    monkeypatch.setattr("alerts.events.knock", reads_in_another_transaction)
    raising.raise_alert(live, live.cameras.get(), new_alert(entry))

    assert found == [1]


def test_i6_the_order_cannot_be_rewritten(cast: Cast, app_role: None):
    make_alert(make_deployment(status=Status.LIVE), status=AlertStatus.CLAIMED)

    assert refusal_of("UPDATE alerts_alertevent SET sequence = sequence + 10")
    assert refusal_of("DELETE FROM alerts_alertevent")


# I7: encrypted per deployment; without the key nothing opens; every look is on record


def test_i7_a_destroyed_key_takes_backups_with_it(cast: Cast, file_store: Path):
    deployment = make_deployment(status=Status.ENDED, entries=2)
    images = list(deployment.images.all())
    plain = [image_store.read(image) for image in images]
    for path in file_store.rglob("*"):
        if path.is_file():
            assert not any(data[100:140] in path.read_bytes() for data in plain)

    image_store.destroy_key(deployment)

    for image in images:
        with pytest.raises(Unreadable):
            image_store.read(image)


def test_i7_a_look_at_an_image_is_on_record_and_charlie_sees_nothing(cast: Cast):
    live = make_deployment(status=Status.LIVE)
    alert = make_alert(live)
    pictures = [
        reverse("alerts:image", args=[alert.uuid, which])
        for which in ("probe", "candidate", "context")
    ]
    pictures.append(reverse("deployments:entry_image", args=[live.uuid, live.entries.all()[0].pk]))
    client = Client()
    client.force_login(cast.alice)

    for url in pictures:
        before = AuditEvent.objects.filter(kind="consultation").count()
        why = {"why": "A complaint."} if "watchlist" in url else None
        answer = client.get(url, secure=True) if why is None else client.post(url, why, secure=True)
        assert answer.status_code == 200
        looks = AuditEvent.objects.filter(kind="consultation").order_by("-sequence")
        assert (looks.count(), looks[0].actor) == (before + 1, "alice")

    for nobody in (cast.charlie, cast.auditor, cast.system_administrator, cast.applicant):
        client.force_login(nobody)
        for url in pictures:
            assert client.get(url, secure=True).status_code in {302, 403, 404}


# I8: officers only after a recorded human judgement


def test_i8_no_officers_without_a_judgement_even_by_sql(cast: Cast, app_role: None):
    alert = make_alert(make_deployment(status=Status.LIVE), status=AlertStatus.CLAIMED)

    with pytest.raises(Refused):
        alert_lifecycle.dispatch(alert, by=cast.alice)
    assert "human judgement" in refusal_of(
        "UPDATE alerts_alert SET status = 'confirmed' WHERE id = %s", alert.pk
    )
    assert "cannot go from" in refusal_of(
        "UPDATE alerts_alert SET status = 'dispatched' WHERE id = %s", alert.pk
    )


def test_i8_a_judgement_is_not_taken_back_once_officers_are_sent(cast: Cast, app_role: None):
    make_alert(make_deployment(status=Status.LIVE), status=AlertStatus.DISPATCHED)

    assert refusal_of("DELETE FROM alerts_adjudication")
    assert refusal_of("UPDATE alerts_adjudication SET verdict = 'dismissed'")


# I9: the applicant never decides; what was authorised is frozen


def test_i9_the_applicant_does_not_decide_even_by_sql(cast: Cast, app_role: None):
    both = cast.second_superintendent
    submitted = make_deployment(status=Status.SUBMITTED, applicant=both)

    with pytest.raises(Refused):
        lifecycle.authorise(submitted, by=both, reasons="I agree with myself.")
    assert "applicant_does_not_decide" in refusal_of(
        "UPDATE deployments_deployment SET decided_by_id = applicant_id WHERE id = %s",
        submitted.pk,
    )


def test_i9_threshold_window_place_criteria_and_cameras_are_frozen(cast: Cast, app_role: None):
    authorised = make_deployment(status=Status.AUTHORISED)

    for change in (
        "threshold = 0.1",
        "ends_at = ends_at + interval '1 hour'",
        "place = 'elsewhere'",
        "watchlist_criteria = 'anybody'",
        "categories = '{witness}'",
    ):
        assert "frozen" in refusal_of(
            f"UPDATE deployments_deployment SET {change} WHERE id = %s", authorised.pk
        )
    assert "frozen" in refusal_of(
        "DELETE FROM deployments_deploymentcamera WHERE deployment_id = %s", authorised.pk
    )
    assert refusal_of(
        "UPDATE deployments_camera SET source = 'device:0' WHERE id = %s",
        authorised.cameras.get().pk,
    )


# I10: the public page states what the system does


def test_i10_the_public_reads_the_periods_that_the_purge_uses(
    db: None, settings: Settings, client: Client
):
    url = reverse("public:data")
    settings.RETENTION_PERIODS_S = {"watchlist": 3 * 3600}

    page = client.get(url, secure=True).content.decode()

    assert "3 hours" in page
    for rule in RULES.values():
        assert escape(rule.what) in page, rule.kind
        assert escape(rule.ground) in page, rule.kind


def test_i10_the_public_reads_the_figures_that_were_counted(cast: Cast, client: Client):
    live = make_deployment(status=Status.LIVE, entries=7)
    make_alert(live, status=AlertStatus.DISMISSED)
    make_alert(live, status=AlertStatus.RESOLVED)
    CameraRun.objects.create(
        deployment=live, camera=live.cameras.get(), faces_seen=4321, profile_version="embedded-1"
    )
    lifecycle.end(live, by=cast.alice, reason="Over.")
    publish_due_results()

    page = client.get(reverse("public:deployment", args=[live.uuid]), secure=True).content.decode()

    assert "4,321" in page or "4321" in page
    for figure in (live.threshold, "embedded-1", 9):
        assert str(figure) in page, figure
    for private in [e.reference for e in live.entries.all()] + [live.cameras.get().source]:
        assert private not in page


# Scripts


def _scripted(monkeypatch: pytest.MonkeyPatch, *people: int) -> ScriptedCamera:
    models, camera = scripted_models(*people), ScriptedCamera(street_with(*people))
    monkeypatch.setattr(camera_run, "build_models", lambda _: models)
    monkeypatch.setattr(camera_run, "open_reader", lambda *_, **__: camera)
    return camera


def _watched(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Any, float]]:
    """A weak reference to every crop and embedding, and when it came to exist."""
    seen: list[tuple[Any, float]] = []

    def watch(array: np.ndarray) -> None:
        seen.append((weakref.ref(array), time.monotonic()))

    def build(*arguments: Any, **named: Any) -> Any:
        return factory.build_pipeline(*arguments, **named, on_biometric=watch)

    monkeypatch.setattr(camera_run, "build_pipeline", build)
    return seen


def _run_in_a_thread(live: Deployment) -> threading.Thread:
    def run() -> None:
        try:
            camera_run.run_camera(live.pk, live.cameras.get().pk)
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    return thread


def _until(condition: Any) -> None:
    pause = threading.Event()
    for _ in range(1500):
        if condition():
            return
        pause.wait(0.02)
    raise AssertionError("it never came to be")


def _largest_message(urls: Urls) -> int:
    """The size of the largest value in the broker: a frame would be a hundred thousand bytes."""
    with redis.Redis.from_url(urls.redis) as broker:
        sizes = [broker.memory_usage(key) or 0 for key in broker.scan_iter()]
    return max(sizes, default=0)
