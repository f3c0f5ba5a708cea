"""Rows that are written once: refused to the owner by trigger, to the application by privilege."""

import psycopg
import pytest
from django.db import connection

from alerts.enums import AlertStatus
from deployments import audit_checkpoints
from deployments.audit_verification import verify_on_record
from deployments.enums import Status
from deployments.models import AuditEvent, WatchlistLedger
from tests.factories import Cast, make_alert, make_deployment, make_policy_document
from tests.tampering import refusal_of, run_sql

APPEND_ONLY = {
    "deployments_auditevent": "reason = 'x'",
    "deployments_auditcheckpoint": "text = ''",
    "deployments_auditverification": "faults = '[]'",
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
    audit_checkpoints.make()
    verify_on_record()
    make_deployment(status=Status.CLOSED)
    make_alert(make_deployment(status=Status.LIVE), status=AlertStatus.DISPATCHED)


@pytest.mark.parametrize("table", APPEND_ONLY)
def test_the_owner_cannot_change_a_row(table: str):
    assert refusal_of(f"UPDATE {table} SET {APPEND_ONLY[table]}") != ""


@pytest.mark.parametrize("table", KEPT)
def test_the_owner_can_neither_delete_nor_truncate(table: str):
    assert refusal_of(f"DELETE FROM {table}") != ""
    assert refusal_of(f"TRUNCATE {table} CASCADE") != ""


AUDIT = (
    "deployments_auditevent",
    "deployments_auditcheckpoint",
    "deployments_auditverification",
    "deployments_authoritydocument",
    "deployments_erasurerecord",
    "deployments_startcheckrecord",
)
# Every kind of statement that could alter, hide or replace what was written, or turn off what
# guards it; what the application, with its own rights, is told.
ATTEMPTS = {
    "UPDATE {table} SET {column} = {column}": "permission denied",
    "DELETE FROM {table}": "permission denied",
    "TRUNCATE {table} CASCADE": "permission denied",
    "SELECT * FROM {table} FOR UPDATE": "permission denied",
    "LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE": "permission denied",
    "MERGE INTO {table} t USING (SELECT 1) s ON true WHEN MATCHED THEN DELETE": "permission denied",
    "INSERT INTO {table} SELECT * FROM {table} LIMIT 1 ON CONFLICT ({column}) DO UPDATE"
    " SET {column} = EXCLUDED.{column}": "permission denied",
    "COPY {table} TO PROGRAM 'true'": "permission denied",
    "ALTER TABLE {table} DISABLE TRIGGER ALL": "must be owner",
    "ALTER TABLE {table} DISABLE TRIGGER USER": "must be owner",
    "ALTER TABLE {table} RENAME TO gone": "must be owner",
    "ALTER TABLE {table} DROP COLUMN {column}": "must be owner",
    "ALTER TABLE {table} ALTER COLUMN {column} SET DEFAULT 7": "must be owner",
    "ALTER TABLE {table} OWNER TO lfr_app": "must be owner",
    "ALTER TABLE {table} SET SCHEMA gallery": "must be owner",
    "ALTER TABLE {table} SET UNLOGGED": "must be owner",
    "ALTER TABLE {table} ENABLE ROW LEVEL SECURITY": "must be owner",
    "CREATE TRIGGER mine BEFORE INSERT ON {table} FOR EACH ROW EXECUTE FUNCTION"
    " suppress_redundant_updates_trigger()": "permission denied",
    "CREATE RULE mine AS ON INSERT TO {table} DO INSTEAD NOTHING": "must be owner",
    "CREATE POLICY mine ON {table} USING (false)": "must be owner",
    "CREATE INDEX mine ON {table} ({column})": "must be owner",
    "DROP TABLE {table} CASCADE": "must be owner",
    "CREATE TABLE gallery.child () INHERITS ({table})": "must be owner",
}


@pytest.mark.parametrize("table", AUDIT)
def test_the_application_lacks_the_privilege(app_role: None, table: str):
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT a.attname FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indrelid"
            " AND a.attnum = i.indkey[0] WHERE i.indisprimary AND i.indrelid = %s::regclass",
            [table],
        )
        column = cursor.fetchone()[0]

    refusal_of(f"GRANT ALL ON {table} TO lfr_app")  # PostgreSQL only warns that it gives nothing
    said = {sql: refusal_of(sql.format(table=table, column=column)) for sql in ATTEMPTS}

    assert {sql: words for sql, words in said.items() if ATTEMPTS[sql] not in words} == {}


BECOMING = (
    "SET session_replication_role = 'replica'",
    "SET ROLE lfr_owner",
    "SET SESSION AUTHORIZATION lfr_owner",
    "ALTER ROLE lfr_app SUPERUSER",
    "GRANT lfr_owner TO lfr_app",
    "ALTER SYSTEM SET session_replication_role = 'replica'",
    "ALTER DATABASE lfr SET session_replication_role = 'replica'",
    "UPDATE pg_trigger SET tgenabled = 'D'",
    "DELETE FROM pg_trigger",
    "CREATE EXTENSION plpython3u",
    "CREATE FUNCTION public.sha256(bytea) RETURNS bytea LANGUAGE sql AS 'SELECT $1'",
    "LOAD 'nothing'",
    "COPY (SELECT 1) TO '/tmp/nothing'",
)


def test_the_application_cannot_become_somebody_who_could(
    app_role_connection: "psycopg.Connection[tuple[object, ...]]",
):
    for sql in BECOMING:
        with pytest.raises(psycopg.Error):
            app_role_connection.execute(sql)


def test_rows_copied_in_are_chained_like_any_other(app_role: None):
    """COPY FROM is an insert: the triggers write sequence, time and hash all the same."""
    before = AuditEvent.objects.latest("sequence").sequence
    columns = "sequence, at, kind, action, actor, subject, reason, details, previous_hash, hash"
    row = (1, "2001-01-01", "access", "test.forged", "nobody", "", "", "{}", "a" * 64, "b" * 64)
    statement = f"COPY deployments_auditevent ({columns}) FROM STDIN"
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        copy.write_row(row)

    forged = AuditEvent.objects.get(action="test.forged")
    assert (forged.sequence, forged.at.year > 2001) == (before + 1, True)
    assert verify_on_record().is_sound


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
