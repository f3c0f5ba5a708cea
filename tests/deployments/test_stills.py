"""Pictures on which zones are drawn: nobody is shown one in which there may be somebody."""

import hashlib
import io
import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pypdf import PdfReader

from deployments import purge, stills
from deployments.encryption import Unreadable
from deployments.enums import AuditKind, Status
from deployments.file_places import IN_FLIGHT_S
from deployments.lifecycle import Refused
from deployments.models import AuditEvent, Camera, CameraStill, Deployment, ErasureRecord
from tests.deployments.uptime import uptime_ahead
from tests.factories import Cast, jpeg, make_camera, make_deployment
from tests.tampering import refusal_of

PICTURE = jpeg(seed=1, size=(360, 640))
WITHOUT_FACES = jpeg(seed=2, size=(360, 640))


def still_of(cast: Cast, *, is_ready: bool = True) -> CameraStill:
    still = stills.take_in(make_camera(), PICTURE, by=cast.system_administrator)
    if is_ready:
        stills.replace(still, WITHOUT_FACES)
    return still


def address(camera: Camera) -> str:
    return reverse("deployments:camera_still", args=[camera.pk])


def test_nothing_is_shown_before_the_faces_are_hidden(client: Client, cast: Cast):
    still = still_of(cast, is_ready=False)
    client.force_login(cast.applicant)

    assert client.get(address(still.camera)).status_code == 404
    assert not AuditEvent.objects.filter(action="camera_still.viewed").exists()


def test_a_look_is_a_recorded_consultation_of_the_picture_without_faces(client: Client, cast: Cast):
    still = still_of(cast)
    client.force_login(cast.applicant)

    response = client.get(address(still.camera))

    assert (response.content, response["Content-Type"]) == (WITHOUT_FACES, "image/jpeg")
    event = AuditEvent.objects.get(action="camera_still.viewed")
    assert (event.kind, event.actor) == (AuditKind.CONSULTATION, "applicant")


@pytest.mark.parametrize("username", ["system_administrator", "charlie", "engagement_officer"])
def test_who_has_nothing_to_do_with_zones_sees_no_picture(
    client: Client, cast: Cast, username: str
):
    still = still_of(cast)
    client.force_login(cast.everyone()[username])

    assert client.get(address(still.camera)).status_code == 403


def test_a_picture_lies_encrypted_and_without_what_the_camera_wrote_into_it(
    cast: Cast, file_store: Path
):
    still = still_of(cast, is_ready=False)

    files = list((file_store / "stills").iterdir())

    assert [path.name for path in files] == [still.file.hex]
    assert b"\xff\xd8\xff" not in files[0].read_bytes()
    assert stills.read(still).startswith(b"\xff\xd8\xff")
    assert b"Exif" not in stills.read(still)


def test_the_picture_with_faces_is_gone_once_they_are_hidden(
    cast: Cast, file_store: Path, django_capture_on_commit_callbacks: Any
):
    still = still_of(cast, is_ready=False)
    before = file_store / "stills" / still.file.hex

    with django_capture_on_commit_callbacks(execute=True):
        stills.replace(still, WITHOUT_FACES)

    assert not before.exists()
    assert stills.read(CameraStill.objects.get()) == WITHOUT_FACES


def test_a_file_put_in_the_place_of_another_does_not_open(cast: Cast, file_store: Path):
    first, second = still_of(cast), still_of(cast)
    folder = file_store / "stills"
    (folder / second.file.hex).write_bytes((folder / first.file.hex).read_bytes())

    with pytest.raises(Unreadable):
        stills.read(second)


def test_a_picture_that_no_worker_prepared_is_erased(
    cast: Cast, file_store: Path, django_capture_on_commit_callbacks: Any
):
    still = still_of(cast, is_ready=False)
    ready = still_of(cast)
    hour_ago = timezone.now() - timedelta(hours=1, seconds=1)
    CameraStill.objects.update(uploaded_at=hour_ago)

    with django_capture_on_commit_callbacks(execute=True):
        purge.purge()

    assert list(CameraStill.objects.all()) == [ready]
    assert not (file_store / "stills" / still.file.hex).exists()
    erased = ErasureRecord.objects.filter(kind="camera_survey").values_list("ground", flat=True)
    assert sorted(erased) == [
        "Its faces were made unrecognisable",
        "Needed only until a worker has made the faces unrecognisable",
    ]


def test_a_file_without_a_row_is_swept_once_no_transaction_can_be_writing_it(
    cast: Cast, file_store: Path
):
    still = still_of(cast)
    stray = file_store / "stills" / ("0" * 32)
    stray.write_bytes(b"left by a crash")
    purge.purge()
    assert stray.exists()

    with uptime_ahead(seconds=IN_FLIGHT_S):
        purge.purge()

    assert not stray.exists()
    assert stills.read(still) == WITHOUT_FACES


def test_only_an_administrator_gives_a_picture_and_none_to_a_camera_in_use(cast: Cast):
    with pytest.raises(Refused, match="Only a system administrator"):
        stills.take_in(make_camera(), PICTURE, by=cast.applicant)
    bound = make_deployment(status=Status.SUBMITTED).cameras.get()
    with pytest.raises(Refused, match="part of an application"):
        stills.take_in(bound, PICTURE, by=cast.system_administrator)
    with pytest.raises(Refused, match="no picture that can be read"):
        stills.take_in(make_camera(), b"GIF8 or not", by=cast.system_administrator)
    assert not CameraStill.objects.exists()


def test_the_administrator_uploads_it_with_the_camera_and_sees_its_state_only(
    client: Client, cast: Cast
):
    camera = make_camera()
    client.force_login(cast.system_administrator)
    page = reverse("admin:deployments_camera_change", args=[camera.pk])
    values = {"name": camera.name, "location": camera.location, "source": camera.source}
    upload = SimpleUploadedFile("street.jpg", PICTURE, "image/jpeg")

    assert client.post(page, values | {"picture": upload}).status_code == 302

    assert CameraStill.objects.get().camera == camera
    assert "Being prepared." in client.get(page).content.decode()
    upload = SimpleUploadedFile("street.jpg", b"nothing", "image/jpeg")
    refused = client.post(page, values | {"picture": upload})
    assert "no picture that can be read" in refused.content.decode()


def test_the_zone_page_says_what_there_is_to_draw_on(client: Client, cast: Cast):
    ready, preparing, none = still_of(cast), still_of(cast, is_ready=False), make_camera()
    draft = make_deployment(cameras=[ready.camera, preparing.camera, none])
    client.force_login(cast.applicant)

    page = client.get(reverse("deployments:step", args=[draft.uuid, "zones"])).content.decode()

    assert address(ready.camera) in page
    assert address(preparing.camera) not in page
    assert "is being prepared" in page
    assert "There is no picture" in page


@pytest.mark.parametrize(
    ("username", "is_shown"), [("authorising_officer", True), ("engagement_officer", False)]
)
def test_the_deployments_page_asks_for_a_picture_only_for_those_who_may_see_it(
    client: Client, cast: Cast, username: str, is_shown: bool
):
    still = still_of(cast)
    deployment = make_deployment(status=Status.SUBMITTED, cameras=[still.camera])
    client.force_login(cast.everyone()[username])

    page = client.get(reverse("deployments:detail", args=[deployment.uuid])).content.decode()

    assert (address(still.camera) in page) == is_shown
    assert f"Zone of {still.camera.name}" in page


def authorised_on(still: CameraStill) -> Deployment:
    return make_deployment(status=Status.AUTHORISED, cameras=[still.camera])


def test_an_authority_names_the_picture_that_its_zone_was_drawn_on(cast: Cast):
    still = still_of(cast)

    document = authorised_on(still).authority_documents.get()

    digest = hashlib.sha256(WITHOUT_FACES).hexdigest()
    assert json.loads(document.content)["cameras"][0]["still"] == digest
    print_out = PdfReader(io.BytesIO(bytes(document.pdf)))
    words = "".join(page.extract_text() for page in print_out.pages)
    assert digest in "".join(words.split())


def test_a_camera_without_a_picture_is_told_to_have_none(cast: Cast):
    document = make_deployment(status=Status.AUTHORISED).authority_documents.get()

    assert json.loads(document.content)["cameras"][0]["still"] is None


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE deployments_camerastill SET file = gen_random_uuid() WHERE id = %s",
        "UPDATE deployments_camerastill SET sha256 = repeat('0', 64) WHERE id = %s",
        "DELETE FROM deployments_camerastill WHERE id = %s",
    ],
)
def test_the_picture_stays_while_an_authority_rests_on_it(cast: Cast, sql: str):
    used, unused = still_of(cast), still_of(cast)
    authorised_on(used)

    assert "belongs to an application or an authority" in refusal_of(sql, used.pk)
    assert refusal_of(sql, unused.pk) == ""


def test_no_picture_is_slipped_under_an_authority_that_names_none(cast: Cast):
    camera = make_deployment(status=Status.AUTHORISED).cameras.get()

    with pytest.raises(DatabaseError, match="belongs to an application"), transaction.atomic():
        CameraStill.objects.create(
            camera=camera, uploaded_by=cast.system_administrator, uploaded_at=timezone.now()
        )


def test_faces_are_hidden_and_late_pictures_erased_under_an_application_too(cast: Cast):
    """Nobody has seen such a picture yet."""
    still, late = still_of(cast, is_ready=False), still_of(cast, is_ready=False)
    make_deployment(status=Status.SUBMITTED, cameras=[still.camera, late.camera])

    stills.replace(still, WITHOUT_FACES)
    late.delete()

    assert list(CameraStill.objects.values_list("sha256", flat=True)) == [
        hashlib.sha256(WITHOUT_FACES).hexdigest()
    ]


def test_a_picture_that_is_shown_has_its_hash(cast: Cast):
    still = still_of(cast)

    sql = "UPDATE deployments_camerastill SET sha256 = '' WHERE id = %s"
    assert "still_shown_has_its_hash" in refusal_of(sql, still.pk)
