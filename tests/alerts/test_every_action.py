"""Every role × every action × every status of an alert, over HTTP, against one table."""

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django.fixtures import Settings

from alerts.enums import AlertStatus
from alerts.models import Alert
from deployments.enums import Status
from tests.alerts.action_table import ACTIONS, AlertAction
from tests.factories import Cast, make_alert, make_deployment
from tests.tampering import force_status
from tests.trying_out import addresses, changes, everybody, undone

A_WHILE_S = 600
# Kept for whoever writes it, alone; tests/alerts/test_drafts.py asks who may.
NO_DECISION = {"draft"}


def alert_in(status: AlertStatus, settings: Settings) -> Alert:
    """A dismissal can be taken back for a while; officers are sent at once."""
    settings.UNDO_S = A_WHILE_S if status == AlertStatus.DISMISSED else 0
    return make_alert(make_deployment(status=Status.LIVE), status=status)


def tried(client: Client, action: AlertAction, alert: Alert) -> bool:
    """Whether anything changed; the alert itself is what it was where nothing did."""
    before = Alert.objects.values().get(pk=alert.pk)
    address = reverse(f"alerts:{action.name}", args=[alert.uuid])
    has_changed = changes(client, address, action.fields)
    assert has_changed or Alert.objects.values().get(pk=alert.pk) == before
    return has_changed


def test_every_address_that_takes_a_post_is_in_the_table(client: Client, cast: Cast):
    """A view that takes none answers 405; one that takes some answers anything else."""
    alert = make_alert(make_deployment(status=Status.LIVE))
    client.force_login(cast.auditor)
    taking = set()
    for pattern in addresses("alerts"):
        given = {"uuid": alert.uuid, "which": "probe"}
        names = pattern.pattern.regex.groupindex
        arguments = {name: given.get(name, 0) for name in names}
        address = reverse(f"alerts:{pattern.name}", kwargs=arguments)
        with undone():
            if client.post(address).status_code != 405:
                taking.add(pattern.name)

    assert taking == {action.name for action in ACTIONS} | NO_DECISION


@pytest.mark.parametrize("status", AlertStatus)
def test_who_may_does_and_nobody_else(cast: Cast, settings: Settings, status: AlertStatus):
    people, alert = everybody(cast), alert_in(status, settings)
    wrong = []
    for username, user in people.items():
        client = Client()
        client.force_login(user)
        for action in ACTIONS:
            with undone():
                if status in action.states:
                    action.first(alert)
                may = action.may(username, status)
                if tried(client, action, alert) != may:
                    wrong.append((username, action.name, may))

    assert wrong == []


@pytest.mark.parametrize("status", AlertStatus)
def test_nobody_does_anything_signed_out_or_once_the_deployment_is_closed(
    cast: Cast, settings: Settings, status: AlertStatus
):
    alert, signed_in = alert_in(status, settings), Client()
    holder = cast.engagement_officer if status == AlertStatus.DISPATCHED else cast.alice
    signed_in.force_login(holder)

    for action in ACTIONS:
        with undone():
            assert not tried(Client(), action, alert), action.name
    force_status(alert.deployment, Status.CLOSED)
    for action in ACTIONS:
        with undone():
            assert not tried(signed_in, action, alert), action.name
