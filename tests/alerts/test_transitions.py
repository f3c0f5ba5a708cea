"""The alert's table of moves, and what the database refuses of raw SQL (I3, I8)."""

import pytest

from alerts.enums import AlertStatus
from alerts.models import Alert
from alerts.transitions import FIXED_COLUMNS, LEGAL_MOVES, ONLY_FORGOTTEN, OPEN
from deployments import purge, still_sought
from deployments.enums import Status
from deployments.models import Deployment, WatchlistEntry
from tests.factories import Cast, make_alert, make_camera, make_deployment, make_entry, person
from tests.tampering import refusal_of, run_sql, triggers_disabled

MOVE = "UPDATE alerts_alert SET status = %s WHERE id = %s"
OTHER_VALUES = {
    "uuid": "gen_random_uuid()",
    "deployment_id": "deployment_id + 1",
    "camera_id": "camera_id + 1",
    "similarity": "similarity + 0.1",
    "threshold": "threshold - 0.1",
    "is_lookalike": "NOT is_lookalike",
    "captured_at": "captured_at - interval '1 hour'",
    "raised_at": "raised_at - interval '1 hour'",
    "source_position_s": "0.0",
    "category": "'witness'",
    "response": "'red'",
}
COLUMNS = (
    "deployment_id, camera_id, status, entry_id, category, response, similarity, threshold,"
    " profile, profile_version, is_lookalike, captured_at, raised_at, last_seen_at, sighting_count"
)


@pytest.fixture
def live(cast: Cast) -> Deployment:
    return make_deployment(status=Status.LIVE)


@pytest.fixture
def alert(live: Deployment) -> Alert:
    return make_alert(live)


def _force(alert: Alert, status: AlertStatus) -> None:
    with triggers_disabled("alerts_alert"):
        Alert.objects.filter(pk=alert.pk).update(status=status)


def _insert(alert: Alert, **values: str) -> str:
    """Copy an alert by raw SQL with some columns exchanged; what the database says to it."""
    names = COLUMNS.split(", ")
    chosen = ", ".join(values.get(name, name) for name in names)
    return refusal_of(
        f"INSERT INTO alerts_alert (uuid, {COLUMNS})"
        f" SELECT gen_random_uuid(), {chosen} FROM alerts_alert WHERE id = %s",
        alert.pk,
    )


def test_every_alert_ends_somewhere_and_only_there():
    """A dismissal can be taken back for seconds only."""
    sources = {source for source, _ in LEGAL_MOVES - {(AlertStatus.DISMISSED, AlertStatus.CLAIMED)}}
    final = set(AlertStatus) - sources
    assert final == {
        AlertStatus.DISMISSED,
        AlertStatus.NOT_LOCATED,
        AlertStatus.RESOLVED,
        AlertStatus.NOT_SOUGHT,
    }
    assert set(OPEN) == set(AlertStatus) - final


@pytest.mark.parametrize("old", AlertStatus)
def test_the_database_refuses_every_move_that_the_table_does_not_name(
    live: Deployment, cast: Cast, old: AlertStatus
):
    alert = make_alert(live, status=AlertStatus.CONFIRMED)
    assert alert.entry is not None
    still_sought.confirm_entry(alert.entry, source="pnc", reference="", by=cast.alice)

    for new in AlertStatus:
        _force(alert, old)
        refusal = refusal_of(MOVE, new, alert.pk)
        if (old, new) == (AlertStatus.DISMISSED, AlertStatus.CLAIMED):
            assert "too late to undo" in refusal
        elif (old, new) in LEGAL_MOVES or old == new:
            assert refusal == "", (old, new)
        else:
            assert "cannot go from" in refusal, (old, new)


@pytest.mark.parametrize("new", [AlertStatus.CONFIRMED, AlertStatus.DISPATCHED])
def test_officers_are_not_sent_without_a_recorded_judgement(
    alert: Alert, app_role: None, new: AlertStatus
):
    run_sql("RESET ROLE")
    _force(alert, AlertStatus.CONFIRMED if new == AlertStatus.DISPATCHED else AlertStatus.RAISED)
    run_sql("SET ROLE lfr_app")
    if new == AlertStatus.CONFIRMED:
        claimed = "UPDATE alerts_alert SET status = 'claimed', claimed_by_id = %s WHERE id = %s"
        run_sql(claimed, person("alice").pk, alert.pk)

    assert "after a recorded human judgement" in refusal_of(MOVE, new, alert.pk)


def test_a_dismissal_is_no_judgement_to_send_officers_on(live: Deployment):
    alert = make_alert(live, status=AlertStatus.DISMISSED)
    _force(alert, AlertStatus.CONFIRMED)

    assert "after a recorded human judgement" in refusal_of(MOVE, "dispatched", alert.pk)


def test_a_judgement_of_another_alert_does_not_count(live: Deployment, alert: Alert):
    make_alert(live, status=AlertStatus.CONFIRMED)
    _force(alert, AlertStatus.CONFIRMED)

    assert "after a recorded human judgement" in refusal_of(MOVE, "dispatched", alert.pk)


def test_officers_are_sent_only_to_who_is_still_sought_and_was_asked_about_since(
    live: Deployment, cast: Cast, app_role: None
):
    earlier = make_entry(live)
    still_sought.confirm_entry(earlier, source="pnc", reference="", by=cast.alice)
    alert = make_alert(live, entry=earlier, status=AlertStatus.CONFIRMED)
    other = make_alert(live, status=AlertStatus.CONFIRMED)
    assert other.entry is not None
    still_sought.confirm_entry(other.entry, source="pnc", reference="", by=cast.alice)

    assert "still sought" in refusal_of(MOVE, "dispatched", alert.pk)
    assert refusal_of(MOVE, "dispatched", other.pk) == ""
    assert "recorded when it is made" in refusal_of(
        "INSERT INTO deployments_stillsoughtcheck"
        " (deployment_id, entry_id, source, source_reference, entry_count, by_id, at)"
        " VALUES (%s, %s, 'pnc', '', 1, %s, now() + interval '1 hour')",
        live.pk,
        earlier.pk,
        cast.alice.pk,
    )


@pytest.mark.parametrize("column", FIXED_COLUMNS)
def test_what_the_machine_saw_does_not_change(alert: Alert, app_role: None, column: str):
    value = OTHER_VALUES.get(column, "'changed'")
    refusal = refusal_of(f"UPDATE alerts_alert SET {column} = {value} WHERE id = %s", alert.pk)

    assert "does not change" in refusal


def test_an_alert_is_not_given_to_another_person_or_picture(alert: Alert, live: Deployment):
    other = make_alert(live)
    assert set(ONLY_FORGOTTEN) == {"entry_id", "probe_id", "context_id", "face_box", "probe_eyes"}

    for column in ("entry_id", "probe_id", "context_id"):
        refusal = refusal_of(
            f"UPDATE alerts_alert SET {column} ="
            f" (SELECT {column} FROM alerts_alert WHERE id = %s) WHERE id = %s",
            other.pk,
            alert.pk,
        )
        assert "does not change" in refusal, column


def test_an_erased_alert_stays_erased(live: Deployment, app_role: None):
    alert = make_alert(live, status=AlertStatus.DISMISSED)
    run_sql("RESET ROLE")
    purge.purge()
    run_sql("SET ROLE lfr_app")

    assert "stays as it is" in refusal_of(
        "UPDATE alerts_alert SET erased_at = NULL WHERE id = %s", alert.pk
    )
    assert "does not change" in refusal_of(
        "UPDATE alerts_alert SET entry_id = %s WHERE id = %s",
        WatchlistEntry.objects.filter(deployment=live)[0].pk,
        alert.pk,
    )


def test_erased_means_nothing_personal(alert: Alert, app_role: None):
    assert "alert_erased_means_nothing_personal" in refusal_of(
        "UPDATE alerts_alert SET erased_at = now() WHERE id = %s", alert.pk
    )


def test_a_copy_as_it_is_would_be_let_in(alert: Alert, app_role: None):
    """So that each refusal below is for its own reason."""
    assert _insert(alert) == ""


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"similarity": "threshold - 0.01"}, "authorised threshold"),
        ({"threshold": "0.1", "similarity": "0.2"}, "authorised threshold"),
        ({"threshold": "similarity"}, "authorised threshold"),
        ({"profile": "'gpu'"}, "authorised threshold"),
        ({"status": "'dispatched'"}, "authorised threshold"),
        ({"entry_id": "NULL"}, "names an entry"),
        ({"entry_id": "0"}, "names an entry"),
        ({"camera_id": "(SELECT max(id) FROM deployments_camera)"}, "not authorised"),
    ],
)
def test_an_alert_that_does_not_rest_on_its_authority_is_refused(
    alert: Alert, app_role: None, values: dict[str, str], words: str
):
    make_camera()

    assert words in _insert(alert, **values)


def test_an_alert_on_a_person_of_another_list_is_refused(alert: Alert, cast: Cast):
    other = make_entry(make_deployment(status=Status.LIVE))

    assert "names an entry" in _insert(alert, entry_id=str(other.pk))


def test_an_alert_on_a_person_who_is_not_enrolled_is_refused(alert: Alert, live: Deployment):
    pending = make_entry(live, is_enrolled=False)

    assert "names an entry" in _insert(alert, entry_id=str(pending.pk))


@pytest.mark.parametrize("status", sorted(set(Status) - {Status.LIVE}))
def test_no_alert_outside_a_live_deployment(alert: Alert, status: Status):
    with triggers_disabled("deployments_deployment"):
        Deployment.objects.filter(pk=alert.deployment_id).update(status=status)

    assert "without a live authority" in _insert(alert)


def test_no_alert_after_the_window_although_nobody_ended_it(alert: Alert):
    with triggers_disabled("deployments_deployment"):
        run_sql(
            "UPDATE deployments_deployment SET starts_at = now() - interval '2 hours',"
            " ends_at = now() - interval '1 second' WHERE id = %s",
            alert.deployment_id,
        )

    assert "without a live authority" in _insert(alert)


def test_a_claim_has_somebody_who_made_it(alert: Alert, app_role: None):
    assert "alert_claimed_by_someone" in refusal_of(MOVE, "claimed", alert.pk)


def test_a_dismissal_has_its_reason(live: Deployment, cast: Cast, app_role: None):
    alert = make_alert(live, status=AlertStatus.CLAIMED, by=cast.alice)

    assert "dismissal_has_a_reason" in refusal_of(
        "INSERT INTO alerts_adjudication (alert_id, by_id, at, verdict, dismissal_reason,"
        " subject_factors, system_factors, environment_factors, in_favour, against)"
        " VALUES (%s, %s, now(), 'dismissed', '', '', '', '', '{}', '{}')",
        alert.pk,
        cast.alice.pk,
    )
