"""A request for access from its receipt to its answer: holds, moves, and what the database lets
nobody do."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone
from pytest_django.fixtures import Settings

from deployments import purge
from deployments.enums import (
    SUBJECT_ACCESS_MOVES,
    AuditKind,
    Status,
    SubjectAccessFileKind,
    SubjectAccessRefusal,
    SubjectAccessStatus,
)
from deployments.models import AuditEvent, Deployment, ErasureRecord, SubjectAccessRequest
from deployments.moving import Refused
from deployments.reconciliation import reconcile
from deployments.subject_access import handover, pictures, requests, retention, store
from tests.deployments.access_requests import (
    CASE,
    asked,
    opened,
    with_copy,
    with_faces,
    with_segment,
)
from tests.deployments.recordings import recorded
from tests.factories import Cast, make_camera, make_deployment
from tests.tampering import refusal_of

S = SubjectAccessStatus
UPDATE = "UPDATE deployments_subjectaccessrequest SET {} WHERE id = %s"


@pytest.fixture
def live(cast: Cast, settings: Settings) -> Deployment:
    settings.AUDIT_KEY = "c2lnbmluZy1rZXktb2YtMzItYnl0ZXMtMTIzNDU2Nzg="
    return make_deployment(status=Status.LIVE, records_cctv=True)


def test_opening_holds_what_there_is_and_is_on_record(live: Deployment):
    segment = recorded(live)
    recorded(live, started_at=timezone.now() - timedelta(hours=2))

    request = opened(live)

    assert request.hold is not None
    assert list(request.hold.segments.all()) == [segment]
    assert request.hold.get_ground_display() == "Subject access"
    event = AuditEvent.objects.get(action="subject_access.opened")
    assert event.reason == f"Subject access, case {CASE}"


def test_nothing_is_held_where_nothing_is_left(live: Deployment):
    ago = timezone.now() - timedelta(hours=2)

    assert opened(live, begins=ago, ends=ago + timedelta(hours=1)).hold is None


@pytest.mark.parametrize(
    ("received", "due"),
    [
        (date(2026, 1, 31), date(2026, 2, 28)),
        (date(2026, 3, 3), date(2026, 4, 3)),
        (date(2024, 1, 30), date(2024, 2, 29)),
    ],
)
def test_the_answer_is_due_a_month_after_the_receipt(live: Deployment, received: date, due: date):
    assert opened(live, received_on=received).due_on == due


def test_an_answer_that_is_late_stands_out(live: Deployment):
    late = opened(live, received_on=timezone.localdate() - timedelta(days=40))

    assert requests.is_overdue(late)
    assert not requests.is_overdue(opened(live))


@pytest.mark.parametrize("number", ["Jane Smith", "SMITH", "jane/1", "", "147 Smith"])
def test_a_case_number_is_no_name(live: Deployment, number: str):
    with pytest.raises(IntegrityError, match="subject_access_case_number"), transaction.atomic():
        SubjectAccessRequest.objects.create(
            deployment=live, opened_by=live.applicant, **_columns(live) | {"case_number": number}
        )


def _columns(live: Deployment) -> dict[str, object]:
    given = asked(live)
    return {name: getattr(given, name) for name in given.__slots__}


def test_what_makes_no_sense_is_refused_in_words(live: Deployment, cast: Cast):
    now = timezone.now()
    for changes, words in (
        ({"ends": now - timedelta(hours=1)}, "after the beginning"),
        ({"ends": now + timedelta(hours=2)}, "an hour at most"),
        ({"received_on": timezone.localdate() + timedelta(days=1)}, "lies ahead"),
        ({"camera": make_camera()}, "not part of the deployment"),
    ):
        with pytest.raises(Refused, match=words):
            opened(live, **changes)
    assert not SubjectAccessRequest.objects.exists()


def test_only_a_disclosure_officer_opens_and_answers(live: Deployment, cast: Cast):
    request = opened(live)
    for name, user in cast.everyone().items():
        if name == "disclosure_officer":
            continue
        with pytest.raises(Refused, match="Only a disclosure officer"):
            requests.open_request(live, asked(live), by=user)
        with pytest.raises(Refused, match="Only a disclosure officer"):
            requests.nothing_found(request, by=user)
        with pytest.raises(Refused, match="Only a disclosure officer"):
            requests.refuse(request, ground=SubjectAccessRefusal.CRIME, by=user)


def test_an_answer_ends_the_hold_and_is_given_once(live: Deployment, cast: Cast):
    request, _ = with_segment(live)

    ended = requests.nothing_found(request, by=cast.disclosure_officer)

    assert ended.hold is not None
    assert ended.hold.released_at is not None
    with pytest.raises(Refused, match="answered already"):
        requests.refuse(request, ground=SubjectAccessRefusal.UNFOUNDED, by=cast.disclosure_officer)


def test_a_refusal_names_its_ground_and_erases_what_was_made(live: Deployment, cast: Cast):
    request, segment = with_segment(live)
    with_copy(request, segment)

    requests.refuse(request, ground=SubjectAccessRefusal.OTHERS, by=cast.disclosure_officer)

    request.refresh_from_db()
    assert request.get_refusal_ground_display() == "The rights and freedoms of others"
    assert not request.files.exists()
    assert ErasureRecord.objects.filter(kind=store.KIND, deployment=live).exists()


def test_the_whole_way_to_a_handover(live: Deployment, cast: Cast):
    request, segment = with_segment(live)
    copy = with_copy(request, segment)
    assert request.status == S.PREPARED
    with pytest.raises(Refused, match="Look through every copy"):
        handover.hand_over(request, by=cast.disclosure_officer)

    requests.confirm(request, by=cast.disclosure_officer)
    done = handover.hand_over(request, by=cast.disclosure_officer)

    assert done.status == S.HANDED_OVER
    assert done.disclosure is not None
    assert done.disclosure.recipient == "The data subject"
    event = AuditEvent.objects.get(action="subject_access.handed_over")
    assert event.kind == AuditKind.DISCLOSURE
    assert [file.pk for file in done.files.all()] == [copy.pk], "still and faces are gone at once"


def test_another_moment_opens_it_again_and_every_copy_must_be_done(live: Deployment, cast: Cast):
    request, segment = with_segment(live)
    with_copy(request, segment)
    requests.confirm(request, by=cast.disclosure_officer)
    face = with_faces(request, segment)[1]

    second = pictures.ask_for_copy(request, face, by=cast.disclosure_officer)

    request.refresh_from_db()
    assert (request.status, request.reviewed_by) == (S.OPEN, None)
    pictures.drop(request, second, by=cast.disclosure_officer)
    request.refresh_from_db()
    assert request.status == S.PREPARED, "the first copy is still there"


@pytest.mark.parametrize("source", [s for s, moves in SUBJECT_ACCESS_MOVES.items() if moves])
def test_the_database_makes_no_other_move(live: Deployment, cast: Cast, source: S):
    request, segment = with_segment(live)
    if source != S.OPEN:
        with_copy(request, segment)
    if source == S.REVIEWED:
        requests.confirm(request, by=cast.disclosure_officer)

    for target in set(S) - set(SUBJECT_ACCESS_MOVES[source]) - {source}:
        assert refusal_of(UPDATE.format(f"status = '{target}'"), request.pk) != "", target


@pytest.mark.parametrize(
    "change",
    [
        "case_number = 'SAR/2'",
        "received_on = received_on + 1",
        "begins = begins - interval '1 day'",
        "status = 'prepared'",
        "status = 'reviewed'",
        "status = 'nothing_found'",
        "status = 'nothing_found', ended_by_id = opened_by_id, ended_at = now()",  # still held
        "hold_id = NULL",
    ],
)
def test_the_database_keeps_what_was_written(live: Deployment, change: str):
    request, _ = with_segment(live)

    assert refusal_of(UPDATE.format(change), request.pk) != ""
    assert refusal_of("DELETE FROM deployments_subjectaccessrequest WHERE id = %s", request.pk)


def test_a_worker_claims_once_and_loses_its_claim(live: Deployment, cast: Cast):
    request, segment = with_segment(live)
    still = pictures.ask_for_faces(request, segment, at_s=0.5, by=cast.disclosure_officer)

    first = pictures.claim(still.pk)
    assert first is not None
    assert pictures.claim(still.pk) is None
    assert pictures.waiting() == []

    before = timezone.now() - pictures.LOST_AFTER - timedelta(seconds=1)
    request.files.update(worked_at=before)
    assert pictures.waiting() == [still.pk]
    assert pictures.claim(still.pk) is not None
    requests.nothing_found(request, by=cast.disclosure_officer)
    assert not pictures.report(first, percent=5)


def test_what_was_made_goes_a_week_after_the_answer(
    live: Deployment,
    cast: Cast,
    settings: Settings,
    django_capture_on_commit_callbacks: Any,
):
    request, segment = with_segment(live)
    copy = with_copy(request, segment)
    requests.confirm(request, by=cast.disclosure_officer)
    done = handover.hand_over(request, by=cast.disclosure_officer)
    assert done.ended_at is not None
    assert retention.due_at(done) == done.ended_at + timedelta(days=7)
    purge.purge()
    assert store.fault_of(copy) == ""

    settings.RETENTION_PERIODS_S = {store.KIND: 0}
    with django_capture_on_commit_callbacks(execute=True):
        purge.purge()

    assert not request.files.exists()
    assert not store.path_of(copy.pk).exists()
    assert "overdue" not in {finding.what for finding in reconcile().findings}


def test_what_was_made_for_a_forgotten_request_goes_too(
    live: Deployment, django_capture_on_commit_callbacks: Any
):
    segment = recorded(live)
    request = opened(live, received_on=timezone.localdate() - timedelta(days=70))
    with_copy(request, segment)

    with django_capture_on_commit_callbacks(execute=True):
        purge.purge()

    assert not request.files.filter(kind=SubjectAccessFileKind.COPY).exists()


def test_an_altered_copy_is_not_handed_over(live: Deployment, cast: Cast):
    request, segment = with_segment(live)
    copy = with_copy(request, segment)
    requests.confirm(request, by=cast.disclosure_officer)
    path = store.path_of(copy.pk)
    flipped = bytearray(path.read_bytes())
    flipped[300] ^= 1
    path.write_bytes(flipped)

    with pytest.raises(Refused, match="altered"):
        handover.hand_over(request, by=cast.disclosure_officer)


def test_the_applications_role_may_do_all_of_it_and_remove_no_request(
    live: Deployment, cast: Cast, app_role: None
):
    request, segment = with_segment(live)
    with_copy(request, segment)
    requests.confirm(request, by=cast.disclosure_officer)

    done = handover.hand_over(request, by=cast.disclosure_officer)

    assert done.status == S.HANDED_OVER
    assert refusal_of("DELETE FROM deployments_subjectaccessrequest")
    assert refusal_of("TRUNCATE deployments_subjectaccessrequest CASCADE")
