"""An inspector from outside the force reads what is not personal, and nothing else."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from deployments.enums import Status
from deployments.models import Deployment
from tests.factories import Cast, make_alert, make_deployment


@pytest.fixture
def inspector(cast: Cast, client: Client) -> Client:
    client.force_login(cast.inspector)
    return client


def page_of(deployment: Deployment) -> str:
    return reverse("deployments:detail", args=[deployment.uuid])


@pytest.mark.parametrize("status", [status for status in Status if status != Status.DRAFT])
def test_the_inspector_reads_a_deployment_in_every_state(inspector: Client, status: Status):
    deployment = make_deployment(status=status)

    text = inspector.get(page_of(deployment)).content.decode()

    assert deployment.necessity in text
    assert 'method="post" action="/deployments/' not in text


def test_the_inspector_reads_the_start_checks_with_their_evidence(
    inspector: Client, recognition_worker: None
):
    deployment = make_deployment(status=Status.READY)

    text = inspector.get(page_of(deployment)).content.decode()

    assert "Operators trained and briefed" in text
    assert "Trained and briefed: Constable Alice" in text


def test_the_inspector_sees_no_list_no_face_and_no_console(inspector: Client):
    live = make_deployment(status=Status.LIVE)
    alert = make_alert(live)
    entry = alert.entry
    assert entry is not None

    assert entry.name not in inspector.get(page_of(live)).content.decode()
    closed: list[tuple[str, list[Any]]] = [
        ("deployments:watchlist", [live.uuid]),
        ("deployments:entry", [live.uuid, entry.pk]),
        ("deployments:entry_image", [live.uuid, entry.pk]),
        ("alerts:console", [live.uuid]),
        ("alerts:handheld", [live.uuid]),
        ("alerts:detail", [alert.uuid]),
        *(("alerts:image", [alert.uuid, which]) for which in ("probe", "candidate", "context")),
    ]
    for name, arguments in closed:
        assert inspector.get(reverse(name, args=arguments)).status_code == 403, name


def test_a_draft_is_not_shown(inspector: Client):
    assert inspector.get(page_of(make_deployment())).status_code == 404
