"""The pages of requests for access over HTTP: who sees them, finding, choosing, looking, the
answer."""

import io
import json
import zipfile
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from pytest_django.fixtures import DjangoAssertNumQueries, Settings

from deployments import purge, signing
from deployments.enums import AuditKind, Status, SubjectAccessRefusal
from deployments.footage import playback
from deployments.models import AuditEvent, Deployment, FootageGap, SubjectAccessRequest
from deployments.subject_access import handover, requests, store
from tests.deployments.access_requests import CASE, opened, with_copy, with_faces, with_segment
from tests.deployments.recordings import recorded
from tests.factories import Cast, make_camera, make_deployment

LIST = "/deployments/subject-access/"


@pytest.fixture
def live(cast: Cast, settings: Settings) -> Deployment:
    settings.AUDIT_KEY = "c2lnbmluZy1rZXktb2YtMzItYnl0ZXMtMTIzNDU2Nzg="
    return make_deployment(status=Status.LIVE, records_cctv=True)


@pytest.fixture
def officer(client: Client, cast: Cast) -> Client:
    client.force_login(cast.disclosure_officer)
    return client


def page_of(request: SubjectAccessRequest) -> str:
    return reverse("deployments:subject_access_request", args=[request.deployment.uuid, request.pk])


def file_of(request: SubjectAccessRequest, file: object) -> str:
    return f"{page_of(request)}files/{file}/"


def typed(moment: object) -> str:
    return timezone.localtime(moment).strftime("%Y-%m-%dT%H:%M")  # type: ignore[arg-type]


def look_for(client: Client, *, words: str = "", minutes: int = 30) -> str:
    now = timezone.now()
    query = {
        "begins": typed(now - timedelta(minutes=minutes)),
        "ends": typed(now + timedelta(minutes=30)),
        "words": words,
    }
    return client.get(LIST, query).content.decode()


@pytest.mark.parametrize(
    ("username", "answer", "of_one"),
    [
        ("disclosure_officer", 200, 200),
        ("authorising_officer", 403, 403),
        ("auditor", 403, 403),
        ("alice", 403, 403),
        ("applicant", 403, 403),
        ("watchlist_manager", 403, 403),
        ("engagement_officer", 403, 403),
        ("inspector", 403, 403),
        ("system_administrator", 403, 403),
        ("charlie", 403, 404),
    ],
)
def test_nobody_but_a_disclosure_officer_sees_or_does_anything(
    client: Client, cast: Cast, live: Deployment, username: str, answer: int, of_one: int
):
    request, segment = with_segment(live)
    copy = with_copy(request, segment)
    client.force_login(cast.everyone()[username])
    page, opens = page_of(request), reverse("deployments:open_subject_access", args=[live.uuid])

    assert client.get(LIST).status_code == answer
    for address in (page, opens, f"{page}state/", file_of(request, copy.pk)):
        assert client.get(address).status_code == of_one, address
    if username != "disclosure_officer":
        assert client.get(f"{page}export.zip").status_code == of_one
        assert client.post(page, {"action": "nothing"}).status_code == of_one
        request.refresh_from_db()
        assert request.status == "prepared"


def test_a_place_and_time_are_found_with_what_is_there_gone_and_missing(
    officer: Client, live: Deployment, settings: Settings
):
    recorded(live, started_at=timezone.now() - timedelta(minutes=5))
    FootageGap.objects.create(
        deployment=live,
        camera=live.cameras.get(),
        began_at=timezone.now(),
        ended_at=timezone.now(),
        reason="disk_full",
    )
    page = look_for(officer, words="north high")
    assert "1 segment" in page
    assert "No space left on the disk" in page
    assert "Open a request" in page

    settings.RETENTION_PERIODS_S = {"footage": 0}
    purge.purge()
    assert "1 segment erased" in look_for(officer)
    assert "No deployment ran at that place and time" in look_for(officer, words="elsewhere")


def test_a_camera_that_did_not_record_is_named_and_nothing_else_is_kept(
    officer: Client, cast: Cast
):
    make_deployment(status=Status.LIVE)

    page = look_for(officer)

    assert "it was not authorised to" in page
    assert "Of somebody who matched nobody on the watchlist nothing else exists" in page


def test_finding_takes_the_same_queries_whatever_there_is(
    officer: Client,
    cast: Cast,
    django_assert_num_queries: DjangoAssertNumQueries,
):
    cameras = [make_camera(), make_camera()]
    first = make_deployment(status=Status.LIVE, records_cctv=True, cameras=cameras)
    recorded(first, camera=cameras[0])
    look_for(officer)
    with CaptureQueriesContext(connection) as few:
        look_for(officer)
    for camera in cameras:
        recorded(first, camera=camera)
    make_deployment(status=Status.LIVE, records_cctv=True)

    with django_assert_num_queries(len(few)):
        look_for(officer)


def test_a_request_is_opened_from_what_was_found(officer: Client, live: Deployment):
    segment = recorded(live)
    address = reverse("deployments:open_subject_access", args=[live.uuid])
    fields = {
        "case_number": CASE,
        "received_on": timezone.localdate().isoformat(),
        "identity": "in_person",
        "camera": live.cameras.get().pk,
        "begins": typed(timezone.now() - timedelta(minutes=20)),
        "ends": typed(timezone.now() + timedelta(minutes=20)),
    }

    refused = officer.post(address, fields | {"case_number": "Jane Smith"}).content.decode()
    assert "No names." in refused
    page = officer.post(address, fields, follow=True).content.decode()

    request = SubjectAccessRequest.objects.get()
    assert request.hold is not None
    assert list(request.hold.segments.all()) == [segment]
    assert "held until this request is answered" in page
    assert CASE in officer.get(LIST).content.decode()


def test_the_moment_is_asked_for_and_every_face_is_looked_at_alone(
    officer: Client, live: Deployment
):
    request, segment = with_segment(live)
    at = timezone.localtime(segment.started_at + timedelta(seconds=2)).strftime("%H:%M:%S")
    outside = timezone.localtime(request.ends + timedelta(hours=2)).strftime("%H:%M:%S")

    page = officer.post(page_of(request), {"action": "faces", "at": outside}).content.decode()
    assert "Choose a time between" in page
    officer.post(page_of(request), {"action": "faces", "at": at})
    assert officer.get(f"{page_of(request)}state/").json() == {"is_working": True, "percent": 0}

    face, other = with_faces(request, segment)
    page = officer.get(page_of(request)).content.decode()
    assert f"Show face {face.number}" in page
    assert file_of(request, face.pk) not in page
    page = officer.get(page_of(request), {"show": str(face.pk)}).content.decode()
    assert file_of(request, face.pk) in page
    assert file_of(request, other.pk) not in page


def test_a_look_is_on_record_with_the_request_as_its_reason(officer: Client, live: Deployment):
    request, segment = with_segment(live)
    face = with_faces(request, segment)[0]

    response = officer.get(file_of(request, face.pk))

    assert b"".join(response.streaming_content).startswith(b"\xff\xd8")  # type: ignore[attr-defined]
    assert response["Cache-Control"] == "private, no-store"
    event = AuditEvent.objects.get(action="subject_access.viewed")
    assert event.kind == AuditKind.CONSULTATION
    assert event.reason == f"Subject access, case {CASE}"
    assert json.loads(event.details)["face"] == 1
    officer.get(file_of(request, face.pk))
    assert AuditEvent.objects.filter(action="subject_access.viewed").count() == 1


def test_pictures_ask_who_is_there_after_an_idle_while(
    officer: Client, live: Deployment, settings: Settings
):
    request, segment = with_segment(live)
    copy = with_copy(request, segment)
    settings.IMAGE_IDLE_S = -1

    assert officer.get(file_of(request, copy.pk)).status_code == 403
    assert not AuditEvent.objects.filter(action="subject_access.viewed").exists()


def test_a_handover_asks_again_who_is_there(
    officer: Client, live: Deployment, cast: Cast, settings: Settings
):
    request, segment = with_segment(live)
    with_copy(request, segment)
    requests.confirm(request, by=cast.disclosure_officer)
    settings.STEP_UP_S = -1

    officer.post(page_of(request), {"action": "hand_over"})

    request.refresh_from_db()
    assert request.status == "reviewed"


def test_a_copy_is_looked_through_confirmed_and_handed_over(officer: Client, live: Deployment):
    request, segment = with_segment(live)
    copy = with_copy(request, segment)
    page = page_of(request)

    def post(**fields: str) -> str:
        return officer.post(page, fields, follow=True).content.decode()

    assert "Look at every copy first" in post(action="confirm", looked="on")
    part = officer.get(file_of(request, copy.pk), headers={"Range": "bytes=0-99"})
    assert (part.status_code, len(part.content)) == (206, 100)
    assert "Look at all of it" in post(action="confirm")
    assert "It can be handed over now" in post(action="confirm", looked="on")
    assert officer.get(f"{page}export.zip").status_code == 403
    assert "Download the export" in post(action="hand_over")

    answer = officer.get(f"{page}export.zip")
    with zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content))) as export:  # type: ignore[attr-defined]
        manifest = export.read("manifest.json")
        signing.verify(manifest, export.read("manifest.sig"))
        with store.opened(copy) as made:
            assert export.read(handover.file_name(1)) == made.read()
        assert json.loads(manifest)["case"] == CASE
        assert json.loads(manifest)["copies"][0]["sha256"] == copy.sha256
    event = AuditEvent.objects.get(action="subject_access.exported")
    assert event.kind == AuditKind.DISCLOSURE


def test_the_footage_page_hands_no_footage_of_it_out(officer: Client, live: Deployment, cast: Cast):
    request, segment = with_segment(live)
    with_copy(request, segment)
    requests.confirm(request, by=cast.disclosure_officer)
    done = handover.hand_over(request, by=cast.disclosure_officer)
    assert done.disclosure is not None
    address = reverse("deployments:footage_export", args=[live.uuid, done.disclosure.pk])

    assert officer.get(address).status_code == 404
    page = officer.get(reverse("deployments:footage", args=[live.uuid])).content.decode()
    assert page_of(request) in page


def test_looking_for_the_person_plays_what_is_held(officer: Client, live: Deployment):
    request, _ = with_segment(live)

    answer = officer.post(page_of(request), {"action": "look"})

    assert answer["Location"] == reverse("deployments:footage_player", args=[live.uuid])
    assert AuditEvent.objects.get(action="footage.viewed").reason == request.reason


def test_all_of_an_hour_is_looked_at_in_however_many_segments_it_lies(
    officer: Client, live: Deployment, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(playback, "MAX_SEGMENTS", 1)
    request, _ = with_segment(live)
    recorded(live)

    officer.post(page_of(request), {"action": "look"})

    assert AuditEvent.objects.filter(action="footage.viewed").count() == 2


def test_the_player_leads_back_to_the_request_with_the_time_it_shows(
    officer: Client, live: Deployment
):
    request, segment = with_segment(live)
    officer.post(page_of(request), {"action": "look"})
    shown = f"{timezone.localtime(segment.started_at):%H:%M:%S}"

    player = officer.get(reverse("deployments:footage_player", args=[live.uuid])).content.decode()
    assert f'action="{page_of(request)}#choose-heading"' in player
    assert f'name="at" value="{shown}"' in player
    assert f'value="{shown}"' in officer.get(page_of(request), {"at": shown}).content.decode()
    # The first second of a segment began before its first picture.
    officer.post(page_of(request), {"action": "faces", "at": shown})
    assert request.files.get().segment == segment

    requests.refuse(request, ground=SubjectAccessRefusal.OTHERS, by=request.opened_by)
    player = officer.get(reverse("deployments:footage_player", args=[live.uuid])).content.decode()
    assert 'name="at"' not in player


def test_an_answer_without_a_copy(officer: Client, live: Deployment):
    request = opened(live)
    page = page_of(request)
    assert "nothing else exists" in officer.get(page).content.decode()
    assert "Choose on what ground" in officer.post(page, {"action": "refuse"}).content.decode()

    officer.post(page, {"action": "nothing"})

    request.refresh_from_db()
    assert request.status == "nothing_found"
    assert CASE in officer.get(LIST).content.decode()
