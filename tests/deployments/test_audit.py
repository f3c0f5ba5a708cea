"""The audit trail: one unbroken chain, computed alike by the database and by Python."""

import json
import string
from datetime import UTC, datetime

import pytest
from django.db import DatabaseError, connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from deployments import audit
from deployments.audit_verification import Verification, verify
from deployments.audit_verifier import GENESIS
from deployments.enums import AuditKind, Status
from deployments.models import AuditEvent
from deployments.models.audit import SUBJECTS
from tests.concurrency import at_once
from tests.factories import Cast, make_deployment

# Everything that PostgreSQL stores as text: no NUL, no lone surrogates.
texts = st.text(
    st.characters(blacklist_categories=["Cs"], blacklist_characters="\x00"), max_size=60
)


def _record(count: int = 1) -> None:
    for number in range(count):
        audit.record(f"test.{number}", kind=AuditKind.ACCESS, by=None)


codes = st.text(alphabet=string.ascii_letters + string.digits + "_.:+/@-", max_size=100)


@given(reason=texts, value=codes)
@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@pytest.mark.django_db
def test_python_and_the_database_agree_on_every_text(reason: str, value: str):
    audit.record(
        "test.done",
        kind=AuditKind.DECISION,
        by=None,
        subject="alert 7",
        reason=reason,
        details={"value": value},
    )

    event = AuditEvent.objects.first()
    assert event is not None
    assert verify().is_sound
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
                action="test.forged",
                actor="nobody",
                previous_hash="f" * 64,
                hash="f" * 64,
            )
        ]
    )

    forged = AuditEvent.objects.get(action="test.forged")
    assert forged.sequence == 2
    assert forged.at.year > 2001
    assert verify().is_sound


def test_an_event_of_a_deployment_names_actor_subject_and_details(cast: Cast):
    deployment = make_deployment()

    audit.record(
        "test.done",
        kind=AuditKind.CONSULTATION,
        by=cast.alice,
        reason="To test it.",
        deployment=deployment,
        subject="alert 7",
        details={"b": 2, "a": 1},
    )

    event = AuditEvent.objects.get(action="test.done")
    assert (event.actor, event.deployment, event.subject) == ("alice", deployment, "alert 7")
    assert event.details == '{"a": 1, "b": 2}'


@pytest.mark.parametrize("kind", [AuditKind.CONSULTATION, AuditKind.DISCLOSURE])
@pytest.mark.parametrize("reason", ["", "  "])
def test_nobody_consults_or_discloses_without_saying_why(db: None, kind: AuditKind, reason: str):
    with pytest.raises(DatabaseError, match="says why"), transaction.atomic():
        audit.record("test.seen", kind=kind, by=None, reason=reason)

    audit.record("test.seen", kind=kind, by=None, reason="A complaint.")
    assert AuditEvent.objects.count() == 1


# Straight to the table: what of it the database takes from whoever gets at the application's role.
INSERT = (
    "INSERT INTO deployments_auditevent (kind, action, actor, subject, reason, details)"
    " VALUES (%(kind)s, %(action)s, 'system', %(subject)s, 'To try.', '{}')"
)
WELL_FORMED = {"kind": "access", "action": "test.done", "subject": ""}


@pytest.mark.parametrize(
    "wrong",
    [
        {"kind": "invented"},
        {"kind": ""},
        {"action": "John Smith was seen"},
        {"action": "done"},
        {"subject": "John Smith"},
        {"subject": "smith 7"},
        {"subject": "alert seven"},
        {"subject": "alert 7 Smith"},
        {"subject": "alert 7\nSmith"},
    ],
)
def test_the_database_takes_no_event_out_of_the_lists(app_role: None, wrong: dict[str, str]):
    with pytest.raises(DatabaseError, match="an event is of"), transaction.atomic():
        connection.cursor().execute(INSERT, WELL_FORMED | wrong)


@pytest.mark.parametrize("kind", AuditKind.values)
@pytest.mark.parametrize(
    "subject", ["", "watchlist", "unknown user", *(f"{s} 7" for s in SUBJECTS)]
)
def test_the_database_takes_every_kind_and_subject_of_the_lists(
    app_role: None, kind: str, subject: str
):
    connection.cursor().execute(INSERT, WELL_FORMED | {"kind": kind, "subject": subject})

    assert AuditEvent.objects.get().subject == subject


def test_an_untouched_trail_is_sound(cast: Cast):
    make_deployment(status=Status.ENDED)

    result = verify()

    assert result.is_sound
    assert result.count == AuditEvent.objects.count() > 5
    last = AuditEvent.objects.order_by("-sequence")[0]
    assert result.head == last.hash


def test_an_empty_trail_is_sound(db: None):
    assert verify() == Verification(0, GENESIS)


@pytest.mark.django_db(transaction=True)
def test_many_writers_at_once_make_one_unbroken_chain():
    results = at_once([lambda: _record(10)] * 20)

    assert results == [None] * 20
    result = verify()
    assert (result.count, result.faults) == (200, ())
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

    assert verify().count == 2
