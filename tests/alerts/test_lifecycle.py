"""What is raised, who decides, and that nobody waits for ever or decides twice."""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any
from unittest import mock

import pytest
from django.db import DatabaseError, transaction
from django.utils import timezone
from pytest_django.fixtures import Settings

from alerts import lifecycle, raising, second_opinions
from alerts.enums import AlertStatus, DismissalReason, EventKind, OfficersView, Outcome, Verdict
from alerts.findings import Findings
from alerts.models import Adjudication, Alert, AlertEvent, Engagement, FieldAssessment, FirstLook
from alerts.transitions import MOVES
from deployments import audit, image_store, watchlist
from deployments import lifecycle as deployment_lifecycle
from deployments.audit_verification import verify
from deployments.enums import AuditKind, Role, Status
from deployments.lifecycle import Refused
from deployments.locking import lock
from deployments.models import AuditEvent, Camera, Deployment, StoredImage, User, WatchlistEntry
from tests.concurrency import at_once, wait_until_blocked
from tests.factories import (
    Cast,
    make_alert,
    make_camera,
    make_cast,
    make_deployment,
    make_entry,
    new_alert,
)

FINDINGS = Findings(texts={"subject": "Same scar on the left cheek."})


@pytest.fixture
def live(cast: Cast) -> Deployment:
    return make_deployment(status=Status.LIVE)


@pytest.fixture
def entry(live: Deployment) -> WatchlistEntry:
    return make_entry(live)


@pytest.fixture
def camera(live: Deployment) -> Camera:
    return live.cameras.get()


# Raising


def test_an_alert_names_entry_threshold_model_and_version(
    live: Deployment, camera: Camera, entry: WatchlistEntry
):
    alert = raising.raise_alert(live, camera, new_alert(entry, similarity=0.77))

    assert alert is not None
    stored = Alert.objects.get(pk=alert.pk)
    assert (stored.entry, stored.camera, stored.deployment) == (entry, camera, live)
    assert (stored.similarity, stored.threshold) == (0.77, live.threshold)
    assert (stored.profile, stored.profile_version) == ("embedded", "embedded-1")
    assert (stored.category, stored.response) == (entry.category, entry.response)
    assert stored.status == AlertStatus.RAISED


def test_raising_stores_both_pictures_one_event_and_one_audit_row(
    live: Deployment, camera: Camera, entry: WatchlistEntry
):
    new = new_alert(entry)

    alert = raising.raise_alert(live, camera, new)

    assert alert is not None
    assert alert.probe is not None
    assert alert.context is not None
    assert image_store.read(alert.probe) == new.probe
    assert image_store.read(alert.context) == new.context
    assert [event.kind for event in alert.events.all()] == [EventKind.RAISED]
    event = AuditEvent.objects.get(action="alert.raised")
    assert event.subject == f"alert {alert.pk}"
    assert entry.name not in event.details
    assert entry.reference not in event.details


@pytest.mark.parametrize("status", [Status.READY, Status.SUSPENDED, Status.ENDED, Status.CLOSED])
def test_nothing_is_raised_without_a_live_authority(cast: Cast, status: Status):
    deployment = make_deployment(status=status)
    other = make_entry(make_deployment(status=Status.LIVE))

    assert raising.raise_alert(deployment, deployment.cameras.get(), new_alert(other)) is None
    assert Alert.objects.count() == StoredImage.objects.filter(kind="probe").count() == 0


def test_a_stale_view_of_the_deployment_raises_nothing(
    live: Deployment, camera: Camera, entry: WatchlistEntry, cast: Cast
):
    """The worker's own object still says LIVE."""
    stale = Deployment.objects.get(pk=live.pk)
    deployment_lifecycle.suspend(live, by=cast.alice, reason="Rain.")

    assert stale.status == Status.LIVE
    assert raising.raise_alert(stale, camera, new_alert(entry)) is None


def test_a_person_of_another_list_or_withdrawn_or_pending_raises_nothing(
    live: Deployment, camera: Camera, entry: WatchlistEntry, cast: Cast
):
    foreign = make_entry(make_deployment(status=Status.LIVE))
    pending = make_entry(live, is_enrolled=False)
    gone = new_alert(entry)
    watchlist.withdraw_entry(entry, by=cast.watchlist_manager, reason="Arrested elsewhere.")

    for new in (new_alert(foreign), new_alert(pending), gone):
        assert raising.raise_alert(live, camera, new) is None
    assert Alert.objects.count() == 0


@pytest.mark.parametrize("similarity", [0.49, float("nan")])
def test_a_match_below_the_authorised_threshold_raises_nothing(
    live: Deployment, camera: Camera, entry: WatchlistEntry, similarity: float
):
    """A variation may have raised it since the frame was seen."""
    assert raising.raise_alert(live, camera, new_alert(entry, similarity=similarity)) is None

    assert Alert.objects.count() == AlertEvent.objects.count() == 0
    assert not StoredImage.objects.filter(kind__in=("probe", "context")).exists()


def test_a_match_by_another_model_is_refused_whole(
    live: Deployment, camera: Camera, entry: WatchlistEntry
):
    with pytest.raises(DatabaseError):
        raising.raise_alert(live, camera, new_alert(entry, profile="gpu"))

    assert Alert.objects.count() == AlertEvent.objects.count() == 0
    assert not StoredImage.objects.filter(kind__in=("probe", "context")).exists()
    assert not AuditEvent.objects.filter(action="alert.raised").exists()


def test_a_camera_that_was_not_authorised_raises_nothing(live: Deployment, entry: WatchlistEntry):
    assert raising.raise_alert(live, make_camera(), new_alert(entry)) is None
    assert Alert.objects.count() == 0


def test_an_alert_whose_audit_row_fails_was_never_raised(
    live: Deployment, camera: Camera, entry: WatchlistEntry
):
    with (
        mock.patch.object(audit, "record", side_effect=OSError("no room")),
        pytest.raises(OSError, match="no room"),
    ):
        raising.raise_alert(live, camera, new_alert(entry))

    assert Alert.objects.count() == AlertEvent.objects.count() == 0
    live.refresh_from_db()
    assert live.event_sequence == 0


# Repeated sightings


def _seen(live: Deployment, camera: Camera, entry: WatchlistEntry, after_s: float) -> Alert:
    at = timezone.now() + timedelta(seconds=after_s)
    alert = raising.raise_alert(live, camera, new_alert(entry, captured_at=at))
    assert alert is not None
    return alert


def test_repeated_sightings_extend_one_alert(
    live: Deployment, camera: Camera, entry: WatchlistEntry
):
    first = _seen(live, camera, entry, 0)

    last = [_seen(live, camera, entry, seconds) for seconds in (1, 20, 70, 125)][-1]

    assert last.pk == first.pk
    assert Alert.objects.count() == 1
    assert last.sighting_count == 5
    assert last.last_seen_at - first.captured_at >= timedelta(seconds=124)
    assert StoredImage.objects.filter(kind="probe").count() == 1


def test_after_the_merge_time_it_is_another_alert(
    live: Deployment, camera: Camera, entry: WatchlistEntry, settings: Settings
):
    settings.ALERT_MERGE_S = 30
    first = _seen(live, camera, entry, 0)

    assert _seen(live, camera, entry, 29).pk == first.pk
    assert _seen(live, camera, entry, 60).pk != first.pk


def test_another_camera_or_person_is_another_alert(cast: Cast):
    cameras = [make_camera(), make_camera()]
    live = make_deployment(status=Status.LIVE, cameras=cameras)
    one, other = make_entry(live), make_entry(live)

    seen = {_seen(live, camera, e, 0).pk for camera in cameras for e in (one, other)}

    assert len(seen) == 4


def test_a_late_sighting_does_not_turn_the_time_back(
    live: Deployment, camera: Camera, entry: WatchlistEntry
):
    alert = _seen(live, camera, entry, 10)

    again = _seen(live, camera, entry, 4)

    assert again.last_seen_at == alert.last_seen_at
    assert again.sighting_count == 2


def test_consoles_hear_of_repeats_now_and_then_only(
    live: Deployment, camera: Camera, entry: WatchlistEntry
):
    alert = _seen(live, camera, entry, 0)
    for _ in range(5):
        _seen(live, camera, entry, 1)
    assert alert.events.count() == 1

    with mock.patch.object(raising, "SEEN_AGAIN_EVERY", timedelta(0)):
        _seen(live, camera, entry, 2)

    assert alert.events.filter(kind=EventKind.SEEN_AGAIN).count() == 1


# Deciding


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


# Races, on real connections


@pytest.mark.django_db(transaction=True)
def test_hundreds_of_attempts_to_claim_have_one_winner_each():
    cast, live = make_cast(), make_deployment(status=Status.LIVE)
    camera = live.cameras.get()
    with mock.patch.object(raising, "_extend", return_value=None):  # one person, many alerts
        entry = make_entry(live)
        alerts = [raising.raise_alert(live, camera, new_alert(entry)) for _ in range(50)]
    start_line = threading.Barrier(4)

    def claims_all(by: User) -> list[bool]:
        won = []
        for alert in alerts:
            assert alert is not None
            start_line.wait(30)
            try:
                won.append(lifecycle.claim(alert, by=by).claimed_by == by)
            except Refused:
                won.append(False)
        return won

    results = at_once([partial(claims_all, by) for by in (cast.alice, cast.bob) * 2])

    assert [sum(won) for won in zip(*results, strict=True)] == [1] * len(alerts)
    claimed = AuditEvent.objects.filter(action="alert.claimed")
    assert claimed.count() == AlertEvent.objects.filter(kind="claimed").count() == len(alerts)
    assert verify().is_sound


@pytest.mark.django_db(transaction=True)
def test_a_sighting_and_a_claim_do_not_wait_for_each_other():
    """The recogniser holds the deployment and extends the alert, while an operator claims it."""
    cast, live = make_cast(), make_deployment(status=Status.LIVE)
    entry, camera = make_entry(live), live.cameras.get()
    alert = make_alert(live, entry=entry)
    held = threading.Event()

    def sees_again() -> Alert | None:
        with transaction.atomic():
            lock(live.pk)
            held.set()
            wait_until_blocked()
            return raising.raise_alert(live, camera, new_alert(entry))

    def claims() -> Alert:
        assert held.wait(30)
        return lifecycle.claim(alert, by=cast.alice)

    extended, claimed = at_once([sees_again, claims])

    assert isinstance(extended, Alert)
    assert isinstance(claimed, Alert)
    alert.refresh_from_db()
    assert (alert.status, alert.sighting_count) == (AlertStatus.CLAIMED, 2)


@pytest.mark.django_db(transaction=True)
def test_a_consultation_and_a_sighting_do_not_wait_for_each_other():
    """Who looks at an image holds the audit chain, and their event refers to the deployment."""
    cast, live = make_cast(), make_deployment(status=Status.LIVE)
    entry, camera = make_entry(live), live.cameras.get()
    recorded = threading.Event()

    def looks() -> None:
        with transaction.atomic():
            audit.record(
                "image.viewed",
                kind=AuditKind.CONSULTATION,
                by=cast.alice,
                deployment=live,
                reason="Judging the alert.",
            )
            recorded.set()
            wait_until_blocked()

    def sees() -> Alert | None:
        assert recorded.wait(30)
        return raising.raise_alert(live, camera, new_alert(entry))

    looked, seen = at_once([looks, sees])

    assert looked is None
    assert isinstance(seen, Alert)


@pytest.mark.django_db(transaction=True)
def test_a_withdrawal_and_a_sighting_of_the_same_person_end_well():
    cast, live = make_cast(), make_deployment(status=Status.LIVE)
    camera = live.cameras.get()

    for _ in range(6):
        entry = make_entry(live)
        new = new_alert(entry)
        make_alert(live, entry=entry)
        results = at_once(
            [
                partial(raising.raise_alert, live, camera, new),
                partial(
                    watchlist.withdraw_entry, entry, by=cast.watchlist_manager, reason="Arrested."
                ),
                partial(raising.raise_alert, live, camera, new),
            ]
        )
        assert not [result for result in results if isinstance(result, Exception)]
    assert not Alert.objects.filter(erased_at=None).exists()


@pytest.mark.django_db(transaction=True)
def test_a_storm_of_everything_at_once_leaves_one_order_and_no_deadlock():
    cast, live = make_cast(), make_deployment(status=Status.LIVE)
    camera = live.cameras.get()
    entries = [make_entry(live) for _ in range(4)]

    def operator(by: User) -> None:
        for alert in Alert.objects.filter(deployment=live, status=AlertStatus.RAISED):
            try:
                held = lifecycle.claim(alert, by=by)
                lifecycle.confirm(held, by=by, findings=FINDINGS)
                lifecycle.dispatch(held, by=by, source="pnc")
            except Refused:
                continue

    def recogniser(entry: WatchlistEntry) -> None:
        for _ in range(6):
            raising.raise_alert(live, camera, new_alert(entry))

    calls: list[Callable[[], Any]] = [partial(recogniser, entry) for entry in entries]
    calls += [lambda: operator(cast.alice), lambda: operator(cast.bob)]
    calls += [lambda: lifecycle.escalate_unclaimed(after_s=0)]
    results = at_once(calls)

    assert [result for result in results if isinstance(result, Exception)] == []
    sequences = list(live.alert_events.values_list("sequence", flat=True))
    assert sequences == list(range(1, len(sequences) + 1))
    assert Alert.objects.filter(deployment=live).count() == len(entries)
    assert verify().is_sound
