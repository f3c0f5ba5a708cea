"""Whoever owns the audit table alters it in every way there is: each is found, and named."""

import pytest
from django.db import connection

from deployments import audit, audit_checkpoints
from deployments.audit_verification import verify
from deployments.audit_verifier import FIELDS, GENESIS, chain_hash, content_of
from deployments.enums import AuditKind
from deployments.models import AuditCheckpoint, AuditEvent
from tests.tampering import triggers_disabled

TABLE = "deployments_auditevent"
COPIED = "at, kind, action, actor, subject, reason, details"
TO_CHAR = """to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')"""


@pytest.fixture(autouse=True)
def _ten_events(db: None) -> None:
    record(10)


def record(count: int) -> None:
    for number in range(count):
        audit.record(f"test.{number}", kind=AuditKind.ACCESS, by=None, reason="As it was.")


def tamper(*statements: str) -> None:
    with triggers_disabled(TABLE), connection.cursor() as cursor:
        for sql in statements:
            cursor.execute(sql)


def shift(first: int, last: int, by: int) -> list[str]:
    """Statements that renumber events one by one, as the primary key asks for."""
    numbers = range(first, last + 1) if by < 0 else range(last, first - 1, -1)
    return [f"UPDATE {TABLE} SET sequence = {n + by} WHERE sequence = {n}" for n in numbers]


def rebuild(first: int) -> None:
    """Compute the chain anew from this event on, as the triggers would have."""
    with triggers_disabled(TABLE), connection.cursor() as cursor:
        cursor.execute(
            f"SELECT sequence, {TO_CHAR}, kind, action, actor,"
            " COALESCE(deployment_id::text, ''), subject, reason, details"
            f" FROM {TABLE} WHERE sequence >= {first} ORDER BY sequence"
        )
        before = AuditEvent.objects.filter(sequence=first - 1).first()
        previous = before.hash if before else GENESIS
        for sequence, *fields in cursor.fetchall():
            assert len(fields) == len(FIELDS)
            own = chain_hash(previous, sequence, content_of(fields))
            cursor.execute(
                f"UPDATE {TABLE} SET previous_hash = %s, hash = %s WHERE sequence = %s",
                [previous, own, sequence],
            )
            previous = own


def faults() -> list[str]:
    return list(verify().faults)


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
def test_a_changed_event_is_named(change: str):
    tamper(f"UPDATE {TABLE} SET {change} WHERE sequence = 3")

    assert faults() == ["event 3 was changed"]


def test_all_that_were_changed_are_named():
    tamper(f"UPDATE {TABLE} SET reason = 'x' WHERE sequence IN (2, 5, 6, 10)")

    assert faults() == [
        "event 2 was changed",
        "events 5 to 6 were changed",
        "event 10 was changed",
    ]


def test_an_event_whose_own_hash_was_made_to_fit_is_named():
    tamper(f"UPDATE {TABLE} SET reason = 'x' WHERE sequence = 3")
    last = AuditEvent.objects.get(sequence=4)
    rebuild(3)
    tamper(
        f"UPDATE {TABLE} SET previous_hash = '{last.previous_hash}', hash = '{last.hash}'"
        " WHERE sequence = 4",
        *(f"DELETE FROM {TABLE} WHERE sequence = {n}" for n in range(5, 11)),
    )

    assert faults() == ["event 3 was replaced: event 4 follows another than it"]


@pytest.mark.parametrize(
    ("gone", "words"),
    [
        ([1], "event 1 was removed"),
        ([4], "event 4 was removed"),
        ([4, 5, 6], "events 4 to 6 were removed"),
    ],
)
def test_removed_events_are_named(gone: list[int], words: str):
    tamper(*(f"DELETE FROM {TABLE} WHERE sequence = {n}" for n in gone))

    assert faults() == [words]


def test_an_event_removed_with_the_gap_closed_is_named():
    tamper(f"DELETE FROM {TABLE} WHERE sequence = 3", *shift(4, 10, by=-1))

    assert faults() == ["event 3 was removed; those after are renumbered"]


def test_an_inserted_event_is_named():
    tamper(
        *shift(4, 10, by=1),
        f"INSERT INTO {TABLE} (sequence, {COPIED}, previous_hash, hash) SELECT 4, {COPIED}, hash,"
        f" repeat('c', 64) FROM {TABLE} WHERE sequence = 3",
    )

    assert faults() == ["event 4 was inserted"]


def test_an_inserted_event_whose_hash_fits_is_named():
    tamper(
        *shift(4, 10, by=1),
        f"INSERT INTO {TABLE} (sequence, {COPIED}, previous_hash, hash) SELECT 4, {COPIED}, hash,"
        f" '' FROM {TABLE} WHERE sequence = 3",
    )
    kept = {event.sequence: event for event in AuditEvent.objects.filter(sequence__gt=4)}
    rebuild(4)
    tamper(
        *(
            f"UPDATE {TABLE} SET previous_hash = '{event.previous_hash}', hash = '{event.hash}'"
            f" WHERE sequence = {number}"
            for number, event in kept.items()
        )
    )

    assert faults() == ["event 4 was inserted"]


def test_reordered_events_are_named():
    tamper(*shift(2, 2, by=98), *shift(7, 7, by=-5), *shift(100, 100, by=-93))

    assert faults() == [
        "event 7 was moved: it is numbered 2 now",
        "event 2 was moved: it is numbered 7 now",
    ]


@pytest.mark.parametrize("left", [0, 1, 7])
def test_events_that_were_cut_off_are_named(left: int):
    made = audit_checkpoints.make()
    assert made is not None

    tamper(f"DELETE FROM {TABLE} WHERE sequence > {left}")

    words = f"events {left + 1} to 10 were cut off: the checkpoint of "
    assert [fault[: len(words)] for fault in faults()] == [words]


def test_a_trail_that_was_computed_anew_is_named_between_checkpoints():
    audit_checkpoints.make()
    record(5)
    audit_checkpoints.make()
    record(5)
    tamper(f"UPDATE {TABLE} SET reason = 'Nothing.' WHERE sequence = 12")
    rebuild(12)

    (fault,) = faults()
    assert fault.startswith("events 11 to 15 were rewritten: the checkpoint of ")


@pytest.mark.django_db(transaction=True)
def test_a_whole_trail_computed_anew_is_told_by_the_folder_alone():
    """Whoever owns the database owns the rows of the checkpoints in it, and no key."""
    audit_checkpoints.make()
    tamper(f"UPDATE {TABLE} SET actor = 'somebody'")
    rebuild(1)
    with triggers_disabled("deployments_auditcheckpoint"):
        AuditCheckpoint.objects.all().delete()

    first, second = faults()
    assert first.startswith("events 1 to 10 were rewritten: the checkpoint of ")
    assert second == "checkpoint audit-000000000010.txt was removed from the database"


def test_nothing_is_signed_over_a_trail_that_was_tampered_with():
    audit_checkpoints.make()
    record(2)
    tamper(f"UPDATE {TABLE} SET reason = 'x' WHERE sequence = 11")

    with pytest.raises(audit_checkpoints.Broken, match="event 11 was changed"):
        audit_checkpoints.make()
    assert AuditCheckpoint.objects.count() == 1


@pytest.mark.parametrize("sequence", [5, 10])
def test_nothing_is_signed_over_one_that_was_rebuilt_or_cut_off(sequence: int):
    audit_checkpoints.make()
    tamper(f"UPDATE {TABLE} SET reason = 'x' WHERE sequence = {sequence}")
    rebuild(5)
    with pytest.raises(audit_checkpoints.Broken, match="event 10 is not the one"):
        audit_checkpoints.make()

    tamper(f"DELETE FROM {TABLE}")
    with pytest.raises(audit_checkpoints.Broken, match="event 10 is not the one"):
        audit_checkpoints.make()


def test_a_mass_of_faults_is_cut_short():
    record(1100)
    tamper(f"UPDATE {TABLE} SET reason = 'x' WHERE sequence % 2 = 0 AND sequence > 20")
    tamper(f"DELETE FROM {TABLE} WHERE sequence % 5 = 0")

    found = faults()
    assert "event 22 was changed" in found
    assert "event 5 was removed" in found
