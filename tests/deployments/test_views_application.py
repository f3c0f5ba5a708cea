"""Writing an application through the form."""

import json

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from deployments.applications import withhold_notice
from deployments.enums import AuditKind, Status
from deployments.lifecycle import Refused
from deployments.models import AuditEvent, Deployment
from tests.deployments.application_data import filled_in
from tests.factories import Cast, make_camera, make_deployment

APPLY = "/deployments/new/"


def test_only_applicants_reach_the_form(client: Client, cast: Cast):
    client.force_login(cast.alice)

    response = client.get(APPLY)

    assert response.status_code == 403
    assert "Only applicants write applications." in response.content.decode()


def test_the_form_offers_the_force_and_the_threshold_of_the_settings(
    client: Client, cast: Cast, settings: Settings
):
    settings.FORCE_NAME, settings.DEFAULT_THRESHOLD = "Seed Constabulary", 0.77
    client.force_login(cast.applicant)

    form = client.get(APPLY).context["form"]

    assert form["controller_force"].value() == "Seed Constabulary"
    assert form["threshold"].value() == 0.77


def test_a_complete_application_is_submitted_and_audited(client: Client, cast: Cast):
    camera = make_camera()
    client.force_login(cast.applicant)

    response = client.post(APPLY, filled_in(camera))

    deployment = Deployment.objects.get()
    assert response["Location"] == reverse("deployments:detail", args=[deployment.uuid])
    assert deployment.status == Status.SUBMITTED
    assert deployment.applicant == cast.applicant
    assert list(deployment.cameras.all()) == [camera]
    assert deployment.threshold == 0.62
    written = AuditEvent.objects.get(action="application.written")
    assert (written.kind, written.actor) == (AuditKind.ALTERATION, "applicant")
    assert "cameras" in json.loads(written.details)["fields"]


def test_a_draft_may_be_unfinished(client: Client, cast: Cast):
    client.force_login(cast.applicant)
    unfinished = filled_in(make_camera(), action="draft", necessity="", categories=[], cameras=[])

    client.post(APPLY, unfinished)

    deployment = Deployment.objects.get()
    assert deployment.status == Status.DRAFT
    assert deployment.necessity == ""


def test_an_unfinished_application_is_not_submitted(client: Client, cast: Cast):
    client.force_login(cast.applicant)

    response = client.post(APPLY, filled_in(make_camera(), necessity=""))

    assert response.status_code == 200
    assert response.context["form"].errors == {"necessity": ["Say why it is necessary."]}
    assert not Deployment.objects.exists()


def test_submitting_an_unfinished_draft_says_what_is_missing(client: Client, cast: Cast):
    draft = make_deployment(proportionality="", categories=[])
    client.force_login(cast.applicant)

    response = client.post(reverse("deployments:submit", args=[draft.uuid]), follow=True)

    assert "who is sought, why it is proportionate" in response.content.decode()
    draft.refresh_from_db()
    assert draft.status == Status.DRAFT


def test_a_draft_without_cameras_stays_a_draft(client: Client, cast: Cast):
    draft = make_deployment()
    draft.cameras.clear()
    client.force_login(cast.applicant)

    response = client.post(reverse("deployments:submit", args=[draft.uuid]), follow=True)

    assert "Choose at least one camera" in response.content.decode()


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({"categories": ["anybody_of_interest"]}, "categories", "not one of the available"),
        ({"place_ground": "somewhere"}, "place_ground", "not one of the available"),
        ({"ends_at": "2020-01-01T10:00", "starts_at": "2020-01-01T09:00"}, "ends_at", "already"),
        ({"starts_at": "2049-01-01T10:00"}, "ends_at", "must be after the start"),
        ({"starts_at": "tomorrow"}, "starts_at", "valid date/time"),
        ({"threshold": "1.5"}, "threshold", "less than or equal"),
        ({"threshold": "nan"}, "threshold", "Enter a number"),
        ({"watchlist_cap": "0"}, "watchlist_cap", "greater than or equal"),
        ({"watchlist_cap": "999999"}, "watchlist_cap", "Policy allows at most 20,000"),
        ({"profile": "another"}, "profile", "not one of the available"),
        ({"cameras": ["999999"]}, "cameras", "not one of the available"),
    ],
)
def test_mistakes_are_said_in_words(
    client: Client, cast: Cast, changes: dict[str, object], field: str, words: str
):
    client.force_login(cast.applicant)

    response = client.post(APPLY, filled_in(make_camera(), **changes))

    assert words in response.context["form"].errors[field][0]
    assert not Deployment.objects.exists()


def test_times_are_london_times(client: Client, cast: Cast):
    client.force_login(cast.applicant)
    summer = filled_in(
        make_camera(), starts_at="2048-07-01T10:00", ends_at="2048-07-01T12:00", action="draft"
    )

    client.post(APPLY, summer)

    assert Deployment.objects.get().starts_at.isoformat() == "2048-07-01T09:00:00+00:00"


def test_a_returned_application_is_changed_and_submitted_again(client: Client, cast: Cast):
    returned = make_deployment(status=Status.RETURNED)
    client.force_login(cast.applicant)
    address = reverse("deployments:edit", args=[returned.uuid])
    assert "Name the streets." in client.get(address).content.decode()

    client.post(address, filled_in(make_camera(), place="Station Road, from 1 to 60"))

    returned.refresh_from_db()
    assert returned.status == Status.SUBMITTED
    assert returned.place == "Station Road, from 1 to 60"
    changed = json.loads(AuditEvent.objects.get(action="application.changed").details)
    assert {"place", "cameras"} <= set(changed["fields"])


@pytest.mark.parametrize("status", [Status.SUBMITTED, Status.AUTHORISED, Status.LIVE])
def test_a_submitted_application_is_not_edited(client: Client, cast: Cast, status: Status):
    deployment = make_deployment(status=status)
    client.force_login(cast.applicant)

    response = client.post(
        reverse("deployments:edit", args=[deployment.uuid]), filled_in(make_camera(), title="New")
    )

    assert response.status_code == 403
    deployment.refresh_from_db()
    assert deployment.title != "New"


def test_another_applicant_does_not_edit(client: Client, cast: Cast):
    returned = make_deployment(status=Status.RETURNED)
    client.force_login(cast.second_superintendent)

    for name in ("edit", "submit"):
        response = client.post(reverse(f"deployments:{name}", args=[returned.uuid]))
        assert response.status_code == 403


def test_the_notice_is_withheld_only_by_who_decides_and_with_a_reason(cast: Cast):
    submitted = make_deployment(status=Status.SUBMITTED)

    with pytest.raises(Refused, match="Only the officer"):
        withhold_notice(submitted, by=cast.alice, reason="A threat.")
    with pytest.raises(Refused, match="in writing"):
        withhold_notice(submitted, by=cast.authorising_officer, reason=" ")
