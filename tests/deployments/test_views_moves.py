"""The buttons of a deployment's page."""

import pytest
from django.test import Client
from django.urls import reverse

from deployments.enums import Status
from deployments.models import Deployment
from deployments.transitions import TRANSITIONS
from deployments.views.moves import MOVES, moves_for
from tests.factories import Cast, make_deployment, make_entry, still_sought_list

pytestmark = pytest.mark.usefixtures("recognition_worker")


def press(client: Client, deployment: Deployment, name: str, **data: str):
    address = reverse("deployments:move", args=[deployment.uuid, name])
    return client.post(address, data, follow=True)


@pytest.mark.parametrize(
    ("who", "before", "name", "after"),
    [
        ("watchlist_manager", Status.READY, "reopen_watchlist", Status.AUTHORISED),
        ("alice", Status.READY, "start", Status.LIVE),
        ("alice", Status.LIVE, "suspend", Status.SUSPENDED),
        ("authorising_officer", Status.LIVE, "suspend", Status.SUSPENDED),
        ("alice", Status.SUSPENDED, "resume", Status.LIVE),
        ("alice", Status.LIVE, "end", Status.ENDED),
        ("authorising_officer", Status.SUSPENDED, "end", Status.ENDED),
        ("applicant", Status.SUBMITTED, "cancel", Status.CANCELLED),
        ("authorising_officer", Status.READY, "cancel", Status.CANCELLED),
    ],
)
def test_each_step_is_a_button(
    client: Client, cast: Cast, who: str, before: Status, name: str, after: Status
):
    deployment = make_deployment(status=before)
    client.force_login(cast.everyone()[who])
    page = client.get(reverse("deployments:detail", args=[deployment.uuid])).content.decode()
    assert reverse("deployments:move", args=[deployment.uuid, name]) in page

    response = press(client, deployment, name, reason="As planned.")

    assert MOVES[name].done in response.content.decode()
    deployment.refresh_from_db()
    assert deployment.status == after


def test_ready_is_made_once_the_watchlist_is_enrolled(client: Client, cast: Cast):
    deployment = make_deployment(status=Status.AUTHORISED)
    client.force_login(cast.watchlist_manager)

    refused = press(client, deployment, "make_ready")
    assert "Not yet: Nobody is on the watchlist." in refused.content.decode()

    make_entry(deployment)
    refused = press(client, deployment, "make_ready")
    assert "Nobody has asked yet about 1" in refused.content.decode()

    still_sought_list(deployment)
    press(client, deployment, "make_ready")
    deployment.refresh_from_db()
    assert deployment.status == Status.READY


@pytest.mark.parametrize(
    ("who", "status", "name"),
    [
        ("watchlist_manager", Status.READY, "start"),
        ("engagement_officer", Status.LIVE, "suspend"),
        ("applicant", Status.LIVE, "end"),
        ("auditor", Status.READY, "cancel"),
        ("alice", Status.READY, "reopen_watchlist"),
    ],
)
def test_who_may_not_is_told_who_may(
    client: Client, cast: Cast, who: str, status: Status, name: str
):
    deployment = make_deployment(status=status)
    client.force_login(cast.everyone()[who])
    page = client.get(reverse("deployments:detail", args=[deployment.uuid])).content.decode()
    assert reverse("deployments:move", args=[deployment.uuid, name]) not in page

    response = press(client, deployment, name, reason="I want to.")

    assert "may do this." in response.content.decode()
    deployment.refresh_from_db()
    assert deployment.status == status


@pytest.mark.parametrize(
    ("status", "name"), [(Status.LIVE, "suspend"), (Status.LIVE, "end"), (Status.READY, "cancel")]
)
def test_a_stop_needs_its_reason(client: Client, cast: Cast, status: Status, name: str):
    deployment = make_deployment(status=status)
    client.force_login(cast.authorising_officer)

    response = press(client, deployment, name, reason="  ")

    assert "Say why" in response.content.decode()
    deployment.refresh_from_db()
    assert deployment.status == status


def test_a_step_out_of_order_is_refused_in_words(client: Client, cast: Cast):
    deployment = make_deployment(status=Status.AUTHORISED)
    client.force_login(cast.alice)

    response = press(client, deployment, "start")

    assert "A deployment that is authorised cannot become live." in response.content.decode()


def test_there_are_no_other_steps(client: Client, cast: Cast):
    deployment = make_deployment(status=Status.ENDED)
    client.force_login(cast.alice)

    for name in ("close", "authorise", "end_expired"):
        assert press(client, deployment, name).status_code == 404


def test_steps_are_posted(client: Client, cast: Cast):
    deployment = make_deployment(status=Status.LIVE)
    client.force_login(cast.alice)

    response = client.get(reverse("deployments:move", args=[deployment.uuid, "end"]))

    assert response.status_code == 405


@pytest.mark.parametrize("status", Status)
def test_only_legal_moves_are_offered(cast: Cast, status: Status):
    deployment = make_deployment(status=status)

    for person in cast.everyone().values():
        for move in moves_for(person, deployment):
            assert status in TRANSITIONS[move.name].sources
