"""One deployment's page, and the pages that say no."""

from unittest import mock

import pytest
from django.core.exceptions import SuspiciousOperation
from django.test import Client, override_settings
from django.urls import reverse
from django.utils.html import escape
from django.views.defaults import bad_request, server_error
from pytest_django import DjangoAssertNumQueries

from deployments import start_checks
from deployments.enums import Status
from deployments.models import Deployment
from deployments.views import checks
from tests.factories import Cast, make_deployment

pytestmark = pytest.mark.usefixtures("recognition_worker")


def page(client: Client, deployment: Deployment) -> str:
    return client.get(reverse("deployments:detail", args=[deployment.uuid])).content.decode()


@pytest.mark.parametrize("status", Status)
def test_the_page_stands_in_every_status_for_everyone(client: Client, cast: Cast, status: Status):
    deployment = make_deployment(status=status)
    for username, person in cast.everyone().items():
        client.force_login(person)

        response = client.get(reverse("deployments:detail", args=[deployment.uuid]))

        may_see = username != "charlie" and (status != Status.DRAFT or username == "applicant")
        assert response.status_code == (200 if may_see else 404), username


def test_a_page_takes_few_queries(
    client: Client, cast: Cast, django_assert_max_num_queries: DjangoAssertNumQueries
):
    deployment = make_deployment(status=Status.READY, entries=8)
    client.force_login(cast.alice)

    # Within a test's transaction each check costs two more, for its savepoint.
    with django_assert_max_num_queries(40 + 2 * 20):
        page(client, deployment)


def test_checks_are_shown_with_their_evidence(client: Client, cast: Cast):
    deployment = make_deployment(status=Status.AUTHORISED)
    client.force_login(cast.watchlist_manager)

    body = page(client, deployment)

    for check in start_checks.run_checks(deployment, stage=Status.READY):
        assert check.name in body
        assert escape(check.evidence) in body
    assert '<li class="failed">' in body
    assert '<li class="passed">' in body


def test_checks_are_not_run_for_those_who_cannot_act_on_them(client: Client, cast: Cast):
    deployment = make_deployment(status=Status.READY)
    client.force_login(cast.auditor)

    with mock.patch.object(checks, "run_checks") as run_checks:
        assert "Checks before the next step" not in page(client, deployment)
    run_checks.assert_not_called()


def test_consoles_are_linked_for_those_who_use_them(client: Client, cast: Cast):
    deployment = make_deployment(status=Status.LIVE)
    console = reverse("alerts:console", args=[deployment.uuid])
    handheld = reverse("alerts:handheld", args=[deployment.uuid])

    client.force_login(cast.alice)
    assert console in page(client, deployment)
    assert handheld not in page(client, deployment)

    client.force_login(cast.engagement_officer)
    assert console not in page(client, deployment)
    assert handheld in page(client, deployment)


def test_the_decision_its_officer_and_the_history_are_shown(client: Client, cast: Cast):
    deployment = make_deployment(status=Status.SUSPENDED)
    client.force_login(cast.auditor)

    body = page(client, deployment)

    assert "Superintendent Okafor" in body
    assert "Necessary." in body
    assert "A camera was moved." in body


def test_due_dates_and_erasures_are_shown_afterwards(client: Client, cast: Cast):
    client.force_login(cast.auditor)

    ended = page(client, make_deployment(status=Status.ENDED))
    assert "Watchlist entries and their images" in ended
    assert "Due " in ended

    closed = page(client, make_deployment(status=Status.CLOSED, entries=3))
    assert "3 erased on" in closed


@override_settings(RETENTION_PERIODS_S={"alert": 180})
def test_a_shortened_period_is_marked(client: Client, cast: Cast):
    client.force_login(cast.auditor)

    body = page(client, make_deployment(status=Status.LIVE))

    assert "3 minutes after the end of the deployment (shortened by policy)" in body


def test_what_people_wrote_is_text(client: Client, cast: Cast):
    deployment = make_deployment(status=Status.LIVE, necessity="<script>alert(1)</script>")
    client.force_login(cast.auditor)

    assert "<script>alert" not in page(client, deployment)


def test_a_page_that_is_not_there_says_so_in_words(client: Client, db: None):
    response = client.get("/nothing-here/")

    assert response.status_code == 404
    assert "There is no such page" in response.content.decode()


def test_a_fault_has_a_page_that_needs_nothing(client: Client, cast: Cast):
    request = client.get("/").wsgi_request

    assert b"Something went wrong" in server_error(request).content
    assert b"cannot be read" in bad_request(request, SuspiciousOperation()).content


@override_settings(DEMO=True, RETENTION_PERIODS_S={"alert": 180, "watchlist": 60})
def test_the_demo_says_what_it_relaxes(client: Client, cast: Cast):
    body = client.get(reverse("sign_in")).content.decode()

    assert "All people are synthetic." in body
    assert "The second factor at sign-in is turned off." in body
    assert "watchlist entries and their images, 1 minute" in body
    assert "3 minutes" in body


@pytest.mark.parametrize(
    ("who", "start"),
    [("auditor", "admin:index"), ("system_administrator", "admin:index")]
    + [(who, "deployments:list") for who in ("applicant", "alice", "charlie")],
)
def test_each_person_starts_where_their_work_is(client: Client, cast: Cast, who: str, start: str):
    client.force_login(cast.everyone()[who])

    assert client.get(reverse("home"))["Location"] == reverse(start)


def test_no_page_carries_inline_script_or_style(client: Client, cast: Cast):
    """The content security policy would refuse them."""
    client.force_login(cast.alice)
    deployment = make_deployment(status=Status.LIVE)

    watchlist = reverse("deployments:watchlist", args=[deployment.uuid])
    for address in (reverse("deployments:list"), watchlist):
        body = client.get(address).content.decode()
        assert "style=" not in body
        assert " onclick=" not in body
        assert "<style" not in body
        assert body.count("<script") == body.count("<script src=") + body.count(
            '<script type="module" src='
        )
