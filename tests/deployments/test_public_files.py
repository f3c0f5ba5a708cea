"""PDFs, calendar, sheet and API: what they hold and that they are what they say."""

import csv
import io
from datetime import timedelta
from typing import Any

import jsonschema
import pytest
from django.test import Client, override_settings
from django.urls import reverse
from django.utils import timezone
from icalendar import Calendar
from pypdf import PdfReader

from deployments import lifecycle, publication
from deployments.enums import Category, DocumentKind, Status
from deployments.models import Deployment
from deployments.retention import RULES
from tests.deployments.test_public_leaks import pdf_text
from tests.factories import Cast, make_deployment, make_policy_document
from tests.site_pages import COUNTS
from tests.tampering import triggers_disabled

CONTACT = {
    "PUBLIC_URL": "https://lfr.example",
    "CONTACT_PHONE": "0100 555 0100",
    "CONTACT_EMAIL": "lfr@police.example",
    "DPO_EMAIL": "dpo@police.example",
    "COMPLAINTS_URL": "https://police.example/complaints",
}


def get(name: str, *args: object) -> bytes:
    return bytes(Client().get(reverse(name, args=args)).content)


def reader(content: bytes) -> PdfReader:
    return PdfReader(io.BytesIO(content))


@pytest.mark.parametrize("name", ["sign", "leaflet"])
def test_prints_are_accessible_and_name_place_and_contact(cast: Cast, name: str):
    deployment = make_deployment(status=Status.AUTHORISED, place="Market #Square *now*")

    with override_settings(**CONTACT):
        content = get("public:deployment_print", deployment.uuid, name)
        generic = get("public:print", name)

    words = " ".join(pdf_text(content).split())
    assert "Market #Square *now*" in words  # as written, never as markup
    assert "0100 555 0100" in words
    assert "https://lfr.example" in words
    assert "https://lfr.example" in pdf_text(generic)
    for each in (content, generic):
        catalog: Any = reader(each).root_object
        assert catalog["/MarkInfo"]["/Marked"].value
        assert "en" in catalog["/Lang"]
        assert b"pdfuaid:part" in catalog["/Metadata"].get_data()


@pytest.mark.parametrize(
    "place",
    ["Market square, Seedham, north side", "long name " * 7, "W" * 9 + " " + "long name " * 19],
)
@override_settings(
    CONTACT_ADDRESS="Headquarters, 1 Long Lane, Seedham, Seedshire SE1 1ED", **CONTACT
)
def test_the_sign_is_one_a3_page_and_the_leaflet_a5(cast: Cast, place: str):
    deployment = make_deployment(
        status=Status.AUTHORISED, place=place, categories=list(Category.values)
    )
    for args in ((), (deployment.uuid,)):
        where = "public:deployment_print" if args else "public:print"
        sign, leaflet = (reader(get(where, *args, what)) for what in ("sign", "leaflet"))
        assert len(sign.pages) == 1
        assert [round(float(n)) for n in sign.pages[0].mediabox[2:]] == [842, 1191]
        assert len(leaflet.pages) == 2
        front, back = (page.extract_text() for page in leaflet.pages)
        assert "Your rights" in front
        assert "To be filled in by the officer" in back
        assert "How long data is kept" in back
        assert [round(float(n)) for n in leaflet.pages[0].mediabox[2:]] == [420, 595]


def test_the_leaflets_periods_are_those_of_the_table(cast: Cast):
    with override_settings(RETENTION_PERIODS_S={"alert": 7200}):
        words = " ".join(pdf_text(get("public:print", "leaflet")).split())

        assert "2 hours after the end of the deployment" in words
        assert RULES["watchlist"].kept_for in words


def test_a_policy_document_is_a_page_and_a_pdf_with_all_its_versions(cast: Cast):
    body = "# Aim\n<b>#strong[x]</b> $y$\n\n- a point"
    first = make_policy_document(kind=DocumentKind.POLICY, version="1.0", body=body)
    second = make_policy_document(kind=DocumentKind.POLICY, version="1.1", body=body)

    page = get("public:document", "policy", "1.0").decode()
    assert "Superseded on" in page
    assert reverse("public:document", args=["policy", "1.1"]) in page
    assert "<h2>Aim</h2>" in page
    assert "&lt;b&gt;#strong[x]" in page
    words = " ".join(pdf_text(get("public:document_pdf", "policy", "1.0")).split())
    assert "Superseded on" in words
    assert "<b>#strong[x]</b> $y$" in words
    listing = get("public:documents").decode()
    assert listing.index(f"version {second.version}") < listing.index(f"version {first.version}")
    assert listing.count("In force") == 1
    assert "Not published yet." in listing
    assert Client().get(reverse("public:document", args=["policy", "9"])).status_code == 404


def events(content: bytes) -> list[dict[str, object]]:
    return [dict(event) for event in Calendar.from_ical(content).walk("VEVENT")]


def test_the_calendar_has_what_is_ahead_and_hears_of_cancellations(cast: Cast):
    ahead = make_deployment(status=Status.AUTHORISED, place="Market Square; north, side")
    make_deployment(status=Status.CLOSED)
    one = events(get("public:deployment_calendar", ahead.uuid))[0]

    lifecycle.cancel(ahead, by=cast.authorising_officer, reason="Called off.")
    later = events(get("public:calendar"))
    (again,) = [each for each in later if each["UID"] == f"urn:uuid:{ahead.uuid}"]

    assert (one["STATUS"], again["STATUS"]) == ("CONFIRMED", "CANCELLED")
    page = reverse("public:deployment", args=[ahead.uuid])
    assert one["URL"] == f"http://testserver{page}"
    assert one["LOCATION"] == "Market Square; north, side"
    assert one["DTSTART"].dt == ahead.starts_at.replace(microsecond=0)  # type: ignore[attr-defined]
    assert again["SEQUENCE"] > one["SEQUENCE"]  # type: ignore[operator]
    assert again["UID"] == one["UID"]


def test_the_calendar_hears_of_a_variation(cast: Cast):
    varied = make_deployment(status=Status.AUTHORISED)
    (before,) = events(get("public:calendar"))
    ends_at = varied.ends_at + timedelta(hours=1)
    with triggers_disabled("deployments_deployment"):
        Deployment.objects.filter(pk=varied.pk).update(
            ends_at=ends_at, terms_version=varied.terms_version + 1
        )

    (after,) = events(get("public:calendar"))

    assert after["SEQUENCE"] > before["SEQUENCE"]  # type: ignore[operator]
    assert after["DTEND"].dt == ends_at.replace(microsecond=0)  # type: ignore[attr-defined]


def test_the_calendar_hears_of_an_end_before_time(cast: Cast):
    ended = make_deployment(status=Status.ENDED)
    assert ended.ended_at is not None
    assert ended.ended_at < ended.ends_at

    (event,) = events(get("public:calendar"))

    assert event["DTEND"].dt == ended.ended_at.replace(microsecond=0)  # type: ignore[attr-defined]


def test_the_calendar_forgets_what_is_over(cast: Cast):
    ended = make_deployment(status=Status.CANCELLED)
    with_end_behind = make_deployment(
        starts_at=timezone.now() - timedelta(days=2), ends_at=timezone.now() - timedelta(days=1)
    )

    uids = {event["UID"] for event in events(get("public:calendar"))}

    assert uids == {f"urn:uuid:{ended.uuid}"}
    assert f"urn:uuid:{with_end_behind.uuid}" not in uids


def test_the_sheet_has_every_figure_and_runs_no_formula(cast: Cast):
    deployment = make_deployment(status=Status.ENDED, place='=HYPERLINK("http://evil","x")')
    publication.publish_result(deployment, COUNTS, profile_version="@embedded")

    text = get("public:csv").decode("utf-8-sig")
    (row,) = csv.DictReader(io.StringIO(text))

    assert row["place"] == '\'=HYPERLINK("http://evil","x")'
    assert row["model"] == "'@embedded"
    assert (row["result_faces_seen"], row["result_false_alerts"]) == ("4312", "2")
    assert row["result_outcomes"] == "arrest: 3; no_further_action: 1"
    assert row["starts_at"].endswith(("+00:00", "+01:00"))


@pytest.mark.parametrize("start", ["=", "+", "-", "@", " =", "  +", "＝", "＠"])
def test_no_cell_of_the_sheet_begins_a_formula(cast: Cast, start: str):
    place = f"{start}1"
    make_deployment(status=Status.AUTHORISED, place=place)

    text = get("public:csv").decode("utf-8-sig")
    (row,) = csv.DictReader(io.StringIO(text, newline=""))

    assert row["place"] == f"'{place}"


def test_the_api_pages_filters_and_says_what_it_answers(cast: Cast):
    ahead = make_deployment(
        status=Status.AUTHORISED,
        starts_at=timezone.now() + timedelta(days=1),
        ends_at=timezone.now() + timedelta(days=2),
    )
    over = make_deployment(status=Status.ENDED)
    publication.publish_result(over, COUNTS, profile_version="embedded-1")
    client, where = Client(), reverse("public:public_api:deployments")

    assert client.get(where).json()["count"] == 2
    for stage, found in (("announced", [ahead]), ("over", [over]), ("current", [])):
        answer = client.get(where, {"stage": stage}).json()
        assert [each["id"] for each in answer["deployments"]] == [str(d.uuid) for d in found]
    assert client.get(where, {"year": 2001}).json()["deployments"] == []
    assert client.get(where, {"page": 9}).json()["deployments"] == []
    assert client.get(where, {"page": 0}).status_code == 422
    result = client.get(reverse("public:public_api:deployment", args=[over.uuid])).json()["result"]
    assert result["false_alert_rate"] == pytest.approx(2 / 4312)
    assert result["false_alert_rate_low"] < 2 / 4312 < result["false_alert_rate_high"]


def answers_of(deployment: Deployment) -> list[tuple[str, dict[str, str | int], int]]:
    """Address as it is described, what to fill in, and the status."""
    root = reverse("public:public_api:deployments")
    one, nowhere = f"{root}/{{id}}", "00000000-0000-0000-0000-000000000000"
    return [
        (root, {"stage": "over", "page": 1}, 200),
        (root, {"year": 1}, 422),
        (one, {"id": str(deployment.uuid)}, 200),
        (one, {"id": nowhere}, 404),
        (reverse("public:public_api:retention"), {}, 200),
        (reverse("public:public_api:documents"), {}, 200),
    ]


def test_every_answer_is_as_described(cast: Cast):
    over = make_deployment(status=Status.ENDED)
    publication.publish_result(over, COUNTS, profile_version="embedded-1")
    make_deployment(status=Status.CANCELLED)
    make_policy_document()
    client = Client()
    description = client.get(reverse("public:openapi")).json()
    tried = set()

    for address, filled_in, status in answers_of(over):
        answer = client.get(address.format(**filled_in), filled_in)
        assert answer.status_code == status
        described = description["paths"][address]["get"]["responses"][str(status)]
        tried.add(address)
        if status == 200:
            schema = described["content"]["application/json"]["schema"]
            whole = schema | {"components": description["components"]}
            jsonschema.Draft202012Validator(whole).validate(answer.json())
    assert tried == set(description["paths"])


def test_the_description_and_the_page_name_each_address(cast: Cast):
    described = Client().get(reverse("public:openapi")).json()["paths"]
    page = get("public:open_data").decode()

    assert reverse("public:public_api:deployments") in described
    assert all(path in page for path in described)
    assert all(set(methods) == {"get"} for methods in described.values())
