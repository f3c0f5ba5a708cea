"""Every role × every action × every status, over HTTP, against one declarative table."""

import pytest
from django.test import Client
from django.urls import reverse

from deployments.enums import Status
from deployments.models import Deployment
from deployments.transitions import TRANSITIONS
from tests.deployments.action_table import ACTIONS, ELSEWHERE, Action
from tests.factories import (
    Cast,
    make_deployment,
    make_entry,
    make_variation,
    still_sought_list,
)
from tests.trying_out import Marks, addresses, changes, everybody, marks, undone

pytestmark = pytest.mark.usefixtures("recognition_worker")

# What stands in an address as its name, where that is no step of a deployment.
NAMES = {"import_decide": "confirm"}


def prepared(status: Status) -> Deployment:
    """In that status, with what each action needs to be able to succeed."""
    deployment = make_deployment(status=status, records_cctv=True)
    if status == Status.AUTHORISED:
        make_entry(deployment)
        still_sought_list(deployment)
    if status in {Status.LIVE, Status.SUSPENDED}:
        make_variation(deployment, threshold=0.7)
    deployment.refresh_from_db()
    return deployment


def address_of(action: Action, deployment: Deployment) -> str:
    arguments = {"uuid": deployment.uuid, **action.arguments(deployment)}
    return reverse(f"deployments:{action.name}", kwargs=arguments)


def tried(client: Client, action: Action, deployment: Deployment, *, before: Marks) -> bool:
    """Whether anything changed, the status included. Undone again."""
    with undone():
        address = address_of(action, deployment)
        return changes(client, address, action.fields(deployment), before=before)


def test_every_address_that_takes_a_post_is_in_the_table(client: Client, cast: Cast):
    """A view that takes none answers 405; one that takes some answers anything else."""
    deployment = make_deployment()
    client.force_login(cast.auditor)
    taking = set()
    for pattern in addresses("deployments"):
        names = pattern.pattern.regex.groupindex
        given = {
            "uuid": deployment.uuid,
            "segment": deployment.uuid,
            "file": deployment.uuid,
            "form": "pdf",
            "name": NAMES.get(str(pattern.name), "end"),
        }
        arguments = {name: given.get(name, 0) for name in names}
        address = reverse(f"deployments:{pattern.name}", kwargs=arguments)
        with undone():
            if client.post(address).status_code != 405:
                taking.add(pattern.name)

    assert taking - {action.name for action in ACTIONS} - set(ELSEWHERE) == set()


def test_every_transition_of_a_person_is_in_the_table():
    moves = {
        str(action.arguments(Deployment())["name"]) for action in ACTIONS if action.name == "move"
    }
    decisions = {
        str(action.fields(Deployment())["decision"])
        for action in ACTIONS
        if action.name == "decide"
    }

    assert moves | decisions | {"submit"} == set(TRANSITIONS)


@pytest.mark.parametrize("status", Status)
def test_who_may_does_and_nobody_else(cast: Cast, status: Status):
    """What an action needs is made once and then tried by everybody."""
    clients, deployment = {}, prepared(status)
    for username, user in everybody(cast).items():
        clients[username] = Client()
        clients[username].force_login(user)
    wrong = []
    for action in ACTIONS:
        with undone():
            if status in action.states:
                action.first(deployment)
            before = marks()
            for username, client in clients.items():
                may = action.may(username, status)
                if tried(client, action, deployment, before=before) != may:
                    wrong.append((username, str(action), may))

    assert wrong == []


@pytest.mark.parametrize("status", [Status.SUBMITTED, Status.READY, Status.LIVE])
def test_nobody_who_is_signed_out_does_anything(cast: Cast, status: Status):
    deployment, client = prepared(status), Client()

    before = marks()

    for action in ACTIONS:
        assert not tried(client, action, deployment, before=before), str(action)
