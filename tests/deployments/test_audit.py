"""The audit trail: one unbroken chain, computed alike by the database and by Python."""

import json
from datetime import UTC, datetime
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from deployments import audit
from deployments.enums import AuditKind, Status
from deployments.models import AuditEvent
from tests.concurrency import at_once
from tests.factories import Cast, make_deployment
from tests.tampering import triggers_disabled

TABLE = "deployments_auditevent"
# Everything that PostgreSQL stores as text: no NUL, no lone surrogates.
texts = st.text(
    st.characters(blacklist_categories=["Cs"], blacklist_characters="\x00"), max_size=60
)


def _record(count: int = 1, **changes: object) -> None:
    for number in range(count):
        audit.record(
            f"test.{number}", kind=AuditKind.ACCESS, by=None, reason=str(changes.get("reason", ""))
        )


def _tamper(sql: str, *parameters: Any) -> None:
    with triggers_disabled(TABLE), connection.cursor() as cursor:
        cursor.execute(sql, parameters)


@given(action=texts, subject=texts, reason=texts, value=texts)
@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@pytest.mark.django_db
def test_python_and_the_database_agree_on_every_text(
    action: str, subject: str, reason: str, value: str
):
    audit.record(
        action[:60],
        kind=AuditKind.DECISION,
        by=None,
        subject=subject,
        reason=reason,
        details={"value": value},
    )

    event = AuditEvent.objects.first()
    assert event is not None
    assert event.hash == audit.row_hash(event)
    assert json.loads(event.details) == {"value": value}


@pytest.mark.parametrize(
    "moment",
    [
        datetime(2026, 10, 25, 1, 30, tzinfo=UTC),  # the hour that London has twice
        datetime(2026, 3, 29, 1, 0, tzinfo=UTC),  # the hour that it does not have
        datetime(2026, 7, 1, 12, 0, 0, 0, tzinfo=UTC),  # no microseconds
        datetime(2026, 7, 1, 12, 0, 0, 7, tzinfo=UTC),
        datetime(2026, 12, 31, 23, 59, 59, 999999, tzinfo=UTC),
    ],
)
def test_python_and_the_database_write_every_time_alike(db: None, moment: datetime):
    event = AuditEvent(sequence=1, at=moment)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL TIME ZONE 'Europe/London'")
        cursor.execute(
            "SELECT to_char(%s::timestamptz AT TIME ZONE 'UTC', %s)",
            [moment, 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'],
        )
        written = cursor.fetchone()[0]

    assert event.at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ") == written


def test_what_the_caller_says_of_time_sequence_and_hash_is_not_believed(db: None):
    _record()
    AuditEvent.objects.bulk_create(
        [
            AuditEvent(
                sequence=99,
                at=datetime(2001, 1, 1, tzinfo=UTC),
                kind=AuditKind.ACCESS,
                action="forged",
                actor="nobody",
                previous_hash="f" * 64,
                hash="f" * 64,
            )
        ]
    )

    forged = AuditEvent.objects.get(action="forged")
    assert forged.sequence == 2
    assert forged.at.year > 2001
    assert audit.verify().is_sound


def test_an_event_of_a_deployment_names_actor_subject_and_details(cast: Cast):
    deployment = make_deployment()

    audit.record(
        "test.done",
        kind=AuditKind.CONSULTATION,
        by=cast.alice,
        deployment=deployment,
        subject="alert 7",
        details={"b": 2, "a": 1},
    )

    event = AuditEvent.objects.get(action="test.done")
    assert (event.actor, event.deployment, event.subject) == ("alice", deployment, "alert 7")
    assert event.details == '{"a": 1, "b": 2}'


def test_an_untouched_trail_is_sound(cast: Cast):
    make_deployment(status=Status.ENDED)

    result = audit.verify()

    assert result.is_sound
    assert result.count == AuditEvent.objects.count() > 5
    last = AuditEvent.objects.order_by("-sequence")[0]
    assert result.head == last.hash


def test_an_empty_trail_is_sound(db: None):
    assert audit.verify() == audit.Verification(0, audit.GENESIS)


@pytest.mark.parametrize(
    "change",
    [
        "action = 'test.other'",
        "actor = 'somebody'",
        "kind = 'erasure'",
        "at = at + interval '1 microsecond'",
        "subject = 'entry 5'",
        "reason = reason || ' '",
        """details = '{"count": 0}'""",
        "hash = repeat('a', 64)",
        "previous_hash = repeat('b', 64)",
    ],
)
def test_a_changed_event_is_found(db: None, change: str):
    _record(5)

    _tamper(f"UPDATE {TABLE} SET {change} WHERE sequence = 3")

    result = audit.verify()
    assert not result.is_sound
    assert result.count in (2, 3)


def test_an_event_whose_own_hash_was_made_to_fit_breaks_the_next(db: None):
    """Whoever changes a row must change every later one too."""
    _record(5)
    _tamper(f"UPDATE {TABLE} SET reason = 'nothing happened' WHERE sequence = 3")
    event = AuditEvent.objects.get(sequence=3)
    _tamper(f"UPDATE {TABLE} SET hash = %s WHERE sequence = 3", audit.row_hash(event))

    result = audit.verify()

    assert result.fault == "event 4 does not follow the one before it"


@pytest.mark.parametrize("sequence", [1, 3])
def test_a_removed_event_is_found(db: None, sequence: int):
    _record(5)

    _tamper(f"DELETE FROM {TABLE} WHERE sequence = %s", sequence)

    assert "missing or out of order" in audit.verify().fault


def test_removed_and_closed_up_is_found(db: None):
    _record(5)

    _tamper(f"DELETE FROM {TABLE} WHERE sequence = 3")
    _tamper(f"UPDATE {TABLE} SET sequence = sequence - 1 WHERE sequence = 4")
    _tamper(f"UPDATE {TABLE} SET sequence = sequence - 1 WHERE sequence = 5")

    assert audit.verify().fault == "event 3 does not follow the one before it"


def test_an_inserted_event_is_found(db: None):
    _record(3)

    _tamper(
        f"INSERT INTO {TABLE} (sequence, at, kind, action, actor, subject, reason, details,"
        " previous_hash, hash) SELECT 4, at, kind, 'test.inserted', actor, subject, reason,"
        f" details, hash, repeat('c', 64) FROM {TABLE} WHERE sequence = 3"
    )

    assert audit.verify().fault == "event 4 was changed"


def test_reordered_events_are_found(db: None):
    _record(4)

    _tamper(f"UPDATE {TABLE} SET sequence = 100 WHERE sequence = 2")
    _tamper(f"UPDATE {TABLE} SET sequence = 2 WHERE sequence = 3")
    _tamper(f"UPDATE {TABLE} SET sequence = 3 WHERE sequence = 100")

    assert not audit.verify().is_sound


def test_the_command_names_the_head_or_the_first_fault(db: None):
    _record(3)
    out = StringIO()
    call_command("audit", "verify", stdout=out)
    assert audit.verify().head in out.getvalue()

    _tamper(f"UPDATE {TABLE} SET reason = 'x' WHERE sequence = 2")
    with pytest.raises(CommandError, match="event 2 was changed"):
        call_command("audit", "verify")


@pytest.mark.django_db(transaction=True)
def test_many_writers_at_once_make_one_unbroken_chain():
    results = at_once([lambda: _record(10)] * 20)

    assert results == [None] * 20
    result = audit.verify()
    assert (result.count, result.fault) == (200, "")
    sequences = list(AuditEvent.objects.order_by("sequence").values_list("sequence", flat=True))
    assert sequences == list(range(1, 201))
    times = list(AuditEvent.objects.order_by("sequence").values_list("at", flat=True))
    assert times == sorted(times)


@pytest.mark.django_db(transaction=True)
def test_a_rolled_back_event_leaves_no_gap():
    def record_and_fail() -> None:
        with transaction.atomic():
            _record()
            raise OSError("no room")

    _record()
    with pytest.raises(OSError, match="no room"):
        record_and_fail()
    _record()

    assert audit.verify().count == 2
