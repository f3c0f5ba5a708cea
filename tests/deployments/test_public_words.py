"""The pages say what the system does (I10): a rule or a setting that changes changes the words."""

import html
import re
from dataclasses import replace
from datetime import timedelta

import pytest
from django.test import Client, override_settings
from django.urls import reverse
from pytest_django.fixtures import Settings

from deployments import retention, urgent
from deployments.enums import Rank, Status
from tests.deployments.test_public_leaks import pdf_text
from tests.deployments.test_urgent import inspector
from tests.factories import Cast, make_deployment

HOUR = 3600


def read(name: str, *args: object) -> str:
    """The words of the page, without marks and breaks."""
    body = Client().get(reverse(name, args=args)).content.decode()
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", body)))


def test_another_period_in_the_table_is_another_on_every_page(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
):
    rule = retention.RULES["unmatched_face"]
    monkeypatch.setitem(
        retention.RULES, "unmatched_face", replace(rule, default=timedelta(seconds=7))
    )
    deployment = make_deployment(status=Status.AUTHORISED)

    assert "Within 7 seconds" in read("public:data")
    assert "within 7 seconds it is gone" in read("public:rights")
    assert "destroyed within 7 seconds" in read("public:deployment", deployment.uuid)


def test_a_policy_that_shortens_is_on_every_page(cast: Cast, settings: Settings):
    settings.RETENTION_PERIODS_S = {"alert": 3 * HOUR, "watchlist": 2 * HOUR, "false_alert": HOUR}

    assert read("public:data").count("3 hours after the end of the deployment") == 2
    assert "2 hours after the end of the deployment" in read("public:data")
    assert "others 3 hours after the end" in read("public:rights")
    assert "dismissed 1 hour after the operator's decision" in read("public:rights")


def test_a_new_kind_of_data_stands_on_the_page(cast: Cast, monkeypatch: pytest.MonkeyPatch):
    rule = replace(retention.RULES["alert"], kind="new", what="Something new", models=())
    monkeypatch.setitem(retention.RULES, "new", rule)

    assert "Something new" in read("public:data")
    answer = Client().get(reverse("public:public_api:retention")).json()
    assert answer[-1] == {
        "kind": "new",
        "what": "Something new",
        "kept_for": "24 hours after the end of the deployment",
        "seconds": 86_400,
        "ground": rule.ground,
    }


@override_settings(
    FORCE_NAME="Other Constabulary",
    CONTACT_PHONE="0100 555 0101",
    CONTACT_EMAIL="ask@other.example",
    DPO_EMAIL="dpo@other.example",
    COMPLAINTS_URL="https://other.example/complain",
    WATCHLIST_CAP=321,
    NOTICE_LEAD_DAYS=9,
    RECOGNITION_PROFILE="cpu",
    DEFAULT_THRESHOLD=0.4321,
)
def test_settings_are_said_where_they_matter(cast: Cast):
    rights, how = read("public:rights"), read("public:how")
    links = Client().get(reverse("public:rights")).content.decode()

    for words in ("Other Constabulary", "0100 555 0101", "ask@other.example", "dpo@other.example"):
        assert words in rights
    assert "https://other.example/complain" in links
    for words in ("at most 321 people", "at least 9 days ahead", "cpu", "0.4321"):
        assert words in how
    assert "at most 321 people" in read("public:data")


def test_without_contacts_the_pages_still_say_whom_to_ask(cast: Cast, settings: Settings):
    settings.FORCE_NAME = "Other Constabulary"

    rights = read("public:rights")

    assert "Telephone 101" in rights
    assert "By post: The headquarters of Other Constabulary" in rights


def test_an_urgent_route_is_told_wherever_authority_is(cast: Cast, settings: Settings):
    settings.URGENT_ROUTE = False
    assert "urgent" not in read("public:home") + read("public:how")
    settings.URGENT_ROUTE, settings.URGENT_RANK = True, Rank.CHIEF_INSPECTOR
    settings.URGENT_WINDOW_HOURS, settings.URGENT_REVIEW_HOURS = 7, 3

    assert "of the rank of chief inspector or above" in read("public:home")
    how = read("public:how")
    assert "at most 7 hours" in how
    assert "reviews it within 3 hours" in how
    assert "of the rank of chief inspector or above" in leaflet()


def leaflet(*args: object) -> str:
    name = "public:deployment_print" if args else "public:print"
    content = Client().get(reverse(name, args=[*args, "leaflet"])).content
    return " ".join(pdf_text(content).split())


def test_the_leaflet_of_an_urgent_deployment_says_who_authorised_it(cast: Cast, urgent_route: None):
    found = urgent.authorise(
        make_deployment(status=Status.SUBMITTED), by=inspector(), reasons="Seen ten minutes ago."
    )
    ordinary = make_deployment(status=Status.AUTHORISED)

    assert "an officer below superintendent who did not apply" in leaflet(found.uuid)
    assert "A superintendent or above who did not apply" in leaflet(ordinary.uuid)


def test_how_to_ask_for_footage_stands_with_the_period_in_force(db: None, settings: Settings):
    settings.RETENTION_PERIODS_S = {"footage": 3 * 86400}

    rights = read("public:rights")

    assert "it is kept for 3 days" in rights
    assert "a copy in which everybody else is hidden" in rights
