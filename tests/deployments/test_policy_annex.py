"""The DPIA's annex says what the table says, in Markdown and as a PDF that can be read aloud."""

import io
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from pypdf import PdfReader
from pytest_django.fixtures import Settings

from deployments.policy_annex import COLUMNS, as_pdf, markdown
from deployments.retention import RULES


def _rows(text: str) -> list[list[str]]:
    lines = [line for line in text.splitlines() if line.startswith("| ")]
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines[2:]]


def test_every_rule_is_a_row_with_all_that_it_says(settings: Settings):
    settings.RETENTION_PERIODS_S = {"watchlist": 3 * 3600}
    printed = StringIO()
    call_command("policy_annex", stdout=printed)

    rows = {row[0]: row for row in _rows(printed.getvalue())}

    assert set(rows) == {rule.what for rule in RULES.values()}
    assert all(len(row) == len(COLUMNS) and all(row) for row in rows.values())
    row = rows[RULES["watchlist"].what]
    assert row[2] == "3 hours after the end of the deployment (changed by policy)"
    assert row[3] == "24 hours"
    assert row[5] == RULES["watchlist"].ground
    assert rows[RULES["alert"].what][4] == "The force's policy, up to the maximum"


def test_the_pdf_has_the_same_words_and_is_accessible(db: None, tmp_path: Path):
    file = tmp_path / "annex.pdf"
    call_command("policy_annex", "--pdf", str(file), stdout=StringIO())
    read = PdfReader(file)
    text = " ".join(" ".join(page.extract_text() for page in read.pages).split())

    for rule in RULES.values():
        assert rule.kind
        assert " ".join(rule.what.split()[:3]) in text, rule.kind
    root: Any = read.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"]
    assert root["/Lang"] == "en-GB"


def test_what_stands_in_a_cell_ends_no_cell(monkeypatch: pytest.MonkeyPatch):
    from dataclasses import replace

    odd = replace(RULES["alert"], what="Alerts | and more")
    monkeypatch.setitem(RULES, "alert", odd)

    assert "Alerts \\| and more" in markdown()
    assert PdfReader(io.BytesIO(as_pdf())).pages
