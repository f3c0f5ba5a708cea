"""Every role × every action × every status, over HTTP, against one declarative table."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.db import connection, transaction
from django.test import Client
from django.urls import URLPattern, get_resolver, reverse
from pytest_django.fixtures import Settings

from deployments.enums import AuditKind, Role, Status
from deployments.models import AuditEvent, Deployment, User
from deployments.transitions import TRANSITIONS
from tests.deployments.action_table import ACTIONS, ELSEWHERE, Action
from tests.factories import (
    Cast,
    make_deployment,
    make_entry,
    make_variation,
    still_sought_list,
)

pytestmark = pytest.mark.usefixtures("recognition_worker")
# Looking, and being refused, is on record too, and changes nothing.
ONLY_SEEN = (AuditKind.ACCESS, AuditKind.CONSULTATION, AuditKind.DISCLOSURE)

# What stands in an address as its name, where that is no step of a deployment.
NAMES = {"import_decide": "confirm"}


class RolledBack(Exception):
    pass


@contextmanager
def undone() -> Iterator[None]:
    """What happens inside is judged and then undone."""
    try:
        with transaction.atomic():
            yield
            raise RolledBack
    except RolledBack:
        pass


def addresses(app: str) -> Iterator[URLPattern]:
    resolver = next(
        each for each in get_resolver().url_patterns if getattr(each, "app_name", None) == app
    )
    for pattern in resolver.url_patterns:
        assert isinstance(pattern, URLPattern)
        yield pattern


def prepared(status: Status) -> Deployment:
    """In that status, with what each action needs to be able to succeed."""
    deployment = make_deployment(status=status)
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


def marks() -> int:
    return AuditEvent.objects.exclude(kind__in=ONLY_SEEN).count()


def changes(client: Client, action: Action, deployment: Deployment) -> bool:
    """Whether the POST left a decision or an alteration; its account holds then, too."""
    before = marks()
    answer = client.post(address_of(action, deployment), action.fields(deployment))
    assert answer.status_code < 500
    if marks() == before:
        stored = Deployment.objects.get(pk=deployment.pk)
        assert stored.status == deployment.status
        return False
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    return True


def everybody(cast: Cast) -> dict[str, User]:
    """Every role there is, alone; nobody's; and an officer below the rank that decides."""
    people = cast.everyone()
    assert {role for user in people.values() for role in user.roles} == set(Role)
    return people


def test_every_address_that_takes_a_post_is_in_the_table(client: Client, cast: Cast):
    """A view that takes none answers 405; one that takes some answers anything else."""
    deployment = make_deployment()
    client.force_login(cast.auditor)
    taking = set()
    for pattern in addresses("deployments"):
        names = pattern.pattern.regex.groupindex
        given = {"uuid": deployment.uuid, "form": "pdf", "name": NAMES.get(pattern.name, "end")}
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
def test_who_may_does_and_nobody_else(cast: Cast, settings: Settings, status: Status):
    people, deployment = everybody(cast), prepared(status)
    wrong = []
    for username, user in people.items():
        client = Client()
        client.force_login(user)
        for action in ACTIONS:
            may = action.may(username, status)
            if may and not action.is_whole:
                continue
            with undone():
                if changes(client, action, deployment) != may:
                    wrong.append((username, str(action), dict(action.fields(deployment)), may))

    assert wrong == []


@pytest.mark.parametrize("status", [Status.SUBMITTED, Status.READY, Status.LIVE])
def test_nobody_who_is_signed_out_does_anything(cast: Cast, status: Status):
    deployment, client = prepared(status), Client()

    for action in ACTIONS:
        with undone():
            assert not changes(client, action, deployment), str(action)
