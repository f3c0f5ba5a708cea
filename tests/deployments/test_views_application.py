"""Writing an application through its steps."""

import json
from datetime import timedelta
from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import Settings

from deployments.application_steps import STEPS
from deployments.applications import withhold_notice
from deployments.enums import AuditKind, Status
from deployments.lifecycle import Refused
from deployments.models import AuditEvent, Deployment
from deployments.zones import Zone, zone_of
from tests.deployments.application_data import (
    APPLY,
    address,
    filled_in,
    write_all,
    zone_of_camera,
)
from tests.factories import (
    Cast,
    make_camera,
    make_deployment,
    make_policy_document,
)


def submit(client: Client, deployment: Deployment) -> str:
    response = client.post(reverse("deployments:submit", args=[deployment.uuid]), follow=True)
    deployment.refresh_from_db()
    return response.content.decode()


def test_only_applicants_reach_the_form(client: Client, cast: Cast):
    client.force_login(cast.alice)

    response = client.get(APPLY)

    assert response.status_code == 403
    assert "Only applicants write applications." in response.content.decode()


def test_the_form_starts_from_the_force_and_the_threshold_of_the_settings(
    client: Client, cast: Cast, settings: Settings
):
    settings.FORCE_NAME, settings.DEFAULT_THRESHOLD = "Seed Constabulary", 0.77
    client.force_login(cast.applicant)
    assert client.get(APPLY).context["form"]["controller_force"].value() == "Seed Constabulary"

    client.post(APPLY, {})
    draft = Deployment.objects.get()

    form = client.get(address(draft, "recognition")).context["form"]
    assert form["threshold"].value() == 0.77
    assert draft.threshold is None  # offered, not yet said


def test_an_application_is_written_step_by_step_and_submitted(client: Client, cast: Cast):
    camera = make_camera()
    client.force_login(cast.applicant)

    draft = write_all(client, camera)
    review = client.get(reverse("deployments:review", args=[draft.uuid]))
    assert review.context["missing"] == []
    words = submit(client, draft)

    assert "Submitted. An authorising officer decides next." in words
    assert draft.status == Status.SUBMITTED
    assert draft.applicant == cast.applicant
    assert draft.threshold == 0.62
    used = draft.deploymentcamera_set.get(camera=camera)
    assert zone_of(used) == Zone(Decimal("0.1"), Decimal("0.205"), Decimal("0.6"), Decimal("0.5"))
    assert draft.dpia is not None
    assert draft.dpia.is_in_force


def test_each_step_says_in_the_audit_trail_what_it_changed(client: Client, cast: Cast):
    client.force_login(cast.applicant)

    draft = write_all(client, make_camera())

    events = AuditEvent.objects.filter(deployment=draft).order_by("sequence")
    assert {(event.kind, event.actor) for event in events} == {(AuditKind.ALTERATION, "applicant")}
    fields = [name for event in events for name in json.loads(event.details)["fields"]]
    assert {"title", "place", "cameras", "zones", "dpia_id", "alternatives"} <= set(fields)


def test_a_step_leads_to_the_next_and_the_last_to_reading_the_whole(client: Client, cast: Cast):
    steps = filled_in(make_camera())
    client.force_login(cast.applicant)
    response = client.post(APPLY, steps.pop("who"))
    draft = Deployment.objects.get()

    for name, typed in steps.items():
        assert response["Location"] == address(draft, name)
        response = client.post(response["Location"], typed)

    assert response["Location"] == reverse("deployments:review", args=[draft.uuid])


def test_a_step_that_is_left_keeps_what_was_written(client: Client, cast: Cast):
    draft = make_deployment(place="")
    client.force_login(cast.applicant)
    typed = {"place": "Station Road", "action": "leave"}

    response = client.post(address(draft, "where"), typed)

    assert response["Location"] == reverse("deployments:detail", args=[draft.uuid])
    draft.refresh_from_db()
    assert draft.place == "Station Road"
    assert draft.place_ground == ""  # emptied: a draft may lack anything


def test_an_application_is_taken_up_where_it_lacks_something(client: Client, cast: Cast):
    draft = make_deployment(necessity="")
    client.force_login(cast.applicant)

    edit = reverse("deployments:edit", args=[draft.uuid])

    assert client.get(edit)["Location"] == address(draft, "why")
    Deployment.objects.filter(pk=draft.pk).update(necessity="It is needed.")
    assert client.get(edit)["Location"] == reverse("deployments:review", args=[draft.uuid])


def test_an_empty_draft_lacks_something_in_every_step_but_the_zones(client: Client, cast: Cast):
    client.force_login(cast.applicant)
    client.post(APPLY, {})
    draft = Deployment.objects.get()

    response = client.get(reverse("deployments:review", args=[draft.uuid]))

    missing = response.context["missing"]
    assert {each.step for each in missing} == {step.name for step in STEPS} - {"zones"}
    assert not any(step["is_done"] for step in response.context["steps"])
    page = response.content.decode()
    for each in missing:
        assert address(draft, each.step) in page
    assert submit(client, draft).count("Before you submit, give a title; who is sought;") == 1
    assert draft.status == Status.DRAFT


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"proportionality": ""}, "why it is proportionate"),
        ({"categories": []}, "who is sought"),
        ({"expected_footfall": None}, "how many people pass in a day"),
        ({"notice_plan": ""}, "how the public will be told"),
        ({"signs_plan": ""}, "where the signs will stand"),
        ({"equality_assessment": None}, "the equality impact assessment in force"),
        ({"threshold": None}, "the face-match threshold"),
    ],
)
def test_what_is_missing_is_said_in_words(
    client: Client, cast: Cast, changes: dict[str, object], words: str
):
    draft = make_deployment(**changes)  # type: ignore[arg-type]
    client.force_login(cast.applicant)

    assert f"Before you submit, give {words}" in submit(client, draft)
    assert draft.status == Status.DRAFT


def test_a_plan_to_withhold_the_notice_stands_in_for_one_to_publish_it(client: Client, cast: Cast):
    draft = make_deployment(notice_plan="", withholding_proposed="A threat to those warned.")
    client.force_login(cast.applicant)

    submit(client, draft)

    assert draft.status == Status.SUBMITTED


def test_a_draft_without_cameras_or_zones_stays_a_draft(client: Client, cast: Cast):
    draft, camera = make_deployment(), make_camera(name="North gate")
    client.force_login(cast.applicant)

    client.post(address(draft, "cameras"), {})
    assert "at least one camera" in submit(client, draft)
    client.post(address(draft, "cameras"), {"cameras": [str(camera.pk)]})

    assert "the zone of North gate" in submit(client, draft)


def test_a_window_that_has_passed_is_not_submitted(client: Client, cast: Cast):
    now = timezone.now()
    draft = make_deployment(starts_at=now - timedelta(hours=2), ends_at=now - timedelta(hours=1))
    client.force_login(cast.applicant)

    assert "a window that is still ahead" in submit(client, draft)


def test_a_document_that_was_superseded_is_chosen_anew(client: Client, cast: Cast):
    draft = make_deployment()
    make_policy_document()  # a new assessment takes the place of the one relied on
    client.force_login(cast.applicant)

    assert "the data protection impact assessment in force" in submit(client, draft)
    choice = client.get(address(draft, "documents")).context["form"].fields["dpia"]
    assert draft.dpia not in choice.queryset


@pytest.mark.parametrize(
    ("step", "typed", "field", "words"),
    [
        ("who", {"categories": ["anybody_of_interest"]}, "categories", "not one of the available"),
        ("who", {"controller_force": "Nowhere Police"}, "controller_force", "not one of the avail"),
        ("where", {"place_ground": "somewhere"}, "place_ground", "not one of the available"),
        (
            "when",
            {"starts_at": "2020-01-01T09:00", "ends_at": "2020-01-01T10:00"},
            "ends_at",
            "already over",
        ),
        (
            "when",
            {"starts_at": "2049-01-01T10:00", "ends_at": "2049-01-01T09:00"},
            "ends_at",
            "must be after the start",
        ),
        ("when", {"starts_at": "tomorrow"}, "starts_at", "Write the day and the time"),
        ("when", {"expected_footfall": "0"}, "expected_footfall", "from 1 to 10,000,000"),
        ("recognition", {"threshold": "1.5"}, "threshold", "from −0.99 to 0.999"),
        ("recognition", {"threshold": "nan"}, "threshold", "Write a number from"),
        ("recognition", {"profile": "another"}, "profile", "not one of the available"),
        ("watchlist", {"watchlist_cap": "0"}, "watchlist_cap", "a whole number, 1 or more"),
        ("watchlist", {"watchlist_cap": "999999"}, "watchlist_cap", "Policy allows at most 20,000"),
        ("cameras", {"cameras": ["999999"]}, "cameras", "not one of the available"),
        ("documents", {"dpia": "999999"}, "dpia", "not one of the available"),
    ],
)
def test_mistakes_are_said_in_words(
    client: Client, cast: Cast, step: str, typed: dict[str, object], field: str, words: str
):
    draft = make_deployment()
    client.force_login(cast.applicant)

    response = client.post(address(draft, step), typed)

    assert words in response.context["form"].errors[field][0]
    assert not AuditEvent.objects.filter(action="application.changed").exists()


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"x": "60"}, "must lie inside the picture"),
        ({"h": ""}, "needs all four numbers"),
        ({"y": "-1"}, "a number from 0 to 100"),
        ({"w": "wide"}, "a number from 1 to 100"),
    ],
)
def test_a_zone_lies_inside_the_picture(
    client: Client, cast: Cast, typed: dict[str, str], words: str
):
    camera = make_camera()
    draft = make_deployment(cameras=[camera])
    client.force_login(cast.applicant)

    response = client.post(address(draft, "zones"), zone_of_camera(camera, **typed))

    assert response.status_code == 200
    assert words in response.content.decode()


def test_a_camera_that_stays_keeps_its_zone(client: Client, cast: Cast):
    first, second = make_camera(), make_camera()
    draft = make_deployment(cameras=[first])
    client.force_login(cast.applicant)
    client.post(address(draft, "zones"), zone_of_camera(first))

    client.post(address(draft, "cameras"), {"cameras": [str(first.pk), str(second.pk)]})

    zones = {used.camera: zone_of(used) for used in draft.deploymentcamera_set.all()}
    assert zones[first] == Zone(Decimal("0.1"), Decimal("0.205"), Decimal("0.6"), Decimal("0.5"))
    assert zones[second] is None


def test_times_are_london_times(client: Client, cast: Cast):
    draft = make_deployment()
    client.force_login(cast.applicant)
    summer = {"starts_at": "2048-07-01T10:00", "ends_at": "2048-07-01T12:00"}

    client.post(address(draft, "when"), summer)

    draft.refresh_from_db()
    assert draft.starts_at.isoformat() == "2048-07-01T09:00:00+00:00"


def test_a_returned_application_is_changed_and_submitted_again(client: Client, cast: Cast):
    returned = make_deployment(status=Status.RETURNED)
    client.force_login(cast.applicant)
    page = address(returned, "where")
    assert "Name the streets." in client.get(page).content.decode()

    client.post(
        page,
        {
            "place": "Station Road, from 1 to 60",
            "place_ground": "crime_hotspot",
            "place_intelligence": "Forty robberies.",
        },
    )
    submit(client, returned)

    assert returned.status == Status.SUBMITTED
    assert returned.place == "Station Road, from 1 to 60"
    changed = json.loads(AuditEvent.objects.get(action="application.changed").details)
    assert set(changed["fields"]) == {"place", "place_intelligence"}


@pytest.mark.parametrize("status", [Status.SUBMITTED, Status.AUTHORISED, Status.LIVE])
def test_a_submitted_application_is_not_edited(client: Client, cast: Cast, status: Status):
    deployment = make_deployment(status=status)
    client.force_login(cast.applicant)

    for step in STEPS:
        response = client.post(address(deployment, step.name), {"title": "New"})
        assert response.status_code == 403
    deployment.refresh_from_db()
    assert deployment.title != "New"


def test_another_applicant_neither_reads_the_steps_nor_edits(client: Client, cast: Cast):
    returned = make_deployment(status=Status.RETURNED)
    client.force_login(cast.second_superintendent)

    assert client.get(address(returned, "where")).status_code == 403
    assert client.post(address(returned, "where"), {"place": "Elsewhere"}).status_code == 403
    for name in ("review", "edit"):
        assert client.get(reverse(f"deployments:{name}", args=[returned.uuid])).status_code == 403
    assert client.post(reverse("deployments:submit", args=[returned.uuid])).status_code == 403


def test_a_step_that_does_not_exist_is_not_found(client: Client, cast: Cast):
    client.force_login(cast.applicant)

    assert client.get(address(make_deployment(), "anything")).status_code == 404


def test_the_notice_is_withheld_only_by_who_decides_and_with_a_reason(cast: Cast):
    submitted = make_deployment(status=Status.SUBMITTED)

    with pytest.raises(Refused, match="Only the officer"):
        withhold_notice(submitted, by=cast.alice, reason="A threat.")
    with pytest.raises(Refused, match="in writing"):
        withhold_notice(submitted, by=cast.authorising_officer, reason=" ")
