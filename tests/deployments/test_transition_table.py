"""The table of transitions where people read it: the staff's page and docs/architecture.md."""

import re
from pathlib import Path

from django.test import Client
from django.urls import reverse
from django.utils.html import escape

from deployments.transitions import TRANSITIONS, Transition
from tests.factories import Cast, make_deployment

DOCS = Path(__file__).resolve().parents[2] / "docs" / "architecture.md"


def _row(transition: Transition) -> str:
    checks = transition.checks + (" A reason in writing." if transition.needs_reason else "")
    cells = (
        f"`{transition.name}`",
        ", ".join(transition.source_labels),
        transition.target.label,
        transition.by,
        checks.strip() or "–",
        transition.freezes or "–",
    )
    return f"| {' | '.join(cells)} |"


def test_the_documentation_shows_the_table():
    shown = [line for line in DOCS.read_text("utf-8").splitlines() if line.startswith("| `")]
    rows = [_row(transition) for transition in TRANSITIONS.values()]

    assert [line for line in shown if line.split("`")[1] in TRANSITIONS] == rows


def test_the_diagram_draws_the_table():
    diagram = DOCS.read_text("utf-8").split("## Life of a deployment")[1].split("```")[1]
    drawn = set(re.findall(r"^    (\w+) --> (\w+): (\w+)$", diagram, re.MULTILINE))

    assert drawn == {
        (source.value, transition.target.value, transition.name)
        for transition in TRANSITIONS.values()
        for source in transition.sources
    }


def test_staff_read_the_table(client: Client, cast: Cast):
    client.force_login(cast.auditor)
    address = reverse("deployments:rules")

    page = client.get(address).content.decode()

    for transition in TRANSITIONS.values():
        for words in (transition.label, transition.checks, transition.freezes):
            assert escape(words) in page
        assert escape(transition.by[0].upper() + transition.by[1:]) in page
    detail = reverse("deployments:detail", args=[make_deployment(applicant=cast.auditor).uuid])
    assert address in client.get(detail).content.decode()
    client.force_login(cast.charlie)
    assert client.get(address).status_code == 403
