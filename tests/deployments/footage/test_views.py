"""The pages of footage over HTTP: who sees what, for what reason, and ranges of a video."""

import io
import time
import zipfile
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries
from pytest_django.fixtures import Settings

from deployments.enums import AuditKind, Status
from deployments.footage import playback, store
from deployments.models import AuditEvent, Deployment, FootageHold, FootageSegment
from tests.deployments.recordings import frames_of, recorded
from tests.factories import Cast, make_camera, make_deployment

pytestmark = pytest.mark.usefixtures("recognition_worker")


@pytest.fixture
def live(cast: Cast, settings: Settings) -> Deployment:
    settings.AUDIT_KEY = "c2lnbmluZy1rZXktb2YtMzItYnl0ZXMtMTIzNDU2Nzg="
    return make_deployment(status=Status.LIVE, records_cctv=True)


@pytest.fixture
def segment(live: Deployment) -> FootageSegment:
    return recorded(live)


@pytest.fixture
def officer(client: Client, cast: Cast) -> Client:
    client.force_login(cast.disclosure_officer)
    return client


def page_of(live: Deployment) -> str:
    return reverse("deployments:footage", args=[live.uuid])


def video_of(segment: FootageSegment) -> str:
    return reverse("deployments:footage_video", args=[segment.deployment.uuid, segment.pk])


def look(client: Client, live: Deployment, **changes: str) -> object:
    fields = {"action": "look", "ground": "complaint", "reason": "Complaint 12/26."} | changes
    return client.post(page_of(live), fields)


def body(response: object) -> bytes:
    return b"".join(response.streaming_content)  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("username", "page", "video"),
    [
        ("disclosure_officer", 200, 200),
        ("authorising_officer", 200, 403),
        ("auditor", 200, 403),
        ("alice", 403, 403),
        ("applicant", 403, 403),
        ("engagement_officer", 403, 403),
        ("inspector", 403, 403),
        ("system_administrator", 403, 403),
        ("charlie", 404, 404),
    ],
)
def test_who_sees_the_account_and_who_the_pictures(
    client: Client, cast: Cast, segment: FootageSegment, username: str, page: int, video: int
):
    client.force_login(cast.everyone()[username])

    look(client, segment.deployment)

    assert client.get(page_of(segment.deployment)).status_code == page
    assert client.get(video_of(segment)).status_code == video


def test_nothing_plays_before_a_reason(officer: Client, segment: FootageSegment):
    assert officer.get(video_of(segment)).status_code == 403
    player = reverse("deployments:footage_player", args=[segment.deployment.uuid])
    assert officer.get(player).status_code == 302
    page = look(officer, segment.deployment, reason="")
    assert "Say why: it is recorded." in page.content.decode()  # type: ignore[attr-defined]
    assert officer.get(video_of(segment)).status_code == 403


def test_a_look_is_on_record_before_the_first_picture(officer: Client, segment: FootageSegment):
    look(officer, segment.deployment)

    event = AuditEvent.objects.get(action="footage.viewed")
    assert event.kind == AuditKind.CONSULTATION
    assert event.reason == "Complaint 12/26."
    assert event.subject == f"footage {segment.number}"
    response = officer.get(video_of(segment))
    assert response["Cache-Control"] == "private, no-store"
    assert frames_of(body(response)) == 100


def test_only_what_was_opened_plays_and_only_for_a_while(
    officer: Client, live: Deployment, monkeypatch: pytest.MonkeyPatch
):
    opened = recorded(live, started_at=timezone.now() - timedelta(hours=2))
    other = recorded(live)
    begins = timezone.localtime(timezone.now() - timedelta(hours=3)).strftime("%Y-%m-%dT%H:%M")
    ends = timezone.localtime(timezone.now() - timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M")
    officer.post(
        f"{page_of(live)}?begins={begins}&ends={ends}",
        {"action": "look", "ground": "complaint", "reason": "Complaint 12/26."},
    )

    assert officer.get(video_of(opened)).status_code == 200
    assert officer.get(video_of(other)).status_code == 403
    later = time.time() + playback.OPEN_FOR_S + 1
    monkeypatch.setattr("deployments.footage.playback.time.time", lambda: later)
    assert officer.get(video_of(opened)).status_code == 403


@pytest.mark.parametrize(
    ("asked", "begins", "length"),
    [
        ("bytes=0-", 0, None),
        ("bytes=0-99", 0, 100),
        ("bytes=65000-70000", 65000, 5001),
        ("bytes=-10", -10, 10),
    ],
)
def test_a_player_is_given_the_part_it_asks_for(
    officer: Client, segment: FootageSegment, asked: str, begins: int, length: int | None
):
    look(officer, segment.deployment)
    with store.opened(segment) as file:
        whole = file.read()
    begins = begins % len(whole)
    wanted = whole[begins:][: length or len(whole)]

    response = officer.get(video_of(segment), headers={"Range": asked})

    assert response.status_code == 206
    assert response.content == wanted
    ends = begins + len(wanted) - 1
    assert response["Content-Range"] == f"bytes {begins}-{ends}/{len(whole)}"


@pytest.mark.parametrize("asked", ["bytes=99999999-", "bytes=5-2", "bytes=-", "lines=1-2"])
def test_a_part_that_there_is_not_is_refused(officer: Client, segment: FootageSegment, asked: str):
    look(officer, segment.deployment)

    response = officer.get(video_of(segment), headers={"Range": asked})

    assert response.status_code == 416
    assert response["Content-Range"] == f"bytes */{segment.byte_count}"


def test_an_altered_segment_is_not_shown(officer: Client, segment: FootageSegment):
    look(officer, segment.deployment)
    path = store.path_of(segment.pk)
    flipped = bytearray(path.read_bytes())
    flipped[200] ^= 1
    path.write_bytes(flipped)

    response = officer.get(video_of(segment), headers={"Range": "bytes=0-"})

    assert response.status_code == 410
    assert "altered" in response.content.decode()


def test_a_hold_is_made_reviewed_and_released_on_the_page(officer: Client, segment: FootageSegment):
    page = page_of(segment.deployment)
    review_on = (timezone.localdate() + timedelta(days=10)).isoformat()
    fields = {"ground": "proceedings", "reason": "Case 7/26.", "review_on": review_on}
    officer.post(page, {"action": "hold", **fields})
    hold = FootageHold.objects.get()
    address = reverse("deployments:review_hold", args=[segment.deployment.uuid, hold.pk])

    assert "Review by" in officer.get(page).content.decode()
    refused = officer.post(address, {"action": "extend", "reason": "Still."}, follow=True)
    assert "reviewed again" in refused.content.decode()
    later = (timezone.localdate() + timedelta(days=30)).isoformat()
    officer.post(address, {"action": "extend", "reason": "Still.", "review_on": later})
    hold.refresh_from_db()
    assert hold.review_on.isoformat() == later
    officer.post(address, {"action": "release", "reason": "Acquitted."})
    hold.refresh_from_db()
    assert hold.released_at is not None


def test_footage_is_handed_over_on_the_page(officer: Client, segment: FootageSegment):
    page = page_of(segment.deployment)
    fields = {"ground": "proceedings", "reason": "Case 7/26.", "recipient": "The court"}
    officer.post(page, {"action": "hand_over", **fields})
    made = segment.deployment.disclosures.get()
    address = reverse("deployments:footage_export", args=[segment.deployment.uuid, made.pk])

    response = officer.get(address)

    with zipfile.ZipFile(io.BytesIO(body(response))) as archive:
        assert "manifest.sig" in archive.namelist()
    assert AuditEvent.objects.filter(action="footage.exported").count() == 1


def test_a_broken_chain_is_said_on_the_page(
    client: Client, cast: Cast, segment: FootageSegment, monkeypatch: pytest.MonkeyPatch
):
    client.force_login(cast.auditor)
    assert "segment is whole" in client.get(page_of(segment.deployment)).content.decode()
    monkeypatch.setattr("deployments.footage.chain.row_hash", lambda _: "0" * 64)

    assert "segment 1 was changed" in client.get(page_of(segment.deployment)).content.decode()


def test_the_list_takes_the_same_queries_whatever_its_length(
    officer: Client, live: Deployment, django_assert_num_queries: DjangoAssertNumQueries
):
    recorded(live)
    officer.get(page_of(live))
    with CaptureQueriesContext(connection) as few:
        officer.get(page_of(live))
    for _ in range(4):
        recorded(live)
    with django_assert_num_queries(len(few)):
        officer.get(page_of(live))


def test_a_camera_and_a_time_choose(officer: Client, cast: Cast):
    deployment = make_deployment(
        status=Status.LIVE, records_cctv=True, cameras=[make_camera(), make_camera()]
    )
    one, other = deployment.cameras.order_by("pk")
    recorded(deployment, camera=one)
    recorded(deployment, camera=other)

    page = officer.get(f"{page_of(deployment)}?camera={one.pk}").content.decode()

    assert "1 segment to see" in page
