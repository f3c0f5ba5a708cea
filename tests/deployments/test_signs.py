"""Photographs of signs: who takes them, who sees them and when, what becomes of them."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django.fixtures import Settings

from deployments import image_store, lifecycle, purge, signs
from deployments.enums import ImageKind, SignPlace, Status
from deployments.lifecycle import Refused
from deployments.models import AuditEvent, Deployment, SignPhotograph
from deployments.start_checks.signs import signs_check
from tests.deployments.test_sign_pictures import photograph
from tests.factories import Cast, make_deployment, photograph_signs
from tests.tampering import triggers_disabled


@pytest.fixture
def ready(cast: Cast) -> Deployment:
    """Without a photograph."""
    deployment = make_deployment(status=Status.READY)
    deployment.sign_photographs.all().delete()
    return deployment


def taken(deployment: Deployment, cast: Cast, place: SignPlace = SignPlace.ZONE) -> SignPhotograph:
    return signs.add_photograph(deployment, photograph(), place=place, by=cast.engagement_officer)


def test_a_photograph_is_stored_encrypted_with_its_event(ready: Deployment, cast: Cast):
    stored = taken(ready, cast)

    assert stored.image is not None
    assert stored.image.kind == ImageKind.SIGN
    assert image_store.read(stored.image).startswith(b"\xff\xd8\xff")
    assert not image_store.path_of(stored.image.pk).read_bytes().startswith(b"\xff\xd8\xff")
    event = AuditEvent.objects.filter(action="sign.photographed").get()
    assert (event.actor, "zone" in event.details) == ("engagement_officer", True)


@pytest.mark.parametrize("who", ["applicant", "authorising_officer", "auditor", "charlie"])
def test_others_take_none(ready: Deployment, cast: Cast, who: str):
    with pytest.raises(Refused, match="Only operators, engagement officers"):
        signs.add_photograph(ready, photograph(), place=SignPlace.ZONE, by=cast.everyone()[who])


def test_none_is_taken_of_what_is_over(cast: Cast):
    ended = make_deployment(status=Status.ENDED)

    with pytest.raises(Refused, match="not over"):
        taken(ended, cast)


def test_no_picture_is_refused_in_words(ready: Deployment, cast: Cast):
    with pytest.raises(Refused, match="no picture that can be read"):
        signs.add_photograph(ready, b"MZ", place=SignPlace.ZONE, by=cast.alice)


def test_both_places_are_needed(ready: Deployment, cast: Cast):
    assert not signs_check(ready).passed

    taken(ready, cast)
    check = signs_check(ready)
    assert not check.passed
    assert check.link is not None
    assert reverse("deployments:signs", args=[ready.uuid]) == check.link.url
    assert "About 100 m out: no photograph." in check.lines

    taken(ready, cast, SignPlace.APPROACH)
    check = signs_check(ready)
    assert check.passed
    assert any("Constable" in line or "Reyes" in line for line in check.lines)


LONDON = ZoneInfo("Europe/London")


@pytest.mark.parametrize(
    ("at", "passes"),
    [
        (datetime(2026, 3, 28, 23, 59, tzinfo=LONDON), False),
        (datetime(2026, 3, 29, 0, 1, tzinfo=LONDON), True),
        (datetime(2026, 3, 29, 23, 59, tzinfo=LONDON), True),
        (datetime(2026, 3, 30, 0, 1, tzinfo=LONDON), True),
        (datetime(2026, 3, 31, 0, 1, tzinfo=LONDON), False),
    ],
)
def test_the_day_is_the_places_own_across_midnight_and_the_change_of_the_clocks(
    ready: Deployment, at: datetime, passes: bool
):
    with triggers_disabled("deployments_deployment"):
        Deployment.objects.filter(pk=ready.pk).update(
            starts_at=datetime(2026, 3, 29, 22, 0, tzinfo=LONDON),
            ends_at=datetime(2026, 3, 30, 2, 0, tzinfo=LONDON),
        )
    ready.refresh_from_db()
    photograph_signs(ready)
    SignPhotograph.objects.filter(deployment=ready).update(at=at)

    assert signs_check(ready).passed == passes


def test_nobody_sees_a_picture_before_its_faces_are_hidden_and_each_look_is_recorded(
    client: Client, ready: Deployment, cast: Cast
):
    stored = taken(ready, cast)
    address = reverse("deployments:sign_picture", args=[ready.uuid, stored.pk])
    client.force_login(cast.engagement_officer)

    assert client.get(address).status_code == 409
    assert not AuditEvent.objects.filter(action="sign.viewed").exists()

    signs.replace_picture(stored, b"\xff\xd8\xffhidden")

    response = client.get(address)
    assert response.content == b"\xff\xd8\xffhidden"
    assert response["Cache-Control"] == "no-store"
    assert AuditEvent.objects.filter(action="sign.viewed").count() == 1
    assert ready.images.filter(kind=ImageKind.SIGN).count() == 1, "the one with faces is erased"


@pytest.mark.parametrize("who", ["applicant", "auditor", "system_administrator", "charlie"])
def test_others_are_shown_none(client: Client, ready: Deployment, cast: Cast, who: str):
    stored = taken(ready, cast)
    signs.replace_picture(stored, b"\xff\xd8\xffhidden")
    client.force_login(cast.everyone()[who])

    for name, args in (("sign_picture", [stored.pk]), ("signs", [])):
        address = reverse(f"deployments:{name}", args=[ready.uuid, *args])
        assert client.get(address).status_code in {403, 404}


def test_taken_and_removed_over_http(client: Client, ready: Deployment, cast: Cast):
    client.force_login(cast.alice)
    page = reverse("deployments:signs", args=[ready.uuid])
    assert 'capture="environment"' in client.get(page).content.decode()
    picture = SimpleUploadedFile("sign.jpg", photograph(), "image/jpeg")

    response = client.post(page, {"place": "approach", "picture": picture}, follow=True)
    assert "Faces are being made unrecognisable" in response.content.decode()
    stored = ready.sign_photographs.get()
    assert stored.place == SignPlace.APPROACH

    remove = reverse("deployments:remove_sign", args=[ready.uuid, stored.pk])
    assert "Removed" in client.post(remove, follow=True).content.decode()
    assert not ready.images.filter(kind=ImageKind.SIGN).exists()
    assert AuditEvent.objects.filter(action="sign.photograph_removed").exists()


@pytest.mark.parametrize(
    ("sent", "words"),
    [
        ({}, "Take or choose a photograph."),
        ({"picture": SimpleUploadedFile("a.jpg", b"GIF89a", "image/jpeg")}, "no picture"),
    ],
)
def test_a_refused_upload_says_why(
    client: Client, ready: Deployment, cast: Cast, sent: dict[str, object], words: str
):
    client.force_login(cast.alice)

    response = client.post(
        reverse("deployments:signs", args=[ready.uuid]), {"place": "zone"} | sent
    )

    assert words in response.content.decode()
    assert not ready.sign_photographs.exists()


def test_pictures_go_by_their_rule_and_the_record_stays(
    ready: Deployment, cast: Cast, settings: Settings, recognition_worker: None
):
    taken(ready, cast)
    taken(ready, cast, SignPlace.APPROACH)
    live = lifecycle.start(ready, by=cast.alice)
    lifecycle.end(live, by=cast.alice, reason="Over.")
    assert signs.KIND not in {due.rule.kind for due in purge.overdue()}

    settings.RETENTION_PERIODS_S = {signs.KIND: 0}
    purge.purge()

    assert not live.images.filter(kind=ImageKind.SIGN).exists()
    assert [each.image for each in live.sign_photographs.all()] == [None, None]
    assert live.erasures.get(kind=signs.KIND).count == 2


def test_what_a_worker_forgot_is_found(ready: Deployment, cast: Cast):
    stored = taken(ready, cast)
    soon = timezone.now() + timedelta(minutes=2)

    assert signs.waiting(since_before=timezone.now() - timedelta(minutes=1)) == []
    assert signs.waiting(since_before=soon) == [stored.pk]
    signs.replace_picture(stored, b"\xff\xd8\xff")
    assert signs.waiting(since_before=soon) == []
