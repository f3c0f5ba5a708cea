"""The table of legal moves, and the database that holds to it whatever Python does."""

from datetime import timedelta

import pytest
from django.utils import timezone

from deployments import lifecycle
from deployments.enums import Status
from deployments.models import User
from deployments.models.deployment import DeploymentCamera
from deployments.transitions import (
    CAMERA_COLUMNS,
    DECISION_COLUMNS,
    EDITABLE,
    FROZEN_COLUMNS,
    LEGAL_MOVES,
    NEEDS_AUTHORITY,
    TRANSITIONS,
)
from tests.factories import Cast, make_camera, make_deployment, person
from tests.tampering import force_status, refusal_of, run_sql

MOVE = "UPDATE deployments_deployment SET status = %s WHERE id = %s"
OTHER_VALUES = {
    "expected_footfall": "7",
    "dpia_id": "NULL",
    "appropriate_policy_document_id": "NULL",
    "equality_assessment_id": "NULL",
    "categories": "'{missing_at_risk}'",
    "place_ground": "'intelligence'",
    "watchlist_cap": "watchlist_cap + 1",
    "starts_at": "starts_at - interval '1 hour'",
    "ends_at": "ends_at + interval '1 hour'",
    "threshold": "threshold - 0.1",
    "applicant_id": "(SELECT id FROM deployments_user WHERE username = 'alice')",
}


def test_every_status_but_the_first_is_entered_by_a_transition():
    assert {t.target for t in TRANSITIONS.values()} == set(Status) - {Status.DRAFT}


def test_nothing_leads_out_of_a_final_status():
    sources = {source for t in TRANSITIONS.values() for source in t.sources}
    assert set(Status) - sources == {Status.REFUSED, Status.CLOSED, Status.CANCELLED}


def test_recognition_is_reached_through_a_decision_only():
    """Whoever walks the table from the draft to LIVE passes AUTHORISED."""
    reached, to_visit = set(), {Status.DRAFT}
    while to_visit:
        here = to_visit.pop()
        reached.add(here)
        ahead = {target for source, target in LEGAL_MOVES if source == here}
        to_visit |= ahead - reached - {Status.AUTHORISED}
    assert not reached & set(NEEDS_AUTHORITY)


@pytest.mark.parametrize("old", Status)
def test_the_database_refuses_every_move_that_the_table_does_not_name(
    cast: Cast, app_role: None, old: Status
):
    deployment = make_deployment(status=Status.AUTHORISED)
    run_sql("RESET ROLE")
    force_status(deployment, old)
    run_sql("SET ROLE lfr_app")

    for new in Status:
        refusal = refusal_of(MOVE, new.value, deployment.pk)
        if (old, new) in LEGAL_MOVES or old == new:
            assert "cannot go from" not in refusal, (old, new)
            run_sql("RESET ROLE")
            force_status(deployment, old)
            run_sql("SET ROLE lfr_app")
        else:
            assert "cannot go from" in refusal, (old, new)


@pytest.mark.parametrize("hours", [(1, 2), (-2, -1)], ids=["before", "after"])
def test_the_database_refuses_to_go_live_outside_the_window(
    cast: Cast, app_role: None, hours: tuple[int, int]
):
    now = timezone.now()
    deployment = make_deployment(
        starts_at=now + timedelta(hours=hours[0]), ends_at=now + timedelta(hours=hours[1])
    )
    run_sql("RESET ROLE")
    run_sql(
        "UPDATE deployments_deployment SET decided_by_id = %s, decided_at = now() WHERE id = %s",
        cast.authorising_officer.pk,
        deployment.pk,
    )
    force_status(deployment, Status.READY)
    run_sql("SET ROLE lfr_app")

    assert "outside the authorised window" in refusal_of(MOVE, "live", deployment.pk)


@pytest.mark.parametrize("status", NEEDS_AUTHORITY)
def test_the_database_refuses_a_status_that_needs_a_decision_without_one(
    cast: Cast, status: Status
):
    deployment = make_deployment(status=Status.SUBMITTED)

    with pytest.raises(Exception, match="deployment_runs_on_an_authority"):
        force_status(deployment, status)


@pytest.mark.parametrize("column", FROZEN_COLUMNS)
def test_what_was_applied_for_is_frozen(cast: Cast, app_role: None, column: str):
    submitted = make_deployment(status=Status.SUBMITTED)
    value = OTHER_VALUES.get(column, "'changed'")

    refusal = refusal_of(
        f"UPDATE deployments_deployment SET {column} = {value} WHERE id = %s", submitted.pk
    )

    assert "the application is frozen" in refusal


@pytest.mark.parametrize("status", sorted(set(Status) - EDITABLE))
def test_the_threshold_is_frozen_in_every_later_status(cast: Cast, app_role: None, status: Status):
    deployment = make_deployment(status=Status.AUTHORISED)
    run_sql("RESET ROLE")
    force_status(deployment, status)
    run_sql("SET ROLE lfr_app")

    refusal = refusal_of(
        "UPDATE deployments_deployment SET threshold = 0.1 WHERE id = %s", deployment.pk
    )

    assert "the application is frozen" in refusal


def test_a_draft_can_be_changed_and_returned_work_too(cast: Cast, app_role: None):
    for status in EDITABLE:
        deployment = make_deployment(status=status)
        sql = "UPDATE deployments_deployment SET threshold = 0.7, title = 'Market' WHERE id = %s"
        assert refusal_of(sql, deployment.pk) == ""


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("decided_by_id", "(SELECT id FROM deployments_user WHERE username = %s)"),
        ("decided_at", "now() + interval '1 day'"),
        ("decision_reasons", "'Other reasons.'"),
    ],
)
def test_a_decision_is_not_changed(cast: Cast, app_role: None, column: str, value: str):
    assert column in DECISION_COLUMNS
    deployment = make_deployment(status=Status.AUTHORISED)
    sql = f"UPDATE deployments_deployment SET {column} = {value} WHERE id = %s"
    names = ["second_superintendent"] if "%s" in value else []

    assert "a decision cannot be changed" in refusal_of(sql, *names, deployment.pk)


@pytest.mark.parametrize("column", ["started_at", "ended_at"])
def test_the_times_that_clocks_run_from_are_written_once(cast: Cast, app_role: None, column: str):
    deployment = make_deployment(status=Status.ENDED)
    sql = f"UPDATE deployments_deployment SET {column} = {column} + interval '1 day' WHERE id = %s"

    assert "written once" in refusal_of(sql, deployment.pk)


def test_a_deployment_begins_as_a_draft(cast: Cast, app_role: None):
    live = make_deployment(status=Status.LIVE)
    columns = (
        "title, controller_force, place, place_ground, place_intelligence, categories,"
        " watchlist_criteria, watchlist_cap, starts_at, ends_at, necessity, proportionality,"
        " community_impact, alternatives, signs_plan, notice_plan, withholding_proposed,"
        " decision_conditions, expected_footfall, profile, threshold, applicant_id,"
        " decided_by_id, decided_at,"
        " decision_reasons, notice_withheld_reason, stop_reason, watchlist_version,"
        " event_sequence, status_at"
    )

    refusal = refusal_of(
        f"INSERT INTO deployments_deployment (uuid, status, {columns})"
        f" SELECT gen_random_uuid(), 'live', {columns} FROM deployments_deployment WHERE id = %s",
        live.pk,
    )

    assert "begins as a draft" in refusal


@pytest.mark.parametrize("username", ["applicant", "alice", "second_superintendent"])
def test_who_may_not_decide_is_refused_by_the_database(cast: Cast, app_role: None, username: str):
    """The applicant; an operator; a superintendent who applied."""
    applicant = person("second_superintendent" if username != "alice" else "applicant")
    if username == "applicant":
        applicant = person("applicant")
    deployment = make_deployment(status=Status.SUBMITTED, applicant=applicant)

    refusal = refusal_of(
        "UPDATE deployments_deployment SET status = 'authorised', decided_by_id = %s,"
        " decided_at = now() WHERE id = %s",
        person(username).pk,
        deployment.pk,
    )

    assert "only an authorising officer" in refusal or "applicant_does_not_decide" in refusal


@pytest.mark.parametrize("change", [{"is_active": False}, {"rank": 40}, {"roles": []}])
def test_an_officer_who_lost_the_power_decides_nothing(
    cast: Cast, app_role: None, change: dict[str, object]
):
    deployment = make_deployment(status=Status.SUBMITTED)
    User.objects.filter(username="authorising_officer").update(**change)

    refusal = refusal_of(
        "UPDATE deployments_deployment SET status = 'authorised', decided_by_id = %s,"
        " decided_at = now() WHERE id = %s",
        cast.authorising_officer.pk,
        deployment.pk,
    )

    assert "only an authorising officer" in refusal


FROZEN_CAMERAS = "cameras are frozen"


@pytest.mark.parametrize("status", [Status.SUBMITTED, Status.AUTHORISED, Status.LIVE])
def test_cameras_are_neither_added_nor_exchanged_nor_removed(
    cast: Cast, app_role: None, status: Status
):
    deployment, other = make_deployment(status=status), make_camera()

    assert FROZEN_CAMERAS in refusal_of(
        "INSERT INTO deployments_deploymentcamera (deployment_id, camera_id) VALUES (%s, %s)",
        deployment.pk,
        other.pk,
    )
    assert FROZEN_CAMERAS in refusal_of(
        "UPDATE deployments_deploymentcamera SET camera_id = %s WHERE deployment_id = %s",
        other.pk,
        deployment.pk,
    )
    assert FROZEN_CAMERAS in refusal_of(
        "DELETE FROM deployments_deploymentcamera WHERE deployment_id = %s", deployment.pk
    )


def test_a_camera_is_not_moved_between_a_draft_and_an_authority(cast: Cast, app_role: None):
    draft, authorised = make_deployment(), make_deployment(status=Status.AUTHORISED)
    move = "UPDATE deployments_deploymentcamera SET deployment_id = %s WHERE deployment_id = %s"

    assert FROZEN_CAMERAS in refusal_of(move, draft.pk, authorised.pk)
    assert FROZEN_CAMERAS in refusal_of(move, authorised.pk, draft.pk)
    assert DeploymentCamera.objects.filter(deployment=authorised).count() == 1


@pytest.mark.parametrize("column", CAMERA_COLUMNS)
def test_an_authorised_camera_is_not_pointed_elsewhere(cast: Cast, app_role: None, column: str):
    camera = make_camera()
    make_deployment(status=Status.AUTHORISED, cameras=[camera])
    value = "NOT loop" if column == "loop" else "'file:/elsewhere.mp4'"

    refusal = refusal_of(
        f"UPDATE deployments_camera SET {column} = {value} WHERE id = %s", camera.pk
    )

    assert "part of an application or an authority" in refusal


@pytest.mark.parametrize("status", [Status.DRAFT, Status.REFUSED, Status.CANCELLED, Status.ENDED])
def test_a_camera_may_be_changed_when_no_authority_needs_it(cast: Cast, status: Status):
    camera = make_camera()
    make_deployment(status=status, cameras=[camera])

    assert refusal_of("UPDATE deployments_camera SET location = 'X' WHERE id = %s", camera.pk) == ""


@pytest.mark.parametrize("status", [Status.AUTHORISED, Status.LIVE, Status.CLOSED])
def test_a_deployment_is_not_deleted(cast: Cast, app_role: None, status: Status):
    """A cascade would take status changes, entries and images with it."""
    deployment = make_deployment(status=status)

    assert refusal_of("DELETE FROM deployments_deployment WHERE id = %s", deployment.pk) != ""


def test_no_session_can_switch_the_triggers_off(cast: Cast, app_role: None):
    """pgtrigger's own switch is a setting that any role may set."""
    deployment = make_deployment(status=Status.DRAFT)
    names = "SELECT array_agg(tgname)::text FROM pg_trigger WHERE NOT tgisinternal"
    run_sql(f"SELECT set_config('pgtrigger.ignore', ({names}), false)")

    assert "cannot go from" in refusal_of(MOVE, "live", deployment.pk)
    run_sql("SELECT set_config('pgtrigger.ignore', NULL, false)")


def test_the_words_of_the_table_are_those_that_a_refusal_uses(cast: Cast):
    deployment = make_deployment(status=Status.SUBMITTED)

    with pytest.raises(lifecycle.Refused, match=TRANSITIONS["authorise"].by):
        lifecycle.authorise(deployment, by=cast.alice, reasons="Why not.")
