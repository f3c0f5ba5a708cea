"""Watching a camera from the console: who may, what is written down, what is answered."""

import uuid
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.core import signing
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from deployments.enums import AuditKind, Role, Status
from deployments.lifecycle import suspend
from deployments.models import AuditEvent, Deployment, User
from recognition import views
from recognition.live_server import offered
from recognition.live_tap import LiveTap
from recognition.models import CameraRun
from tests.factories import Cast, make_deployment
from tests.recognition.test_live_server import Camera

pytestmark = pytest.mark.django_db


@pytest.fixture
def live(cast: Cast) -> Deployment:
    return make_deployment(status=Status.LIVE)


@pytest.fixture
def watched(live: Deployment) -> Iterator[CameraRun]:
    """A camera that is read here and now."""
    tap, lease = LiveTap(), uuid.uuid4()
    run = CameraRun.objects.create(
        deployment=live,
        camera=live.cameras.get(),
        token=lease,
        lease_until=timezone.now() + timedelta(seconds=60),
    )
    camera = Camera(tap)
    camera.start()
    with offered(run.pk, lease, tap) as address:
        CameraRun.objects.filter(pk=run.pk).update(view_address=address)
        run.refresh_from_db()
        yield run
    camera.over.set()


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def url(name: str, run: CameraRun) -> str:
    return reverse(f"recognition:{name}", args=[run.deployment.uuid, run.camera_id])


def test_watching_is_one_consultation_and_pictures_are_not_kept(
    cast: Cast, watched: CameraRun
) -> None:
    client = signed_in(cast.alice)

    ticket = client.post(url("watch", watched)).json()["ticket"]
    answers = [client.get(url("picture", watched), headers={"x-ticket": ticket}) for _ in range(3)]

    for answer in answers:
        assert (answer.status_code, answer["Content-Type"]) == (200, "image/jpeg")
        assert answer["Cache-Control"] == "private, no-store"
        assert answer.content.startswith(b"\xff\xd8")
    written = AuditEvent.objects.get(action="camera.watched")
    assert (written.kind, written.actor) == (AuditKind.CONSULTATION, "alice")
    assert written.subject == f"camera {watched.camera_id}"


def test_no_picture_without_a_ticket_of_ones_own(cast: Cast, watched: CameraRun) -> None:
    alice, bob = signed_in(cast.alice), signed_in(cast.bob)
    ticket = alice.post(url("watch", watched)).json()["ticket"]
    other = signing.dumps([cast.alice.pk, watched.deployment_id, 0], salt=views.SALT)

    for client, given in ((bob, ticket), (alice, ""), (alice, other), (alice, "forged")):
        answer = client.get(url("picture", watched), headers={"x-ticket": given})
        assert answer.status_code == 403
        assert answer["Content-Type"] == "application/json"


def test_watching_is_for_operators_of_a_live_deployment(cast: Cast, watched: CameraRun) -> None:
    for user in (cast.engagement_officer, cast.charlie, cast.auditor, cast.applicant):
        assert signed_in(user).post(url("watch", watched)).status_code == 403
    assert AuditEvent.objects.filter(action="camera.refused").count() == 4
    assert Client().post(url("watch", watched)).status_code in {401, 403}

    client = signed_in(cast.alice)
    ticket = client.post(url("watch", watched)).json()["ticket"]
    suspend(watched.deployment, by=cast.bob, reason="Rain.")
    answer = client.get(url("picture", watched), headers={"x-ticket": ticket})
    assert (answer.status_code, answer.json()["error"]) == (409, "This deployment is not live.")


def test_lost_role_ends_it_at_the_next_picture(cast: Cast, watched: CameraRun) -> None:
    client = signed_in(cast.alice)
    ticket = client.post(url("watch", watched)).json()["ticket"]
    User.objects.filter(pk=cast.alice.pk).update(roles=[Role.APPLICANT])

    assert client.get(url("picture", watched), headers={"x-ticket": ticket}).status_code == 403


def test_camera_nobody_reads_says_so(cast: Cast, watched: CameraRun) -> None:
    client = signed_in(cast.alice)
    ticket = client.post(url("watch", watched)).json()["ticket"]
    CameraRun.objects.filter(pk=watched.pk).update(view_address="")

    answer = client.get(url("picture", watched), headers={"x-ticket": ticket})

    assert (answer.status_code, answer.json()["error"]) == (503, "No worker reads this camera.")


def test_camera_of_another_deployment_is_not_found(cast: Cast, watched: CameraRun) -> None:
    other = make_deployment(status=Status.LIVE)
    address = reverse("recognition:watch", args=[other.uuid, watched.camera_id])

    assert signed_in(cast.alice).post(address).status_code == 404
