"""The protocol as a JSON Schema, made from its types so that the two cannot differ."""

import json
from typing import Annotated, Any

from pydantic import Field, TypeAdapter

from alerts.enums import AlertStatus, EventKind, OfficersView, Outcome
from alerts.protocol import VERSION, Ack, ActionAnswer, CloseCode, Detail, ServerMessage
from deployments.enums import Category, Response

# Fields that are texts for Python and closed lists for whoever reads them.
CLOSED_LISTS: dict[tuple[str, str], list[str]] = {
    ("Event", "kind"): EventKind.values,
    ("AlertFacts", "status"): AlertStatus.values,
    ("AlertFacts", "category"): Category.values,
    ("AlertFacts", "response"): Response.values,
    ("AlertFacts", "outcome"): ["", *Outcome.values],
    ("OfficerFacts", "view"): ["", *OfficersView.values],
}


def protocol_schema() -> dict[str, Any]:
    """What goes over the socket; the answers over HTTP are among its `$defs`."""
    message = Annotated[ServerMessage | Ack, Field(discriminator="type")]
    kinds: dict[str, Any] = {"message": message, "detail": Detail, "answer": ActionAnswer}
    schemas, shared = TypeAdapter.json_schemas(
        [(name, "serialization", TypeAdapter[Any](kind)) for name, kind in kinds.items()],
        ref_template="#/$defs/{model}",
    )
    definitions = shared["$defs"]
    for (model, name), values in CLOSED_LISTS.items():
        definitions[model]["properties"][name]["enum"] = sorted(values)
    definitions["Bye"]["properties"]["code"]["enum"] = sorted(CloseCode)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": f"Console and handheld, version {VERSION}",
        "description": "Made by `manage.py protocol_schema` from alerts/protocol.py.",
        "oneOf": schemas["message", "serialization"]["oneOf"],
        "$defs": definitions,
    }


def as_text() -> str:
    return json.dumps(protocol_schema(), indent=2, sort_keys=True) + "\n"
