"""The audit trail taken out through the real server: streamed in little memory however slowly it is
read, ended when the reader goes, on record, and refused to who may not have it."""

import json
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from socket import SocketIO
from urllib.parse import urlencode

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from deployments.models import AuditEvent, User
from tests.alerts.web_server import WebServer
from tests.factories import Cast, make_cast
from tests.filling_trail import fill
from tests.recognition.running import until

pytestmark = pytest.mark.django_db(transaction=True)

TOKEN = "t" * 32
EVENTS = 100_000
# Of more than 20 MB.
MOST_HELD_BYTES = 16 << 20
PIECE = 1 << 16


@pytest.fixture
def people(web_server: WebServer) -> Cast:
    return make_cast()


@contextmanager
def asking(
    server: WebServer, user: User, name: str = "trail"
) -> Iterator[tuple[socket.socket, SocketIO]]:
    """An export asked for, its answer to be read."""
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    form = urlencode(
        {"export-reason": "An inspection.", "export-to": "The Commissioner"}
        | {"csrfmiddlewaretoken": TOKEN}
    ).encode()
    lines = [
        f"POST {reverse(f'admin:deployments_auditevent_{name}')} HTTP/1.0",
        f"Host: localhost:{server.port}",
        f"Cookie: sessionid={client.cookies['sessionid'].value}; csrftoken={TOKEN}",
        "Content-Type: application/x-www-form-urlencoded",
        f"Content-Length: {len(form)}",
    ]
    with socket.socket() as wire:
        wire.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, PIECE)
        wire.settimeout(120)
        wire.connect(("127.0.0.1", server.port))
        wire.sendall("\r\n".join(lines).encode() + b"\r\n\r\n" + form)
        with wire.makefile("rb", buffering=0) as answer:
            yield wire, answer


def status_of(answer: SocketIO) -> int:
    """Its head is read; its body begins."""
    head = b""
    while not head.endswith(b"\r\n\r\n"):
        head += answer.read(1)
    return int(head.split()[1])


def held_bytes(server: WebServer) -> int:
    assert server.process is not None
    status = Path(f"/proc/{server.process.pid}/status").read_text()
    return int(status.split("VmRSS:")[1].split()[0]) << 10


def asked_of_the_database() -> list[float]:
    """Of each of the server's connections, for how many seconds it has asked for nothing."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT COALESCE(extract(epoch FROM clock_timestamp() - state_change), 0)"
            " FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        return [float(row[0]) for row in cursor.fetchall()]


def has_come_to_rest() -> bool:
    """It waits for its reader, or is through."""
    return min(asked_of_the_database(), default=60.0) > 3


@pytest.mark.parametrize("name", ["trail", "export"])
def test_a_slow_reader_gets_all_of_it_and_the_server_holds_little(
    web_server: WebServer, people: Cast, name: str
):
    fill(200)
    with asking(web_server, people.auditor, name) as (_, answer):
        answer.read()  # what the first export of a process loads
    fill(EVENTS)
    before = held_bytes(web_server)

    with asking(web_server, people.auditor, name) as (_, answer):
        assert status_of(answer) == 200
        events = AuditEvent.objects.filter(action="audit.exported")
        assert events.count() == 2, "on record before the first byte"
        until(has_come_to_rest)
        assert held_bytes(web_server) - before < MOST_HELD_BYTES
        body = bytearray()
        while piece := answer.read(PIECE):
            body += piece
            assert held_bytes(web_server) - before < MOST_HELD_BYTES

    assert len(body) > 1.25 * MOST_HELD_BYTES
    lines = body.splitlines()
    sequence = events.latest("sequence").sequence
    assert len(lines) == sequence + (name == "export")  # with its header
    if name == "trail":
        assert json.loads(lines[-1])["sequence"] == sequence


def test_it_ends_when_the_reader_goes_and_stays_on_record(web_server: WebServer, people: Cast):
    fill(EVENTS)

    with asking(web_server, people.auditor) as (wire, answer):
        assert status_of(answer) == 200
        until(has_come_to_rest)
        assert asked_of_the_database(), "it has not read everything already"
        wire.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\0\0\0\0\0\0\0")

    until(lambda: asked_of_the_database() == [])
    event = AuditEvent.objects.get(action="audit.exported")
    assert (event.kind, event.actor) == ("disclosure", "auditor")
    with asking(web_server, people.inspector) as (_, answer):
        assert status_of(answer) == 200, "the server goes on"


@pytest.mark.parametrize("username", ["alice", "system_administrator", "authorising_officer"])
@pytest.mark.parametrize("name", ["trail", "export"])
def test_who_may_not_have_it_gets_no_byte_of_it(
    web_server: WebServer, people: Cast, username: str, name: str
):
    with asking(web_server, people.everyone()[username], name) as (_, answer):
        assert status_of(answer) in {302, 403}
        assert b'"sequence"' not in answer.read()

    assert not AuditEvent.objects.filter(action="audit.exported").exists()
