"""A letter that no font of the machine has keeps nobody from deciding, and is not lost in print."""

import json

import pytest
import typst
from django.test import Client
from django.urls import reverse

from deployments import typesetting
from deployments.enums import Status
from tests.deployments.test_public_leaks import pdf_text
from tests.factories import Cast, make_deployment

NOWHERE = "\U0010f0fe"  # of the last private use area: no letter of any script


def test_a_deployment_with_a_letter_that_no_font_has_is_decided_and_printed(cast: Cast):
    deployment = make_deployment(status=Status.AUTHORISED, place=f"Café {NOWHERE} “Zur Post”")

    document = deployment.authority_documents.get()
    sign = reverse("public:deployment_print", args=[deployment.uuid, "sign"])

    for content in (bytes(document.pdf), Client().get(sign).content):
        words = " ".join(pdf_text(content).split())
        assert "Café [U+10F0FE] “Zur Post”" in words
    assert NOWHERE in json.dumps(json.loads(document.content), ensure_ascii=False)


def test_another_fault_of_a_template_is_not_hidden(monkeypatch: pytest.MonkeyPatch):
    asked: list[int] = []

    def broken(*_: object, **__: object) -> bytes:
        asked.append(1)
        raise typst.TypstError("unknown variable", "")

    monkeypatch.setattr(typst, "compile", broken)

    with pytest.raises(typst.TypstError, match="unknown variable"):
        typesetting.pdf("sign", {})
    assert len(asked) == 1
