"""The list of deployments: who sees what, and what waits for whom."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from deployments import urgent, variations
from deployments.enums import Rank, Role, Status, TrainingKind
from deployments.models import Deployment, User
from tests.factories import Cast, lose_training, make_deployment, make_variation, train


def test_signing_in_comes_first(client: Client, db: None):
    response = client.get(reverse("deployments:list"))

    assert response.status_code == 302
    assert response["Location"].startswith(reverse("sign_in"))


def test_a_person_without_a_role_is_told_so(client: Client, cast: Cast):
    client.force_login(cast.charlie)

    response = client.get(reverse("deployments:list"))

    assert response.status_code == 403
    assert "Your account has no role yet." in response.content.decode()


def test_a_draft_is_shown_to_its_applicant_only(client: Client, cast: Cast):
    draft = make_deployment(title="Unspoken plan")

    client.force_login(cast.alice)
    assert "Unspoken plan" not in client.get(reverse("deployments:list")).content.decode()
    assert client.get(reverse("deployments:detail", args=[draft.uuid])).status_code == 404

    client.force_login(cast.applicant)
    assert "Unspoken plan" in client.get(reverse("deployments:list")).content.decode()


@pytest.mark.parametrize(
    ("who", "status", "group"),
    [
        ("authorising_officer", Status.SUBMITTED, "To decide"),
        ("watchlist_manager", Status.AUTHORISED, "To build a watchlist for"),
        ("alice", Status.READY, "To run"),
        ("alice", Status.LIVE, "To run"),
        ("engagement_officer", Status.LIVE, "In the field"),
        ("applicant", Status.RETURNED, "To finish"),
    ],
)
def test_what_waits_for_a_person_comes_first(
    client: Client, cast: Cast, who: str, status: Status, group: str
):
    deployment = make_deployment(status=status)
    client.force_login(cast.everyone()[who])

    waiting = client.get(reverse("deployments:list")).context["waiting"]

    assert [(found.title, found.deployments) for found in waiting] == [(group, [deployment])]


def test_an_application_does_not_wait_for_its_own_applicant(client: Client, cast: Cast):
    make_deployment(status=Status.SUBMITTED, applicant=cast.second_superintendent)
    client.force_login(cast.second_superintendent)

    assert client.get(reverse("deployments:list")).context["waiting"] == []


def groups_of(client: Client, user: User) -> dict[str, list[Deployment]]:
    client.force_login(user)
    waiting = client.get(reverse("deployments:list")).context["waiting"]
    return {group.title: group.deployments for group in waiting}


def test_an_open_variation_waits_for_whoever_may_decide_it(client: Client, cast: Cast):
    deployment = make_deployment(status=Status.LIVE, applicant=cast.second_superintendent)
    variation = make_variation(deployment, threshold=0.7)
    expected = {"Changes to decide": [deployment]}

    assert groups_of(client, cast.authorising_officer) == expected
    for other in (cast.second_superintendent, cast.applicant, cast.auditor):
        assert groups_of(client, other) == {}
    variations.withdraw(variation, by=cast.second_superintendent)
    assert groups_of(client, cast.authorising_officer) == {}


def test_who_lost_their_training_has_nothing_to_decide(client: Client, cast: Cast):
    make_variation(make_deployment(status=Status.LIVE), threshold=0.7)
    make_deployment(status=Status.SUBMITTED)
    lose_training(cast.authorising_officer)

    assert groups_of(client, cast.authorising_officer) == {}


def test_an_urgent_authority_waits_for_its_review(client: Client, cast: Cast, urgent_route: None):
    deployment = make_deployment(status=Status.SUBMITTED)
    inspector = User.objects.create(
        username="duty_inspector", rank=Rank.INSPECTOR, roles=[Role.AUTHORISING_OFFICER]
    )
    train(inspector, TrainingKind.AUTHORISING_OFFICER)

    assert groups_of(client, inspector) == {"To decide": [deployment]}
    urgent.authorise(deployment, by=inspector, reasons="They were seen ten minutes ago.")
    assert groups_of(client, inspector) == {}
    assert groups_of(client, cast.authorising_officer) == {"To review": [deployment]}
    urgent.confirm(deployment, by=cast.authorising_officer, reasons="I agree.")
    assert groups_of(client, cast.second_superintendent) == {}


def test_filters_narrow_the_list(client: Client, cast: Cast):
    make_deployment(status=Status.SUBMITTED, title="Harbour", place="Harbour Road")
    make_deployment(status=Status.AUTHORISED, title="Market", place="Market Square")
    client.force_login(cast.auditor)

    def titles(**query: str) -> list[str]:
        page = client.get(reverse("deployments:list"), query).context["page"]
        return [deployment.title for deployment in page]

    assert titles(q="harbour") == ["Harbour"]
    assert titles(q="square") == ["Market"]
    assert titles(status=Status.SUBMITTED) == ["Harbour"]
    assert titles(q="nowhere") == []
    assert set(titles(status="no such status")) == {"Harbour", "Market"}


def test_an_empty_list_says_how_to_begin(client: Client, cast: Cast):
    client.force_login(cast.applicant)

    body = client.get(reverse("deployments:list")).content.decode()

    assert "There are no deployments yet." in body
    assert reverse("deployments:apply") in body


def test_the_number_of_queries_does_not_grow_with_the_rows(client: Client, cast: Cast):
    client.force_login(cast.alice)
    make_deployment(status=Status.READY)
    few = _queries(client)
    for _ in range(4):
        make_deployment(status=Status.READY)

    assert _queries(client) == few


def test_the_number_of_queries_of_an_officer_does_not_grow_either(client: Client, cast: Cast):
    client.force_login(cast.authorising_officer)
    make_deployment(status=Status.SUBMITTED)
    make_variation(make_deployment(status=Status.AUTHORISED), threshold=0.7)
    few = _queries(client)
    for _ in range(2):
        make_deployment(status=Status.SUBMITTED)
        make_variation(make_deployment(status=Status.AUTHORISED), threshold=0.7)

    assert _queries(client) == few


def _queries(client: Client) -> int:
    with CaptureQueriesContext(connection) as captured:
        client.get(reverse("deployments:list"))
    return len(captured)
