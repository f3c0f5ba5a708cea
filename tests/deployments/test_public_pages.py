"""What the public sees: notices, results, how it works; and what it never sees."""

import re

import pytest
from django.test import Client, override_settings
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from deployments import lifecycle, publication
from deployments.applications import withhold_notice
from deployments.enums import Category, Status
from deployments.models import Deployment
from deployments.publication import Counts
from deployments.retention import RULES
from deployments.wording import period_in_words
from tests.factories import Cast, make_deployment
from tests.tampering import force_status

HIDDEN = (Status.DRAFT, Status.SUBMITTED, Status.RETURNED, Status.REFUSED)
SHOWN = tuple(status for status in Status if status not in HIDDEN)
COUNTS = Counts(
    watchlist_size=12,
    faces_seen=4312,
    alerts=9,
    true_alerts=6,
    false_alerts=2,
    undecided_alerts=1,
    engagements=5,
    outcomes={"arrest": 3, "no_further_action": 1},
)


def read(address: str) -> str:
    """As a stranger without cookies."""
    return Client().get(address).content.decode()


def page_of(deployment: Deployment) -> str:
    return reverse("public:deployment", args=[deployment.uuid])


@pytest.mark.parametrize("status", SHOWN)
def test_a_published_deployment_has_a_page(cast: Cast, status: Status):
    deployment = make_deployment(status=status, place="Market Square")

    assert "Market Square" in read(page_of(deployment))
    assert page_of(deployment) in read("/")


@pytest.mark.parametrize("status", HIDDEN)
def test_what_is_not_authorised_does_not_leak(cast: Cast, status: Status):
    deployment = make_deployment(status=status, place="Secret Lane", title="Secret plan")

    assert Client().get(page_of(deployment)).status_code == 404
    for address in ("/", "/feed.atom"):
        body = read(address)
        assert "Secret" not in body
        assert str(deployment.uuid) not in body


def test_a_withheld_notice_appears_afterwards_with_that_fact(cast: Cast):
    deployment = make_deployment(status=Status.SUBMITTED, place="Quiet Street")
    withhold_notice(deployment, by=cast.authorising_officer, reason="A threat to a witness.")
    deployment = lifecycle.authorise(deployment, by=cast.authorising_officer, reasons="Necessary.")
    assert "Quiet Street" not in read("/")
    assert Client().get(page_of(deployment)).status_code == 404

    force_status(deployment, Status.LIVE)
    lifecycle.end(deployment, by=cast.alice, reason="Purpose met.")
    deployment.refresh_from_db()
    publication.publish_result(deployment, COUNTS, profile_version="embedded 1")

    body = read(page_of(deployment))
    assert "withheld beforehand" in body
    assert "threat" not in body
    assert "Quiet Street" in read("/")


def test_a_cancelled_deployment_is_marked_so(cast: Cast):
    deployment = make_deployment(status=Status.CANCELLED)

    assert "This deployment was cancelled." in read(page_of(deployment))
    assert "Cancelled" in read("/")


def test_the_notice_gives_date_place_times_purpose_and_threshold(cast: Cast):
    deployment = make_deployment(status=Status.AUTHORISED, threshold=0.613, place="High Street")

    body = read(page_of(deployment))

    for words in (
        "High Street",
        deployment.starts_at.astimezone().strftime("%Y"),
        str(Category.WANTED_BY_COURTS.label),
        str(Category.MISSING_AT_RISK.label),
        "0.613",
        "embedded",
        "Seed Constabulary",
    ):
        assert words in body


@pytest.mark.parametrize(
    ("records_cctv", "words"), [(True, "erased after 31 days"), (False, "Not recorded")]
)
def test_whether_cctv_is_recorded_is_said(cast: Cast, records_cctv: bool, words: str):
    deployment = make_deployment(status=Status.AUTHORISED, records_cctv=records_cctv)

    assert words in read(page_of(deployment))


def test_cameras_names_and_people_are_not_public(cast: Cast):
    deployment = make_deployment(status=Status.LIVE)
    camera = deployment.cameras.get()
    entry = deployment.entries.get()

    for address in ("/", "/feed.atom", page_of(deployment)):
        body = read(address)
        for secret in (
            camera.name,
            camera.location,
            entry.reference,
            entry.name,
            "Okafor",
            "Marsh",
        ):
            assert secret not in body


def test_the_result_gives_every_figure(cast: Cast):
    deployment = make_deployment(status=Status.ENDED, threshold=0.61)
    publication.publish_result(deployment, COUNTS, profile_version="embedded 1")

    text = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", read(page_of(deployment))))

    for words in (
        "Faces seen 4,312",
        "People on the watchlist 12",
        "Alerts 9",
        "People spoken to 5",
        "True alerts: 6",
        "False alerts: 2",
        "Not decided: 1",
        "1 in 2,156 faces seen",
        "Arrest: 3",
        "No further action: 1",
        "Face-match threshold 0.61",
        "Model embedded 1",
    ):
        assert words in text
    assert "4,312" in read("/")


def test_a_result_without_alerts_says_what_the_numbers_cannot_exclude(cast: Cast):
    deployment = make_deployment(status=Status.ENDED)
    none = Counts(5, 3000, 0, 0, 0, 0, 0, {})
    publication.publish_result(deployment, none, profile_version="embedded 1")

    body = read(page_of(deployment))

    assert "There was no alert." in body
    assert "a rate of up to 1 in 1,002 cannot be excluded" in body


def test_how_long_data_is_kept_comes_from_the_retention_table(cast: Cast):
    body = read(reverse("public:data"))

    for rule in RULES.values():
        assert rule.what.replace("'", "&#x27;") in body
        assert rule.ground.replace("'", "&#x27;") in body
        if rule.period:
            assert period_in_words(rule.period) in body


@override_settings(RETENTION_PERIODS_S={"watchlist": 7200}, NOTICE_LEAD_DAYS=4)
def test_policy_changes_what_is_said(cast: Cast):
    assert "2 hours after the end of the deployment" in read(reverse("public:data"))
    assert "(shortened by policy)" in read(reverse("public:data"))
    assert "at least 4 days ahead" in read(reverse("public:how"))


@pytest.mark.parametrize("is_signed_in", [False, True])
def test_public_pages_ask_nobody_who_they_are(cast: Cast, is_signed_in: bool):
    """No cookie, no script, no variation by cookie, cacheable: the same bytes for everyone."""
    deployment = make_deployment(status=Status.LIVE)
    client = Client()
    if is_signed_in:
        client.force_login(cast.alice)

    for address in ("/", reverse("public:how"), page_of(deployment), "/feed.atom"):
        response = client.get(address)

        assert not response.cookies
        assert "Cookie" not in response.get("Vary", "")
        assert "public" in response["Cache-Control"]
        assert "max-age=60" in response["Cache-Control"]
        assert "<script" not in response.content.decode()
        assert "Alice" not in response.content.decode()


@pytest.mark.parametrize("name", ["public:home", "public:how", "public:feed"])
def test_public_pages_take_few_queries(
    cast: Cast, name: str, django_assert_max_num_queries: DjangoAssertNumQueries
):
    for status in (Status.AUTHORISED, Status.LIVE, Status.ENDED, Status.CLOSED):
        make_deployment(status=status)
    client = Client()
    client.force_login(cast.alice)

    with django_assert_max_num_queries(5):
        client.get(reverse(name))


def test_a_deployments_page_takes_few_queries(
    cast: Cast, django_assert_max_num_queries: DjangoAssertNumQueries
):
    deployment = make_deployment(status=Status.CLOSED)

    with django_assert_max_num_queries(5):
        read(page_of(deployment))


def test_pages_are_only_read(cast: Cast):
    assert Client().post("/").status_code == 405


def test_the_feed_is_atom_with_stable_ids(cast: Cast):
    notice = make_deployment(status=Status.AUTHORISED, place="Market Square")
    closed = make_deployment(status=Status.CLOSED, place="Station Road")

    response = Client().get(reverse("public:feed"))

    body = response.content.decode()
    assert response["Content-Type"].startswith("application/atom+xml")
    assert f"urn:uuid:{notice.uuid}" in body
    assert "Notice: Market Square" in body
    assert "Result: Station Road" in body
    assert page_of(closed) in body
