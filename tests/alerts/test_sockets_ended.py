"""A socket of a running server closes when its person is disabled or a role is withdrawn, by that
alone: nobody presses anything, no alert comes, the deployment stays as it is. Whoever else listens
hears on. How soon is measured by `manage.py demo --check` (`sockets_ended_s`)."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.test import Client
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Origin

from alerts.protocol import CloseCode
from deployments.enums import Role, Status
from deployments.models import Deployment, User
from tests.alerts.web_server import WebServer
from tests.factories import make_deployment, person

pytestmark = pytest.mark.django_db(transaction=True)


@contextmanager
def listening(server: WebServer, deployment: Deployment, user: User) -> Iterator[ClientConnection]:
    """Signed in, and past what opens the conversation."""
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    with connect(
        f"{server.url.replace('http', 'ws', 1)}/ws/deployments/{deployment.uuid}/console/",
        origin=Origin(server.url),
        additional_headers={"Cookie": f"sessionid={client.cookies['sessionid'].value}"},
    ) as connection:
        heard(connection, "snapshot")
        yield connection


def heard(connection: ClientConnection, kind: str) -> dict[str, Any]:
    while True:
        message: dict[str, Any] = json.loads(connection.recv(timeout=10))
        if message["type"] == kind:
            return message


def hear_out(connection: ClientConnection) -> None:
    while True:
        connection.recv(timeout=5)


def closing_code(connection: ClientConnection) -> int | None:
    """Waits for the close itself."""
    with pytest.raises(ConnectionClosed) as closed:
        hear_out(connection)
    return closed.value.rcvd.code if closed.value.rcvd else None


@pytest.mark.parametrize(
    "change", [{"is_active": False}, {"roles": []}, {"roles": [Role.APPLICANT]}]
)
def test_it_closes_by_itself(web_server: WebServer, change: dict[str, Any]):
    deployment = make_deployment(status=Status.LIVE)
    alice, bob = person("alice"), person("bob")
    with (
        listening(web_server, deployment, alice) as hers,
        listening(web_server, deployment, bob) as his,
    ):
        log = deployment.alert_events.count()
        User.objects.filter(pk=alice.pk).update(**change)

        assert closing_code(hers) == CloseCode.SIGNED_OUT

        assert heard(his, "heartbeat")["deployment"]["status"] == "live"
        assert deployment.alert_events.count() == log
