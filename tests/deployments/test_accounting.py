"""A change of status is accounted for when its transaction commits, whatever SQL is run: with its
history, its audit event, somebody who may, and a reason where one is needed."""

from collections.abc import Callable
from typing import TypeAlias

import psycopg
import pytest

from deployments import audit, lifecycle
from deployments.enums import AuditKind, Status
from deployments.models import AuditEvent, Deployment, StatusChange
from tests.factories import Cast, make_cast, make_deployment, recognition_worker_answers
from tests.tampering import refusal_of

Connection: TypeAlias = "psycopg.Connection[tuple[object, ...]]"

HISTORY = (
    "INSERT INTO deployments_statuschange (deployment_id, old, new, at, by_id, reason)"
    " VALUES (%(id)s, 'live', 'suspended', now(), %(by)s, %(reason)s)"
)
EVENT = (
    "INSERT INTO deployments_auditevent (sequence, at, kind, action, actor, deployment_id, subject,"
    " reason, details, previous_hash, hash)"
    " VALUES (0, now(), 'decision', %(action)s, %(actor)s, %(id)s, '', %(reason)s,"
    ' \'{"from": "live", "to": "suspended"}\', \'\', \'\')'
)
MOVE = "UPDATE deployments_deployment SET status = 'suspended' WHERE id = %(id)s"


@pytest.fixture
def committed(transactional_db: None) -> Cast:
    return make_cast()


@pytest.fixture
def live(committed: Cast) -> Deployment:
    with recognition_worker_answers():
        return make_deployment(status=Status.LIVE)


@pytest.fixture
def commit(
    live: Deployment, committed: Cast, app_role_connection: Connection
) -> Callable[..., str]:
    """Run statements as the application in one transaction; says why it does not commit."""

    def run(*statements: str, by: str | None = "alice", actor: str = "", **changes: str) -> str:
        values: dict[str, object] = {
            "id": live.pk,
            "by": committed.everyone()[by].pk if by else None,
            "actor": actor or by or audit.SYSTEM,
            "action": "deployment.suspend",
            "reason": "Rain.",
        }
        try:
            with app_role_connection.transaction():
                for statement in statements:
                    app_role_connection.execute(statement, values | changes)
        except psycopg.Error as error:
            return str(error)
        return ""

    return run


def test_a_whole_account_commits(commit: Callable[..., str], live: Deployment):
    """The others are refused for what they lack, not for something else."""
    assert commit(MOVE, HISTORY, EVENT) == ""
    live.refresh_from_db()
    assert live.status == Status.SUSPENDED


@pytest.mark.parametrize(
    ("statements", "why"),
    [
        ((MOVE,), "written into its history"),
        ((MOVE, EVENT), "written into its history"),
        ((MOVE, HISTORY), "written into the audit trail"),
    ],
    ids=["alone", "without history", "without audit event"],
)
def test_nothing_commits_without_its_account(
    commit: Callable[..., str], live: Deployment, statements: tuple[str, ...], why: str
):
    assert why in commit(*statements)
    live.refresh_from_db()
    assert live.status == Status.LIVE


def test_the_account_of_an_earlier_transaction_does_not_count(
    commit: Callable[..., str], live: Deployment, committed: Cast
):
    with recognition_worker_answers():
        lifecycle.suspend(live, by=committed.alice, reason="Rain.")
        lifecycle.resume(live, by=committed.alice)

    assert "written into its history" in commit(MOVE)


@pytest.mark.parametrize("by", ["applicant", "watchlist_manager", "auditor", "charlie", None])
def test_somebody_whom_the_table_does_not_name_commits_nothing(
    commit: Callable[..., str], by: str | None
):
    """The system may suspend, but it presses no emergency stop."""
    action = "deployment.suspend" if by else "deployment.emergency_stop"

    assert "may not make this change" in commit(MOVE, HISTORY, EVENT, by=by, action=action)


def test_history_and_audit_trail_name_the_same_person(commit: Callable[..., str]):
    assert "the same person" in commit(MOVE, HISTORY, EVENT, by="alice", actor="bob")


def test_an_action_of_another_move_is_no_account(commit: Callable[..., str]):
    assert "may not make this change" in commit(MOVE, HISTORY, EVENT, action="deployment.resume")
    assert "audit trail" in commit(MOVE, HISTORY, EVENT, action="deployment.seen")


def test_a_reason_is_given_where_the_table_asks_for_one(commit: Callable[..., str]):
    assert "needs its reason" in commit(MOVE, HISTORY, EVENT, reason=" ")
    assert commit(MOVE, HISTORY, EVENT, reason="", action="deployment.emergency_stop") == ""


def test_history_comes_after_the_status_it_tells(commit: Callable[..., str]):
    assert "the status that a deployment has" in commit(HISTORY)


def test_a_decision_is_signed_by_who_takes_it(committed: Cast, app_role_connection: Connection):
    """One superintendent cannot decide in another's name."""
    submitted = make_deployment(status=Status.SUBMITTED)
    values = {
        "id": submitted.pk,
        "by": committed.second_superintendent.pk,
        "actor": "second_superintendent",
        "action": "deployment.authorise",
        "reason": "Yes.",
    }
    decide = (
        "UPDATE deployments_deployment SET status = 'authorised', decided_at = now(),"
        f" decided_by_id = {committed.authorising_officer.pk}, decision_reasons = 'Yes.'"
        " WHERE id = %(id)s"
    )

    def run() -> None:
        with app_role_connection.transaction():
            for statement in (decide, HISTORY, EVENT):
                sql = statement.replace("live", "submitted").replace("suspended", "authorised")
                app_role_connection.execute(sql, values)

    with pytest.raises(psycopg.Error, match="signed by the officer"):
        run()


def test_history_is_kept_as_it_was_written(cast: Cast, app_role: None):
    deployment = make_deployment(status=Status.SUSPENDED)
    change = "UPDATE deployments_statuschange SET {} WHERE deployment_id = %s"

    for column in ("reason = 'Another.'", "by_id = NULL", "old = 'draft'", "at = now()"):
        assert "kept as it was written" in refusal_of(change.format(column), deployment.pk)
    assert "kept as it was written" in refusal_of(
        "DELETE FROM deployments_statuschange WHERE deployment_id = %s", deployment.pk
    )
    assert refusal_of("TRUNCATE deployments_statuschange") != ""


def test_the_reason_of_an_emergency_stop_is_added_once(cast: Cast, app_role: None):
    stopped = lifecycle.emergency_stop(make_deployment(status=Status.LIVE), by=cast.bob)
    change = "UPDATE deployments_statuschange SET {} WHERE reason = '' AND new = 'suspended'"
    assert "kept" in refusal_of(change.format("reason = 'It rained.', by_id = NULL"))

    lifecycle.explain_stop(stopped, by=cast.alice, reason="A camera had turned.")

    assert StatusChange.objects.filter(reason="A camera had turned.", by=cast.bob).exists()
    event = AuditEvent.objects.get(action="deployment.stop_explained")
    assert (event.actor, event.kind) == ("alice", AuditKind.ALTERATION)
    with pytest.raises(lifecycle.Refused, match="waits for its reason"):
        lifecycle.explain_stop(stopped, by=cast.alice, reason="Again.")


def test_only_those_who_may_stop_say_why(cast: Cast):
    stopped = lifecycle.emergency_stop(make_deployment(status=Status.LIVE), by=cast.bob)

    with pytest.raises(lifecycle.Refused, match="Only an operator"):
        lifecycle.explain_stop(stopped, by=cast.watchlist_manager, reason="I think so.")
    with pytest.raises(lifecycle.Refused, match="Say why"):
        lifecycle.explain_stop(stopped, by=cast.bob, reason=" ")


@pytest.mark.parametrize("status", sorted(set(Status) - {Status.DRAFT}))
def test_what_was_submitted_is_not_deleted(cast: Cast, app_role: None, status: Status):
    deployment = make_deployment(status=status)

    refusal = refusal_of("DELETE FROM deployments_deployment WHERE id = %s", deployment.pk)

    assert "a deployment that was submitted is kept" in refusal


def test_no_truncation_of_deployments(cast: Cast):
    make_deployment()
    assert refusal_of("SELECT 1") == ""  # what is deferred is done: it would refuse as well

    assert "deployment rows are kept" in refusal_of("TRUNCATE deployments_deployment CASCADE")
