"""The written authority: exactly what was decided, and nothing that can be changed afterwards."""

import hashlib
import io
import json
from datetime import timedelta
from typing import Any
from unittest import mock

import pytest
from django.test import Client
from django.urls import reverse
from pypdf import PdfReader

from deployments import authority_documents, expected_alerts, lifecycle, variations
from deployments.applications import impose_conditions
from deployments.authority_content import canonical, content_of, documents_of
from deployments.enums import AuditKind, Status
from deployments.lifecycle import Refused
from deployments.models import AuditEvent, AuthorityDocument, Deployment, Variation
from recognition.models import OperatingPoint
from tests.factories import Cast, make_camera, make_deployment, make_variation
from tests.tampering import refusal_of, run_sql, triggers_disabled

INSERT = (
    "INSERT INTO deployments_authoritydocument"
    " (deployment_id, decision, content, sha256, pdf, written_at)"
    " VALUES (%s, %s, '{}', %s, '', now())"
)


def decided(
    status: Status = Status.AUTHORISED, *, necessity: str = "Nothing else worked."
) -> AuthorityDocument:
    return make_deployment(status=status, necessity=necessity).authority_documents.get()


def text_of(document: AuthorityDocument) -> str:
    pages = PdfReader(io.BytesIO(bytes(document.pdf))).pages
    return " ".join(" ".join(page.extract_text() for page in pages).split())


def test_an_authority_says_what_was_applied_for_and_decided(cast: Cast):
    camera = make_camera(name="North gate", location="Corner of Mill Lane")
    deployment = make_deployment(status=Status.SUBMITTED, cameras=[camera], threshold=0.613)
    impose_conditions(deployment, by=cast.authorising_officer, conditions="Not past the school.")

    lifecycle.authorise(deployment, by=cast.authorising_officer, reasons="It is needed.")

    content = json.loads(deployment.authority_documents.get().content)
    assert content["decision"]["decision"] == "authorised"
    assert content["decision"]["officer"]["rank"] == "Superintendent"
    assert content["decision"]["reasons"] == "It is needed."
    assert content["decision"]["conditions"] == "Not past the school."
    assert content["application"]["threshold"] == 0.613
    assert content["application"]["necessity"] == deployment.necessity
    model = content["application"]["profile_in_words"]
    assert "MTCNN" in model
    assert ", version " in model
    assert model.endswith(f"({deployment.profile})")
    assert content["cameras"] == [
        {
            "name": "North gate",
            "location": "Corner of Mill Lane",
            "still": None,
            "zone": ["0.0000", "0.0000", "1.0000", "1.0000"],
            "records_cctv": False,
        }
    ]
    assert [each["version"] for each in content["documents"]] == [
        document.version for document in documents_of(deployment)
    ]
    assert len(content["documents"]) == 3


def test_an_authority_keeps_the_false_alerts_that_were_to_be_expected(cast: Cast):
    deployment = make_deployment(
        status=Status.AUTHORISED, expected_footfall=24_000, watchlist_cap=20_000, threshold=0.1
    )

    document = deployment.authority_documents.get()
    expected = json.loads(document.content)["expected_false_alerts"]
    OperatingPoint.objects.all().delete()

    faces = expected["faces"]
    assert 8_000 < faces < 8_400  # four of twelve busy hours, and some minutes
    assert expected["count"] == pytest.approx(faces / 1000)
    assert (expected["threshold"], expected["watchlist"]) == (0.1, 20_000)
    words = _line(document, "False alerts to expect")
    for told in ("8.2 in the whole", "between 6.5 and 9.8", f"{faces:,} people", "with 20,000 on"):
        assert told in words
    assert "Drawn for tests" in words
    assert " ".join(words.split()) in text_of(document)


def test_a_variation_has_the_false_alerts_of_its_own_terms(cast: Cast):
    deployment = make_deployment(status=Status.AUTHORISED, threshold=0.5)
    longer = deployment.ends_at + timedelta(hours=4)
    variation = make_variation(deployment, threshold=0.7, watchlist_cap=200, ends_at=longer)

    variations.authorise(
        variation, by=cast.authorising_officer, reasons="Needed.", short_notice_reason="Soon."
    )

    first, second = (
        json.loads(each.content)["expected_false_alerts"]
        for each in deployment.authority_documents.order_by("pk")
    )
    assert (first["threshold"], second["threshold"]) == (0.5, 0.7)
    assert (first["watchlist"], second["watchlist"]) == (100, 200)
    assert second["faces"] > 1.9 * first["faces"]
    assert second["count"] > 3.8 * first["count"]


def test_where_nothing_was_measured_the_authority_says_so(cast: Cast):
    submitted = make_deployment(status=Status.SUBMITTED)
    with mock.patch.object(expected_alerts, "expect", return_value=None):
        lifecycle.authorise(submitted, by=cast.authorising_officer, reasons="It is needed.")

    document = submitted.authority_documents.get()

    assert json.loads(document.content)["expected_false_alerts"] is None
    assert "no accuracy was measured" in _line(document, "False alerts to expect")


def test_an_authority_of_an_earlier_format_still_verifies_and_is_read(cast: Cast):
    with mock.patch.object(authority_documents, "content_of", _as_format_3):
        document = decided()

    assert authority_documents.is_sound(document)
    assert document.sha256 in text_of(document)
    labels = [
        label for section in authority_documents.sections(document) for label, _ in section.lines
    ]
    assert "Face-match threshold" in labels
    assert "False alerts to expect" not in labels


def _as_format_3(
    deployment: Deployment, *, variation: Variation | None = None
) -> dict[str, object]:
    content = content_of(deployment, variation=variation)
    del content["expected_false_alerts"]
    return content | {"format": "authority 3"}


def _line(document: AuthorityDocument, label: str) -> str:
    return next(
        words
        for section in authority_documents.sections(document)
        for found, words in section.lines
        if found == label
    )


@pytest.mark.parametrize("status", [Status.AUTHORISED, Status.REFUSED])
def test_the_print_says_every_word_of_the_record(cast: Cast, status: Status):
    document = decided(status, necessity="Because #1 *really* $x$ <b>.\n\nAnd a second paragraph.")

    text = text_of(document)

    for section in authority_documents.sections(document):
        assert section.title in text
        for label, words in section.lines:
            assert label in text
            assert " ".join(words.split()) in text, label
    assert document.sha256 in text
    assert ("Refusal of" in text) == (status == Status.REFUSED)


def test_the_print_is_tagged_for_screen_readers(cast: Cast):
    reader = PdfReader(io.BytesIO(bytes(decided().pdf)))

    root: Any = reader.trailer["/Root"]
    assert root["/Lang"] == "en-GB"
    assert root["/MarkInfo"]["/Marked"]
    assert b"pdfuaid" in root["/Metadata"].get_object().get_data()
    assert reader.metadata is not None
    assert str(reader.metadata.title).startswith("Authority for a live facial recognition")


def test_the_hash_stands_in_the_audit_trail(cast: Cast):
    document = decided()

    event = AuditEvent.objects.get(action="authority.written", deployment=document.deployment)
    details = json.loads(event.details)
    assert event.kind == AuditKind.DECISION
    assert details["sha256"] == document.sha256
    assert document.sha256 == hashlib.sha256(document.content.encode()).hexdigest()
    assert document.content == canonical(json.loads(document.content))
    assert authority_documents.is_sound(document)


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("content", "replace(content, 'Necessary', 'Unnecessary')"),
        ("pdf", r"'\x25'"),
        ("sha256", "repeat('0', 64)"),
    ],
)
def test_tampering_is_refused_and_where_it_was_forced_it_shows(
    client: Client, cast: Cast, column: str, value: str
):
    document = decided()
    sql = f"UPDATE deployments_authoritydocument SET {column} = {value} WHERE id = %s"
    assert refusal_of(sql, document.pk) != ""
    with triggers_disabled("deployments_authoritydocument"):
        assert run_sql(sql, document.pk) == 1
    document.refresh_from_db()
    client.force_login(cast.auditor)

    assert not authority_documents.is_sound(document)
    page = client.get(_address(document))
    assert "not the one that was decided" in page.content.decode()
    assert client.get(_address(document, form="pdf")).status_code == 409


def test_whoever_changes_content_and_hash_together_is_found_out(cast: Cast):
    document = decided()
    forged = canonical(json.loads(document.content) | {"format": "forged"})
    with triggers_disabled("deployments_authoritydocument"):
        run_sql(
            "UPDATE deployments_authoritydocument SET content = %s, sha256 = %s WHERE id = %s",
            forged,
            hashlib.sha256(forged.encode()).hexdigest(),
            document.pk,
        )
    document.refresh_from_db()

    assert not authority_documents.is_sound(document)


def test_the_database_takes_no_authority_that_was_not_decided(cast: Cast, app_role: None):
    submitted = make_deployment(status=Status.SUBMITTED)
    empty = hashlib.sha256(b"{}").hexdigest()

    assert "written when it is decided" in refusal_of(INSERT, submitted.pk, "authorised", empty)
    authorised = make_deployment(status=Status.AUTHORISED)
    assert "written when it is decided" in refusal_of(INSERT, authorised.pk, "refused", empty)
    assert "that of its content" in refusal_of(INSERT, authorised.pk, "authorised", "0" * 64)


def test_a_download_is_a_recorded_disclosure(client: Client, cast: Cast):
    document = decided()
    client.force_login(cast.alice)

    response = client.get(_address(document, form="pdf"))

    assert response["Content-Type"] == "application/pdf"
    assert response.content == bytes(document.pdf)
    event = AuditEvent.objects.get(action="authority.downloaded")
    assert (event.kind, event.actor, json.loads(event.details)) == (
        AuditKind.DISCLOSURE,
        "alice",
        {"form": "pdf"},
    )


def test_the_record_that_is_handed_out_has_the_hash(client: Client, cast: Cast):
    document = decided()
    client.force_login(cast.auditor)

    response = client.get(_address(document, form="json"))

    assert hashlib.sha256(response.content).hexdigest() == document.sha256


def test_who_may_not_see_the_deployment_does_not_see_its_authority(client: Client, cast: Cast):
    document = decided()
    client.force_login(cast.charlie)

    assert client.get(_address(document)).status_code == 404
    assert client.get(_address(document, form="pdf")).status_code == 404
    assert not AuditEvent.objects.filter(action="authority.downloaded").exists()


def test_an_authority_is_read_under_its_own_deployment_only(client: Client, cast: Cast):
    document, other = decided(), make_deployment(status=Status.AUTHORISED)
    client.force_login(cast.auditor)

    address = reverse("deployments:authority", args=[other.uuid, document.pk])
    assert client.get(address).status_code == 404
    assert client.get(_address(document, form="exe")).status_code == 404


def test_conditions_are_imposed_only_by_who_decides(cast: Cast):
    submitted = make_deployment(status=Status.SUBMITTED)

    with pytest.raises(Refused, match="Only the officer who decides"):
        impose_conditions(submitted, by=cast.alice, conditions="None.")
    assert Deployment.objects.get(pk=submitted.pk).decision_conditions == ""


def _address(document: AuthorityDocument, *, form: str = "") -> str:
    arguments = [document.deployment.uuid, document.pk]
    if form:
        return reverse("deployments:authority_file", args=[*arguments, form])
    return reverse("deployments:authority", args=arguments)
