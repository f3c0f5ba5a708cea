"""Deciding through the page."""

import pytest
from django.test import Client
from django.urls import reverse

from deployments.enums import Status
from deployments.models import AuditEvent, Deployment
from tests.factories import Cast, make_deployment


def decide(client: Client, deployment: Deployment, **data: str):
    address = reverse("deployments:decide", args=[deployment.uuid])
    return client.post(address, {"reasons": "Necessary and proportionate."} | data, follow=True)


@pytest.mark.parametrize(
    ("decision", "status"),
    [
        ("authorise", Status.AUTHORISED),
        ("refuse", Status.REFUSED),
        ("return", Status.RETURNED),
    ],
)
def test_each_decision_is_taken_with_its_reasons(
    client: Client, cast: Cast, decision: str, status: Status
):
    deployment = make_deployment(status=Status.SUBMITTED)
    client.force_login(cast.authorising_officer)

    decide(client, deployment, decision=decision)

    deployment.refresh_from_db()
    assert deployment.status == status
    last = deployment.status_changes.last()
    assert last is not None
    assert last.reason == "Necessary and proportionate."


def test_the_second_of_two_who_decide_is_told_who_was_first(client: Client, cast: Cast):
    deployment = make_deployment(status=Status.SUBMITTED)
    client.force_login(cast.authorising_officer)
    decide(client, deployment, decision="refuse")
    client.force_login(cast.second_superintendent)

    page = decide(client, deployment, decision="authorise").content.decode()

    assert f"{cast.authorising_officer} was first: refused on " in page
    assert "Your decision is not recorded." in page
    deployment.refresh_from_db()
    assert (deployment.status, deployment.decided_by) == (Status.REFUSED, cast.authorising_officer)


def test_authorising_publishes_the_notice(client: Client, cast: Cast):
    deployment = make_deployment(status=Status.SUBMITTED)
    client.force_login(cast.authorising_officer)

    decide(client, deployment, decision="authorise")

    deployment.refresh_from_db()
    assert deployment.published_at is not None
    assert Client().get(reverse("public:deployment", args=[deployment.uuid])).status_code == 200


def test_a_withheld_notice_is_not_published(client: Client, cast: Cast):
    deployment = make_deployment(status=Status.SUBMITTED)
    client.force_login(cast.authorising_officer)

    decide(
        client, deployment, decision="authorise", withhold_notice_reason="A threat to a witness."
    )

    deployment.refresh_from_db()
    assert deployment.status == Status.AUTHORISED
    assert deployment.notice_withheld_reason == "A threat to a witness."
    assert deployment.published_at is None
    assert AuditEvent.objects.get(action="notice.withheld").reason == "A threat to a witness."


def test_withholding_comes_to_nothing_where_the_authority_is_refused(client: Client, cast: Cast):
    """One transaction: no trace of the withholding without the authority it belongs to."""
    deployment = make_deployment(status=Status.SUBMITTED, applicant=cast.second_superintendent)
    client.force_login(cast.second_superintendent)

    response = decide(client, deployment, decision="authorise", withhold_notice_reason="A threat.")

    assert "Only the officer who decides" in response.content.decode()
    deployment.refresh_from_db()
    assert deployment.notice_withheld_reason == ""
    assert not AuditEvent.objects.filter(action="notice.withheld").exists()


def test_the_applicant_cannot_decide_their_own_application(client: Client, cast: Cast):
    deployment = make_deployment(status=Status.SUBMITTED, applicant=cast.second_superintendent)
    client.force_login(cast.second_superintendent)

    response = decide(client, deployment, decision="authorise")

    assert "The applicant cannot decide their own application." in response.content.decode()
    assert 'name="decision"' not in response.content.decode()
    deployment.refresh_from_db()
    assert deployment.status == Status.SUBMITTED


@pytest.mark.parametrize("who", ["applicant", "alice", "watchlist_manager", "auditor"])
def test_nobody_else_decides(client: Client, cast: Cast, who: str):
    deployment = make_deployment(status=Status.SUBMITTED)
    client.force_login(cast.everyone()[who])

    response = decide(client, deployment, decision="authorise")

    assert response.context["decision"] is None
    deployment.refresh_from_db()
    assert deployment.status == Status.SUBMITTED


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({"decision": "authorise", "reasons": " "}, "A decision needs its reasons."),
        ({"decision": ""}, "Choose what you decide."),
        ({"decision": "postpone"}, "not one of the available choices"),
    ],
)
def test_an_incomplete_decision_keeps_what_was_written(
    client: Client, cast: Cast, data: dict[str, str], words: str
):
    deployment = make_deployment(status=Status.SUBMITTED)
    client.force_login(cast.authorising_officer)

    response = decide(client, deployment, withhold_notice_reason="Kept text.", **data)

    body = response.content.decode()
    assert words in body
    assert "Kept text." in body
    deployment.refresh_from_db()
    assert deployment.status == Status.SUBMITTED


def test_a_decision_needs_a_csrf_token_and_a_post(cast: Cast):
    deployment = make_deployment(status=Status.SUBMITTED)
    client = Client(enforce_csrf_checks=True)
    client.force_login(cast.authorising_officer)
    address = reverse("deployments:decide", args=[deployment.uuid])

    assert client.post(address, {"decision": "authorise", "reasons": "Yes."}).status_code == 403
    assert client.get(address).status_code == 405
