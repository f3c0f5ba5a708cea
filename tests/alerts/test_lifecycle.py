"""Who decides what of an alert, with what beside it, and what is refused."""

from collections.abc import Callable
from dataclasses import dataclass
from unittest import mock

import pytest
from django.utils import timezone

from alerts import lifecycle, second_opinions
from alerts.enums import AlertStatus, DismissalReason, EventKind, OfficersView, Outcome, Verdict
from alerts.findings import Findings
from alerts.models import Adjudication, Alert, AlertEvent, Engagement, FieldAssessment, FirstLook
from alerts.transitions import MOVES
from deployments import audit
from deployments.enums import AuditKind, Role, Status
from deployments.lifecycle import Refused
from deployments.models import AuditEvent, Deployment, StoredImage, User
from tests.factories import (
    Cast,
    make_alert,
    make_deployment,
)

FINDINGS = Findings(texts={"subject": "Same scar on the left cheek."})


@pytest.fixture
def live(cast: Cast) -> Deployment:
    return make_deployment(status=Status.LIVE)


def _ask_second(alert: Alert, by: User) -> Alert:
    """With the first look that the question wants, where this person can have had one."""
    if alert.claimed_by_id == by.pk and alert.status == AlertStatus.CLAIMED:
        FirstLook.objects.get_or_create(alert=alert, by=by)
    return second_opinions.ask(alert, by=by)


@dataclass(frozen=True)
class Case:
    name: str
    status: AlertStatus
    event: EventKind
    allowed: tuple[str, ...]
    call: Callable[[Alert, User], Alert]


def _engage(alert: Alert, by: User) -> Alert:
    """On the officers' own assessment; an operator records what they say by radio."""
    if by.has_role(Role.ENGAGEMENT_OFFICER):
        view = {"view": OfficersView.COULD_BE, "assessed_at": timezone.now()}
        FieldAssessment.objects.update_or_create(alert=alert, by=by, defaults=view)
    return lifecycle.engage(alert, by=by)


FIELD = ("alice", "bob", "engagement_officer")
CASES = {
    case.name: case
    for case in (
        Case(
            "claim",
            AlertStatus.RAISED,
            EventKind.CLAIMED,
            ("alice", "bob"),
            lambda a, by: lifecycle.claim(a, by=by),
        ),
        Case(
            "release",
            AlertStatus.CLAIMED,
            EventKind.RELEASED,
            ("alice",),
            lambda a, by: lifecycle.release(a, by=by),
        ),
        Case(
            "dismiss",
            AlertStatus.CLAIMED,
            EventKind.DISMISSED,
            ("alice",),
            lambda a, by: lifecycle.dismiss(a, by=by, reason=DismissalReason.LOOKALIKE),
        ),
        Case(
            "confirm",
            AlertStatus.CLAIMED,
            EventKind.CONFIRMED,
            ("alice",),
            lambda a, by: lifecycle.confirm(a, by=by, findings=FINDINGS),
        ),
        Case(
            "ask_second",
            AlertStatus.CLAIMED,
            EventKind.SECOND_ASKED,
            ("alice",),
            lambda a, by: _ask_second(a, by=by),
        ),
        Case(
            "end_second",
            AlertStatus.SECOND_LOOK,
            EventKind.SECOND_GIVEN,
            ("bob",),
            lambda a, by: second_opinions.answer(
                a, by=by, verdict=Verdict.CONFIRMED, findings=FINDINGS
            ),
        ),
        Case(
            "undo",
            AlertStatus.CONFIRMED,
            EventKind.UNDONE,
            ("alice",),
            lambda a, by: lifecycle.undo(a, by=by),
        ),
        Case(
            "dispatch",
            AlertStatus.CONFIRMED,
            EventKind.DISPATCHED,
            ("alice",),
            lambda a, by: lifecycle.dispatch(a, by=by, source="pnc"),
        ),
        Case(
            "not_sought",
            AlertStatus.CONFIRMED,
            EventKind.NOT_SOUGHT,
            ("alice",),
            lambda a, by: lifecycle.close_not_sought(a, by=by, source="pnc"),
        ),
        Case(
            "engage",
            AlertStatus.DISPATCHED,
            EventKind.ENGAGED,
            FIELD,
            _engage,
        ),
        Case(
            "not_located",
            AlertStatus.DISPATCHED,
            EventKind.NOT_LOCATED,
            FIELD,
            lambda a, by: lifecycle.not_located(a, by=by),
        ),
        Case(
            "resolve",
            AlertStatus.ENGAGED,
            EventKind.RESOLVED,
            FIELD,
            lambda a, by: lifecycle.resolve(
                a, by=by, outcome="arrest", identity_confirmed=True, notice_handed_over=True
            ),
        ),
    )
}


by_case = pytest.mark.parametrize("case", CASES.values(), ids=CASES)


def test_every_move_is_tried():
    """No person abandons an alert: see test_clock."""
    assert set(CASES) | {"abandon"} == set(MOVES)


@by_case
def test_it_moves_with_one_event_and_one_audit_row(live: Deployment, cast: Cast, case: Case):
    alert = make_alert(live, status=case.status)
    before = AuditEvent.objects.count()

    moved = case.call(alert, cast.everyone()[case.allowed[0]])

    assert Alert.objects.get(pk=alert.pk).status == moved.status == MOVES[case.name][1]
    told = alert.events.exclude(kind=EventKind.ERASED).order_by("-sequence")
    assert told[0].kind == case.event
    written = AuditEvent.objects.filter(sequence__gt=before)
    (event,) = written.exclude(action__startswith="watchlist.").exclude(kind=AuditKind.ERASURE)
    assert (event.action, event.actor) == (f"alert.{case.event.value}", case.allowed[0])


@by_case
def test_nobody_else_may(live: Deployment, cast: Cast, case: Case):
    """Alice holds the alert; Bob is an operator too."""
    alert = make_alert(live, status=case.status, by=cast.alice)
    events = AlertEvent.objects.count()

    for name, user in cast.everyone().items():
        if name not in case.allowed:
            with pytest.raises(Refused):
                case.call(alert, user)

    alert.refresh_from_db()
    assert alert.status == case.status
    assert AlertEvent.objects.count() == events


@by_case
def test_it_is_refused_from_every_other_status(live: Deployment, cast: Cast, case: Case):
    actor = cast.everyone()[case.allowed[0]]
    for status in sorted(set(AlertStatus) - MOVES[case.name][0]):
        alert = make_alert(live, status=status)
        with pytest.raises(Refused):
            case.call(alert, actor)
        alert.refresh_from_db()
        assert alert.status == status


@by_case
def test_it_stands_or_falls_with_its_audit_row(live: Deployment, cast: Cast, case: Case):
    alert = make_alert(live, status=case.status)
    counts = AlertEvent.objects.count(), Adjudication.objects.count(), Engagement.objects.count()

    with (
        mock.patch.object(audit, "record", side_effect=OSError("no room")),
        pytest.raises(OSError, match="no room"),
    ):
        case.call(alert, cast.everyone()[case.allowed[0]])

    assert Alert.objects.get(pk=alert.pk).status == case.status
    assert counts == (
        AlertEvent.objects.count(),
        Adjudication.objects.count(),
        Engagement.objects.count(),
    )


@by_case
def test_an_erased_alert_takes_no_decision(live: Deployment, cast: Cast, case: Case):
    from alerts.erasure import forget_entry

    alert = make_alert(live, status=case.status)
    assert alert.entry is not None
    forget_entry(alert.entry)

    with pytest.raises(Refused, match="was erased"):
        case.call(alert, cast.everyone()[case.allowed[0]])


def test_officers_are_sent_once_it_was_asked_whether_the_person_is_still_sought(
    live: Deployment, cast: Cast
):
    alert = make_alert(live, status=AlertStatus.CONFIRMED)
    assert alert.entry is not None
    with pytest.raises(Refused, match="ask whether the person is still sought"):
        lifecycle.dispatch(alert, by=cast.alice)
    with pytest.raises(Refused, match="Say who was asked"):
        lifecycle.dispatch(alert, by=cast.alice, source="a friend")

    lifecycle.dispatch(alert, by=cast.alice, source="court", reference="W-1")

    asked = alert.entry.sought_checks.get()
    assert (asked.source, asked.source_reference, asked.by) == ("court", "W-1", cast.alice)
    event = AuditEvent.objects.filter(action="watchlist.still_sought").latest("sequence")
    assert event.subject == f"entry {asked.entry_id}"
    assert "W-1" not in event.details + event.reason


def test_who_is_no_longer_sought_comes_off_the_list_and_nobody_is_sent(
    live: Deployment, cast: Cast
):
    alert = make_alert(live, status=AlertStatus.CONFIRMED)
    images, version = [alert.probe, alert.context], Deployment.objects.get().watchlist_version

    closed = lifecycle.close_not_sought(alert, by=cast.alice, source="officer_in_case")

    assert (closed.status, closed.entry, closed.is_erased) == (AlertStatus.NOT_SOUGHT, None, True)
    assert not StoredImage.objects.filter(pk__in=[image.pk for image in images if image]).exists()
    assert live.entries.count() == 1
    assert Deployment.objects.get().watchlist_version == version + 1
    withdrawn = AuditEvent.objects.get(action="watchlist.withdrawn")
    assert (withdrawn.actor, withdrawn.reason) == (
        "alice",
        "No longer sought. Asked: Officer in the case.",
    )


@pytest.mark.parametrize("factors", [{}, {"subject": "  "}, {"system": "", "environment": "\n"}])
def test_a_confirmation_says_what_was_compared(
    live: Deployment, cast: Cast, factors: dict[str, str]
):
    alert = make_alert(live, status=AlertStatus.CLAIMED)

    with pytest.raises(Refused, match="what you compared"):
        lifecycle.confirm(alert, by=cast.alice, findings=Findings(texts=factors))


def test_a_dismissal_says_why(live: Deployment, cast: Cast):
    with pytest.raises(Refused, match="why the alert is dismissed"):
        lifecycle.dismiss(make_alert(live, status=AlertStatus.CLAIMED), by=cast.alice, reason="")


@pytest.mark.parametrize("outcome", Outcome)
def test_outcome_and_identity_must_agree(live: Deployment, cast: Cast, outcome: Outcome):
    alert = make_alert(live, status=AlertStatus.ENGAGED)
    is_them = outcome != Outcome.NOT_THE_PERSON

    with pytest.raises(Refused, match="contradict"):
        lifecycle.resolve(
            alert,
            by=cast.alice,
            outcome=outcome,
            identity_confirmed=not is_them,
            notice_handed_over=True,
        )
    lifecycle.resolve(
        alert, by=cast.alice, outcome=outcome, identity_confirmed=is_them, notice_handed_over=False
    )

    engagement = Engagement.objects.get(alert=alert)
    assert (engagement.outcome, engagement.notice_handed_over) == (outcome, False)


def test_an_unknown_outcome_is_refused(live: Deployment, cast: Cast):
    with pytest.raises(Refused, match="Choose an outcome"):
        lifecycle.resolve(
            make_alert(live, status=AlertStatus.ENGAGED),
            by=cast.alice,
            outcome="other",
            identity_confirmed=True,
            notice_handed_over=True,
        )


def test_a_released_alert_can_be_claimed_by_another(live: Deployment, cast: Cast):
    alert = lifecycle.release(make_alert(live, status=AlertStatus.CLAIMED), by=cast.alice)
    assert alert.claimed_by is None

    assert lifecycle.claim(alert, by=cast.bob).claimed_by == cast.bob


def test_the_second_to_claim_learns_who_was_first(live: Deployment, cast: Cast):
    alert = make_alert(live)
    lifecycle.claim(alert, by=cast.alice)

    with pytest.raises(Refused, match="with Constable Alice"):
        lifecycle.claim(alert, by=cast.bob)


def test_what_nobody_claims_escalates_once(live: Deployment, cast: Cast):
    waiting, claimed = make_alert(live), make_alert(live, status=AlertStatus.CLAIMED)

    assert lifecycle.escalate_unclaimed(after_s=3600) == 0
    assert lifecycle.escalate_unclaimed(after_s=0) == 1
    assert lifecycle.escalate_unclaimed(after_s=0) == 0

    assert waiting.events.filter(kind=EventKind.ESCALATED).count() == 1
    assert not claimed.events.filter(kind=EventKind.ESCALATED).exists()
