"""What is not public appears in no page, file or answer, whatever the state of the deployment."""

from io import BytesIO
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from pypdf import PdfReader

from deployments.enums import Status
from deployments.models import DeploymentCamera
from tests.deployments.public_site import MACHINES, PLAIN, addresses_of
from tests.factories import Cast, make_camera, make_deployment
from tests.tampering import triggers_disabled

HIDDEN = (Status.DRAFT, Status.SUBMITTED, Status.RETURNED, Status.REFUSED)
ZONE = {"zone_x": "0.1234", "zone_y": "0.2", "zone_w": "0.8765", "zone_h": "0.3"}
SECRETS: dict[str, Any] = {
    "place_intelligence": "Informant says so.",
    "watchlist_criteria": "Criteria in words.",
    "necessity": "Necessity in words.",
    "proportionality": "Proportionality in words.",
    "community_impact": "Impact in words.",
    "title": "Working title",
}


def text_of(address: str) -> str:
    """What a reader finds there; nothing where there is nothing."""
    response = Client().get(address)
    if response.status_code == 404:
        return ""
    if response["Content-Type"] == "application/pdf":
        return pdf_text(response.content)
    return response.content.decode()


def pdf_text(content: bytes) -> str:
    return " ".join(page.extract_text() for page in PdfReader(BytesIO(content)).pages)


@pytest.mark.parametrize("status", [Status.LIVE, Status.CLOSED, Status.CANCELLED])
def test_zones_cameras_people_and_reasons_are_not_public(cast: Cast, status: Status):
    camera = make_camera(name="Lamp post 7", location="Above the bakery", source="device:41")
    deployment = make_deployment(status=status, cameras=[camera], **SECRETS)
    with triggers_disabled("deployments_deploymentcamera"):
        DeploymentCamera.objects.filter(deployment=deployment).update(**ZONE)
    secrets = {*SECRETS.values(), "Lamp post", "bakery", "device:41", "0.1234", "0.8765"}
    secrets |= {"Okafor", "Marsh", "authorising_officer"}
    secrets |= {entry.reference for entry in deployment.entries.all()}

    for address in (*(reverse(name) for name in (*PLAIN, *MACHINES)), *addresses_of(deployment)):
        body = text_of(address)
        assert not [secret for secret in secrets if secret in body], address


@pytest.mark.parametrize("status", HIDDEN)
def test_what_is_not_authorised_is_nowhere(cast: Cast, status: Status):
    deployment = make_deployment(status=status, place="Secret Lane")

    for address in addresses_of(deployment):
        assert Client().get(address).status_code == 404
    for name in (*PLAIN, *MACHINES):
        body = text_of(reverse(name))
        assert "Secret" not in body
        assert str(deployment.uuid) not in body
