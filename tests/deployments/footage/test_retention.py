"""31 days, then gone: file, key and all, but for what is held; the row and the ledger stay."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone
from pytest_django import DjangoCaptureOnCommitCallbacks
from pytest_django.fixtures import Settings

from deployments import lifecycle, purge
from deployments.encryption import Unreadable
from deployments.enums import FootageGround, Status
from deployments.footage import chain, holds, retention, store
from deployments.lifecycle import Refused
from deployments.models import (
    AuditEvent,
    Deployment,
    ErasureRecord,
    FootageHold,
    FootageKey,
    FootageSegment,
)
from deployments.queries import waiting_for
from deployments.retention import RULES
from tests.deployments.recordings import recorded
from tests.factories import Cast, make_deployment, person
from tests.tampering import force_status

pytestmark = pytest.mark.usefixtures("recognition_worker")
LONG_AGO = timedelta(days=32)


@pytest.fixture
def live(cast: Cast) -> Deployment:
    return make_deployment(status=Status.LIVE, records_cctv=True)


def recorded_long_ago(deployment: Deployment) -> FootageSegment:
    return recorded(deployment, started_at=timezone.now() - LONG_AGO)


def held(deployment: Deployment, *segments: FootageSegment) -> FootageHold:
    return holds.hold(
        deployment,
        segments,
        ground=FootageGround.COMPLAINT,
        reason="Complaint 12/26.",
        review_on=timezone.localdate() + timedelta(days=14),
        by=person("disclosure_officer"),
    )


def test_the_period_is_what_was_promised():
    assert RULES["footage"].default == RULES["footage"].maximum == timedelta(days=31)


def test_what_is_over_goes_and_the_rest_stays(
    live: Deployment, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
):
    over, recent = recorded_long_ago(live), recorded(live)

    with django_capture_on_commit_callbacks(execute=True):
        purge.purge()

    over.refresh_from_db()
    assert over.erased_at is not None
    assert not store.path_of(over.pk).exists()
    assert not FootageKey.objects.filter(segment=over).exists()
    with pytest.raises(Unreadable):
        store.opened(over)
    assert chain.fault_of(recent) == ""
    assert chain.verify(live).is_sound
    record = ErasureRecord.objects.get(kind="footage")
    assert record.count == 1
    assert AuditEvent.objects.filter(action="retention.erased").exists()


def test_policy_may_erase_earlier(live: Deployment, settings: Settings):
    recorded(live, started_at=timezone.now() - timedelta(days=8))
    settings.RETENTION_PERIODS_S = {"footage": 7 * 86400}

    (due,) = retention.find_footage()

    assert due.is_overdue
    assert retention.erase_footage(due) == 1


def test_it_outlives_its_deployment_and_no_longer_than_its_period(live: Deployment):
    """The watchlist's key goes with the watchlist; footage has keys of its own."""
    segment = recorded(live)
    lifecycle.end(live, by=person("alice"), reason="Over.")

    assert chain.fault_of(segment) == ""
    (due,) = retention.find_footage()
    assert segment.ended_at is not None
    assert due.due_at == segment.ended_at + timedelta(days=31)


def test_it_goes_from_a_deployment_that_was_closed_long_ago(cast: Cast):
    live = make_deployment(status=Status.LIVE, records_cctv=True)
    segment = recorded_long_ago(live)
    closed = force_status(live, Status.CLOSED)

    purge.purge()

    segment.refresh_from_db()
    assert segment.erased_at is not None
    assert closed.erasures.get(kind="footage").count == 1


def test_what_is_held_stays_until_the_hold_is_released(live: Deployment):
    one, other = recorded_long_ago(live), recorded_long_ago(live)
    hold = held(live, one)

    purge.purge()

    one.refresh_from_db()
    other.refresh_from_db()
    assert one.is_there
    assert not other.is_there
    assert purge.overdue() == []
    holds.release(hold, reason="Withdrawn.", by=person("disclosure_officer"))
    purge.purge()
    one.refresh_from_db()
    assert not one.is_there


def test_two_holds_on_one_segment_are_two(live: Deployment):
    segment = recorded_long_ago(live)
    first, second = held(live, segment), held(live, segment)

    holds.release(first, reason="Withdrawn.", by=person("disclosure_officer"))

    assert not retention.unheld().exists()
    holds.release(second, reason="Withdrawn too.", by=person("disclosure_officer"))
    assert retention.unheld().get() == segment


def test_the_database_refuses_to_erase_what_is_held(live: Deployment):
    segment = recorded(live)
    held(live, segment)

    with pytest.raises(IntegrityError, match="held is not erased"), transaction.atomic():
        FootageSegment.objects.filter(pk=segment.pk).update(erased_at=timezone.now())


def test_what_is_gone_cannot_be_held(live: Deployment):
    segment = recorded_long_ago(live)
    purge.purge()

    with pytest.raises(Refused, match="Nothing is left"):
        held(live, segment)


def test_a_hold_needs_its_words_and_a_review_in_time(live: Deployment):
    segment, today = recorded(live), timezone.localdate()
    for reason, days, words in [
        ("", 14, "Say why"),
        ("Complaint.", 0, "reviewed within"),
        ("Complaint.", 93, "reviewed within"),
    ]:
        with pytest.raises(Refused, match=words):
            holds.hold(
                live,
                [segment],
                ground=FootageGround.COMPLAINT,
                reason=reason,
                review_on=today + timedelta(days=days),
                by=person("disclosure_officer"),
            )


@pytest.mark.parametrize(
    "username", ["applicant", "alice", "auditor", "inspector", "system_administrator", "charlie"]
)
def test_nobody_else_holds(live: Deployment, username: str):
    segment = recorded(live)
    with pytest.raises(Refused, match="Only a disclosure officer"):
        holds.hold(
            live,
            [segment],
            ground=FootageGround.COMPLAINT,
            reason="Mine.",
            review_on=timezone.localdate() + timedelta(days=1),
            by=person(username),
        )


def test_a_review_date_that_passes_is_overdue_and_erases_nothing(live: Deployment):
    hold = held(live, recorded_long_ago(live))
    # As the calendar goes on: the trigger lets the date move forward only.
    late = timezone.now() + timedelta(days=15)

    assert not holds.is_overdue(hold)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("django.utils.timezone.now", lambda: late)
        assert holds.is_overdue(hold)
        assert holds.overdue().get() == hold
        for username, waits in [("disclosure_officer", True), ("auditor", False)]:
            titles = [each.title for each in waiting_for(person(username))]
            assert ("Holds on footage to review" in titles) is waits
        assert not retention.unheld().exists()
        again = late.date() + timedelta(days=30)
        holds.extend(hold, review_on=again, reason="Trial in May.", by=person("disclosure_officer"))
        assert holds.overdue().count() == 0
    event = AuditEvent.objects.get(action="footage.hold_reviewed")
    assert event.reason == "Trial in May."


def test_a_hold_is_released_once_and_not_rewritten(live: Deployment):
    hold = held(live, recorded(live))
    holds.release(hold, reason="Withdrawn.", by=person("authorising_officer"))

    with pytest.raises(Refused, match="released already"):
        holds.release(hold, reason="Again.", by=person("disclosure_officer"))
    with pytest.raises(IntegrityError, match="written once"), transaction.atomic():
        FootageHold.objects.filter(pk=hold.pk).update(reason="Another.")
