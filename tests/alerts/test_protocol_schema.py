"""The JSON Schema, the page's examples and what is really sent agree."""

from typing import Any

import pytest
from channels.db import database_sync_to_async
from jsonschema import Draft202012Validator

from alerts.enums import AlertStatus
from alerts.management.commands.protocol_schema import SCHEMA
from alerts.presenters import alert_facts, event_message, snapshot
from alerts.protocol import CloseCode, agreed_version, bye
from alerts.protocol_schema import as_text, protocol_schema
from alerts.queries import alert_with_facts
from deployments.enums import Status
from tests.alerts.sockets import open_socket
from tests.alerts.test_protocol import EXAMPLES
from tests.conftest import ROOT
from tests.factories import make_alert, make_deployment, person


def faults(message: object, *, of: str = "") -> list[str]:
    """What a strict reader of the schema finds: a field that it does not name, too."""
    schema = protocol_schema()
    for definition in schema["$defs"].values():
        definition["additionalProperties"] = False
    if of:
        schema = {"$ref": f"#/$defs/{of}", "$defs": schema["$defs"]}
    return [fault.message for fault in Draft202012Validator(schema).iter_errors(message)]


def test_schema_on_disk_is_made_from_the_types() -> None:
    assert (ROOT / SCHEMA).read_text() == as_text(), "run: manage.py protocol_schema"


def test_schema_is_one() -> None:
    Draft202012Validator.check_schema(protocol_schema())


@pytest.mark.parametrize("name", sorted(EXAMPLES))
def test_examples_of_the_page_are_valid(name: str) -> None:
    example = EXAMPLES[name]
    if name == "event":
        example = example | {"alert": EXAMPLES["snapshot"]["alerts"][0]}

    assert faults(example) == []


@pytest.mark.parametrize("code", CloseCode)
def test_every_goodbye_is_valid(code: CloseCode) -> None:
    assert faults(bye(code)) == []


@pytest.mark.django_db
@pytest.mark.parametrize("status", AlertStatus)
def test_what_is_sent_of_an_alert_is_valid(status: AlertStatus) -> None:
    alert = alert_with_facts(make_alert(make_deployment(status=Status.LIVE), status=status))

    assert faults(alert_facts(alert), of="AlertFacts") == []
    assert faults(event_message(alert.events.latest("sequence"), missed=True)) == []
    assert faults(snapshot([alert], sequence=1)) == []


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("page", ["console", "handheld"])
async def test_what_a_socket_says_is_valid(page: str) -> None:
    in_database = database_sync_to_async
    deployment = await in_database(make_deployment)(status=Status.LIVE)
    who = await in_database(person)("alice" if page == "console" else "engagement_officer")
    socket = await open_socket(deployment, who, page=page)
    await socket.connect(timeout=5)
    await in_database(make_alert)(deployment, status=AlertStatus.DISPATCHED)

    for kind in ("hello", "snapshot", "heartbeat", "event"):
        assert faults(await socket.next(kind)) == []
    await socket.disconnect()


@pytest.mark.parametrize(
    "message",
    [
        {"type": "ack", "sequence": 1, "name": "Zebulon"},
        {"type": "ack"},
        {"type": "state"},
        {"type": "bye", "code": 4999, "reason": "No."},
        {},
    ],
)
def test_schema_refuses_what_is_no_message(message: dict[str, Any]) -> None:
    assert faults(message)


@pytest.mark.parametrize(
    ("offered", "agreed"),
    [((), 2), (("2",), 2), (("1", "2", "3"), 2), (("1",), None), (("two",), None)],
)
def test_versions_are_agreed(offered: tuple[str, ...], agreed: int | None) -> None:
    assert agreed_version(offered) == agreed
