"""The protocol's page, its types and what is really sent agree."""

import json
import re
from typing import Any, get_type_hints

import pytest
from django.urls import reverse

from alerts import protocol
from alerts.enums import AlertStatus
from alerts.presenters import alert_facts, event_message, snapshot
from alerts.protocol import CloseCode, bye, parse_ack
from alerts.queries import alert_with_facts
from deployments.enums import Status
from tests.conftest import ROOT
from tests.factories import make_alert, make_deployment

PAGE = (ROOT / "docs" / "protocol.md").read_text()
EXAMPLES = {
    example["type"]: example
    for example in map(json.loads, re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL))
}
TYPES: dict[str, Any] = {
    "hello": protocol.Hello,
    "snapshot": protocol.Snapshot,
    "event": protocol.Event,
    "heartbeat": protocol.Heartbeat,
    "bye": protocol.Bye,
    "ack": protocol.Ack,
}
# A name of a person sought, or how alike: neither may become a field of a message.
FORBIDDEN = re.compile(r"similar|score|reference|^person|embedding|face|birth|lawful")


def keys(of: Any) -> set[str]:
    return set(get_type_hints(of))


@pytest.mark.parametrize("name", sorted(TYPES))
def test_page_shows_each_message_with_all_its_fields(name: str) -> None:
    assert set(EXAMPLES[name]) == keys(TYPES[name])


def test_page_shows_all_fields_within_messages() -> None:
    alert = EXAMPLES["snapshot"]["alerts"][0]
    state = EXAMPLES["heartbeat"]

    assert set(alert) == keys(protocol.AlertFacts)
    assert set(alert["images"]) == keys(protocol.Images)
    assert set(state["deployment"]) == keys(protocol.DeploymentFacts)
    assert set(state["cameras"][0]) == keys(protocol.CameraFacts)
    assert set(state["operators"][0]) == keys(protocol.OperatorFacts)
    assert set(EXAMPLES["hello"]["you"]) == keys(protocol.You)


def test_page_names_every_closing_code() -> None:
    assert set(map(int, re.findall(r"^\| (4\d{3}) \|", PAGE, re.MULTILINE))) == set(CloseCode)


@pytest.mark.parametrize("code", CloseCode)
def test_every_closing_code_says_why(code: CloseCode) -> None:
    message = bye(code)

    assert message["code"] == code
    assert message["reason"].endswith(".")


def test_no_field_of_a_message_is_personal() -> None:
    for each in (*TYPES.values(), protocol.AlertFacts, protocol.CameraFacts):
        counts = {"faces_seen", "faces_per_min"}
        assert not [name for name in keys(each) - counts if FORBIDDEN.search(name)]


@pytest.mark.django_db
@pytest.mark.parametrize("status", AlertStatus)
def test_what_is_sent_has_the_fields_that_were_promised(status: AlertStatus) -> None:
    alert = alert_with_facts(make_alert(make_deployment(status=Status.LIVE), status=status))
    event = alert.events.latest("sequence")

    assert set(alert_facts(alert)) == keys(protocol.AlertFacts)
    assert set(event_message(event, missed=False)) == keys(protocol.Event)
    assert set(snapshot([alert], sequence=1)) == keys(protocol.Snapshot)


@pytest.mark.django_db
def test_images_are_where_the_site_answers_for_them() -> None:
    alert = alert_with_facts(make_alert(make_deployment(status=Status.LIVE)))

    assert alert_facts(alert)["images"] == {
        which: reverse("alerts:image", args=[alert.uuid, which])
        for which in ("probe", "candidate", "context")
    }


@pytest.mark.parametrize(
    ("said", "sequence"),
    [
        ({"type": "ack", "sequence": 0}, 0),
        ({"type": "ack", "sequence": 7, "more": 1}, 7),
        ({"type": "ack", "sequence": True}, None),
        ({"type": "ack", "sequence": -1}, None),
        ({"type": "ack", "sequence": 1.5}, None),
        ({"type": "event", "sequence": 1}, None),
        (["ack"], None),
        (None, None),
    ],
)
def test_only_an_acknowledgement_is_understood(said: object, sequence: int | None) -> None:
    assert parse_ack(said) == sequence
