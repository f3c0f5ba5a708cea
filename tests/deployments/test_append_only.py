"""Rows that are written once: refused to the owner by trigger, to the application by privilege."""

import pytest

from alerts.enums import AlertStatus
from deployments.enums import Status
from deployments.models import WatchlistLedger
from tests.factories import Cast, make_alert, make_deployment, make_policy_document
from tests.tampering import refusal_of, run_sql

APPEND_ONLY = {
    "deployments_auditevent": "reason = 'x'",
    "deployments_erasurerecord": "count = 0",
    "deployments_startcheckrecord": "checks = '[]'",
    "deployments_authoritydocument": "pdf = ''",
    "alerts_alertevent": "sequence = sequence + 1000",
}
KEPT = (
    *APPEND_ONLY,
    "deployments_policydocument",
    "deployments_watchlistledger",
    "alerts_alert",
    "alerts_adjudication",
)


@pytest.fixture(autouse=True)
def _rows_in_every_table(cast: Cast) -> None:
    """A refusal counts only where there is a row that could have been changed."""
    make_policy_document()
    make_deployment(status=Status.CLOSED)
    make_alert(make_deployment(status=Status.LIVE), status=AlertStatus.DISPATCHED)


@pytest.mark.parametrize("table", APPEND_ONLY)
def test_the_owner_cannot_change_a_row(table: str):
    assert refusal_of(f"UPDATE {table} SET {APPEND_ONLY[table]}") != ""


@pytest.mark.parametrize("table", KEPT)
def test_the_owner_can_neither_delete_nor_truncate(table: str):
    assert refusal_of(f"DELETE FROM {table}") != ""
    assert refusal_of(f"TRUNCATE {table} CASCADE") != ""


@pytest.mark.parametrize(
    "table",
    [
        "deployments_auditevent",
        "deployments_authoritydocument",
        "deployments_erasurerecord",
        "deployments_startcheckrecord",
    ],
)
@pytest.mark.parametrize("sql", ["UPDATE {} SET id = id", "DELETE FROM {}", "TRUNCATE {} CASCADE"])
def test_the_application_lacks_the_privilege(app_role: None, table: str, sql: str):
    column = "sequence" if table.endswith("auditevent") else "id"
    statement = sql.format(table).replace("id = id", f"{column} = {column}")

    assert "permission denied" in refusal_of(statement)


@pytest.mark.parametrize("table", KEPT)
def test_the_application_cannot_truncate_or_alter(app_role: None, table: str):
    assert "permission denied" in refusal_of(f"TRUNCATE {table} CASCADE")
    assert "must be owner" in refusal_of(f"ALTER TABLE {table} DISABLE TRIGGER ALL")
    assert "must be owner" in refusal_of(f"DROP TABLE {table} CASCADE")


def test_the_application_cannot_play_a_replica_to_escape_triggers(app_role: None):
    assert "permission denied" in refusal_of("SET session_replication_role = 'replica'")


def test_a_ledger_row_is_closed_once_and_never_changed(app_role: None):
    live = Status.LIVE
    row = WatchlistLedger.objects.filter(deployment__status=live, removed_at=None)[0]
    table = "deployments_watchlistledger"

    for change in ("reference = 'X'", "category = 'witness'", "added_at = now()"):
        assert "only closes a row" in refusal_of(
            f"UPDATE {table} SET {change}, removed_at = now() WHERE id = %s", row.pk
        )
    assert run_sql(f"UPDATE {table} SET removed_at = now() WHERE id = %s", row.pk) == 1
    assert "only closes a row" in refusal_of(
        f"UPDATE {table} SET removed_at = NULL WHERE id = %s", row.pk
    )


def test_a_judgement_stands(app_role: None):
    table = "alerts_adjudication"

    assert "does not change" in refusal_of(f"UPDATE {table} SET verdict = 'dismissed'")
    assert "does not change" in refusal_of(f"UPDATE {table} SET subject_factors = 'Another.'")
    assert "does not change" in refusal_of(f"UPDATE {table} SET at = now() + interval '1 hour'")
    assert refusal_of(f"DELETE FROM {table}") != ""
    assert run_sql(f"UPDATE {table} SET subject_factors = ''") == 1
