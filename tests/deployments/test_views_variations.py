"""Asking for a change on the page, the zone of a camera that it adds included."""

import pytest
from django.test import Client
from django.urls import reverse

from deployments import variations
from deployments.enums import Status
from deployments.models import Camera, Deployment, Variation
from deployments.variation_words import compared, labels_of_changes
from recognition.camera_run import zone_for
from recognition.types import Box
from tests.deployments.application_data import Typed, as_it_is, zone_of_camera
from tests.factories import Cast, make_camera, make_deployment


@pytest.fixture
def live(client: Client, cast: Cast) -> Deployment:
    client.force_login(cast.applicant)
    return make_deployment(status=Status.LIVE)


def send(client: Client, deployment: Deployment, typed: Typed) -> str:
    address = reverse("deployments:vary", args=[deployment.uuid])
    return str(client.post(address, typed, follow=True).content.decode())


def authorised(deployment: Deployment, cast: Cast) -> Variation:
    return variations.authorise(
        deployment.variations.get(), by=cast.authorising_officer, reasons="Necessary."
    )


def with_another(deployment: Deployment, added: Camera) -> Typed:
    typed = as_it_is(deployment)
    return typed | {"cameras": [*typed["cameras"], added.pk]}  # type: ignore[misc]


def test_a_camera_that_is_added_needs_its_zone(client: Client, live: Deployment):
    added = make_camera(name="Bridge")

    page = send(client, live, with_another(live, added))

    assert "Bridge: draw its zone, or write its four numbers." in page
    assert f'name="camera-{added.pk}-x"' in page
    assert not live.variations.exists()


def test_its_zone_is_decided_and_used(client: Client, cast: Cast, live: Deployment):
    added = make_camera(name="Bridge")
    typed = with_another(live, added) | zone_of_camera(added, x="10", y="20.5", w="60", h="50")

    assert "An authorising officer decides next" in send(client, live, typed)

    words = {line.label: line.after for line in compared(live.variations.get())}
    zone = "Bridge: 10\xa0% from the left, 20.5\xa0% from the top, 60\xa0% wide, 50\xa0% high"
    assert zone in words["Zones of recognition"]
    variation = authorised(live, cast)
    assert zone_for(live, added) == Box(0.1, 0.205, 0.6, 0.5)
    assert labels_of_changes(variation) == [], "cameras and zones are not told to the public"
    page = client.get(reverse("deployments:variation", args=[live.uuid, variation.pk]))
    assert zone in page.content.decode()
    assert 'x="0.1000" y="0.2050"' in page.content.decode()


def test_the_zone_of_a_camera_that_stays_may_be_drawn_anew(
    client: Client, cast: Cast, live: Deployment
):
    camera = live.cameras.get()

    send(client, live, as_it_is(live) | zone_of_camera(camera, x="50", y="0", w="50", h="100"))
    authorised(live, cast)

    assert zone_for(live, camera) == Box(0.5, 0.0, 0.5, 1.0)


def test_a_page_sent_as_it_is_changes_nothing(client: Client, live: Deployment):
    assert "Nothing differs from what is authorised." in send(client, live, as_it_is(live))
