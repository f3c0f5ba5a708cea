"""Who signed in, who left and who was locked out stands in the audit trail."""

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from deployments.models import AuditEvent
from tests.factories import PASSWORD, person

pytestmark = pytest.mark.django_db


def try_to_sign_in(client: Client, username: str, password: str) -> None:
    client.post(reverse("sign_in"), {"username": username, "password": password})


def actions() -> list[tuple[str, str, str]]:
    return list(
        AuditEvent.objects.filter(kind="access")
        .order_by("sequence")
        .values_list("action", "actor", "subject")
    )


def test_coming_and_going_is_recorded(client: Client) -> None:
    person("alice")

    try_to_sign_in(client, "alice", PASSWORD)
    client.post(reverse("sign_out"))

    assert actions() == [("person.signed_in", "alice", ""), ("person.signed_out", "alice", "")]


def test_being_locked_out_is_recorded_by_number(client: Client) -> None:
    alice = person("alice")

    for _ in range(settings.AXES_FAILURE_LIMIT):
        try_to_sign_in(client, "alice", "wrong")

    failed = ("person.sign_in_failed", "system", f"user {alice.pk}")
    locked = ("person.locked_out", "system", f"user {alice.pk}")
    assert actions() == [failed] * (settings.AXES_FAILURE_LIMIT - 1) + [locked]


def test_trying_on_while_locked_out_does_not_fill_the_trail(client: Client) -> None:
    person("alice")
    for _ in range(settings.AXES_FAILURE_LIMIT):
        try_to_sign_in(client, "alice", "wrong")
    failed = [action for action, *_ in actions()].count("person.sign_in_failed")

    try_to_sign_in(client, "alice", "wrong")

    assert [action for action, *_ in actions()].count("person.sign_in_failed") == failed


def test_a_name_that_is_nobodys_is_not_written_down(client: Client) -> None:
    for _ in range(settings.AXES_FAILURE_LIMIT):
        try_to_sign_in(client, "my secret password", "alice")

    assert actions() == [("person.locked_out", "system", "unknown user")]
    assert not AuditEvent.objects.filter(details__contains="secret").exists()
