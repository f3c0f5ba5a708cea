"""Every transition: who may, who may not, from where, and that its audit event stands with it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any
from unittest import mock

import pytest
from celery import current_app
from django.utils import timezone

from deployments import audit, lifecycle, moving
from deployments.enums import EntryStatus, Status
from deployments.lifecycle import Refused
from deployments.models import AuditEvent, Deployment, StatusChange, User
from deployments.transitions import TRANSITIONS
from tests.concurrency import at_once
from tests.factories import (
    Cast,
    make_cast,
    make_deployment,
    make_entry,
    recognition_worker_answers,
    still_sought_list,
)
from tests.tampering import force_status


@dataclass(frozen=True)
class Case:
    """`status` is where it is tried from; `allowed` and the rest of the cast try it."""

    name: str
    status: Status
    allowed: tuple[str, ...]
    call: Callable[[Deployment, User], Deployment]


OPERATORS = ("alice", "bob")
OFFICERS = ("authorising_officer", "second_superintendent")
CASES = {
    case.name: case
    for case in (
        Case("submit", Status.DRAFT, ("applicant",), lambda d, by: lifecycle.submit(d, by=by)),
        Case(
            "return",
            Status.SUBMITTED,
            OFFICERS,
            lambda d, by: lifecycle.return_to_applicant(d, by=by, reasons="Name the streets."),
        ),
        Case(
            "refuse",
            Status.SUBMITTED,
            OFFICERS,
            lambda d, by: lifecycle.refuse(d, by=by, reasons="Not proportionate."),
        ),
        Case(
            "authorise",
            Status.SUBMITTED,
            OFFICERS,
            lambda d, by: lifecycle.authorise(d, by=by, reasons="Necessary."),
        ),
        Case(
            "make_ready",
            Status.AUTHORISED,
            (*OPERATORS, "watchlist_manager", "second_watchlist_manager"),
            lambda d, by: lifecycle.make_ready(d, by=by),
        ),
        Case(
            "reopen_watchlist",
            Status.READY,
            ("watchlist_manager", "second_watchlist_manager"),
            lambda d, by: lifecycle.reopen_watchlist(d, by=by),
        ),
        Case("start", Status.READY, OPERATORS, lambda d, by: lifecycle.start(d, by=by)),
        Case(
            "suspend",
            Status.LIVE,
            (*OPERATORS, *OFFICERS),
            lambda d, by: lifecycle.suspend(d, by=by, reason="A camera was moved."),
        ),
        Case(
            "emergency_stop",
            Status.LIVE,
            (*OPERATORS, *OFFICERS),
            lambda d, by: lifecycle.emergency_stop(d, by=by),
        ),
        Case("resume", Status.SUSPENDED, OPERATORS, lambda d, by: lifecycle.resume(d, by=by)),
        Case(
            "end",
            Status.LIVE,
            (*OPERATORS, *OFFICERS),
            lambda d, by: lifecycle.end(d, by=by, reason="The operation is over."),
        ),
        Case(
            "cancel",
            Status.AUTHORISED,
            ("applicant", *OFFICERS),
            lambda d, by: lifecycle.cancel(d, by=by, reason="Called off."),
        ),
    )
}
by_case = pytest.mark.parametrize("case", CASES.values(), ids=CASES)


@pytest.fixture(autouse=True)
def _worker(recognition_worker: None) -> None:
    """Starting asks for one."""


def _ready_for(case: Case) -> Deployment:
    deployment = make_deployment(status=case.status)
    if case.name == "make_ready":
        make_entry(deployment)
        still_sought_list(deployment)
    return deployment


def test_every_transition_of_a_person_is_tried():
    """But the urgent route's, which policy has to open first: see test_urgent."""
    assert set(CASES) == set(TRANSITIONS) - {"close", "authorise_urgently"}


@by_case
def test_it_moves_and_leaves_one_audit_event_and_one_row_of_history(cast: Cast, case: Case):
    deployment = _ready_for(case)
    actor = cast.everyone()[case.allowed[0]]
    events, changes = AuditEvent.objects.count(), StatusChange.objects.count()

    moved = case.call(deployment, actor)

    assert moved.status == TRANSITIONS[case.name].target
    assert Deployment.objects.get(pk=deployment.pk).status == moved.status
    own = AuditEvent.objects.filter(action=f"deployment.{case.name}", sequence__gt=events)
    assert [event.actor for event in own] == [actor.username]
    change = StatusChange.objects.order_by("-pk")[0]
    assert StatusChange.objects.count() == changes + 1
    assert (change.old, change.new, change.by) == (case.status, moved.status, actor)


@by_case
def test_only_those_named_may_do_it(cast: Cast, case: Case):
    deployment = _ready_for(case)
    events = AuditEvent.objects.count()

    for name, user in cast.everyone().items():
        if name not in case.allowed:
            with pytest.raises(Refused):
                case.call(deployment, user)

    deployment.refresh_from_db()
    assert deployment.status == case.status
    assert AuditEvent.objects.count() == events


@by_case
def test_everybody_named_may_do_it(cast: Cast, case: Case):
    for name in case.allowed:
        moved = case.call(_ready_for(case), cast.everyone()[name])
        assert moved.status == TRANSITIONS[case.name].target


@by_case
def test_it_is_refused_from_every_other_status(cast: Cast, case: Case):
    deployment = make_deployment(status=Status.READY)
    actor = cast.everyone()[case.allowed[0]]

    for status in sorted(set(Status) - TRANSITIONS[case.name].sources):
        force_status(deployment, status)
        with pytest.raises(Refused):
            case.call(deployment, actor)
        deployment.refresh_from_db()
        assert deployment.status == status


@by_case
def test_an_audit_trail_that_cannot_be_written_keeps_the_status(cast: Cast, case: Case):
    deployment = _ready_for(case)
    fails = mock.patch.object(audit, "record", side_effect=OSError("no room"))

    with fails, pytest.raises(OSError, match="no room"):
        case.call(deployment, cast.everyone()[case.allowed[0]])

    stored = Deployment.objects.get(pk=deployment.pk)
    assert stored.status == case.status
    assert stored.decided_by == deployment.decided_by


@by_case
def test_a_status_that_cannot_be_written_keeps_the_audit_trail(cast: Cast, case: Case):
    deployment = _ready_for(case)
    events = AuditEvent.objects.count()
    fails = mock.patch.object(StatusChange.objects, "create", side_effect=OSError("no room"))

    with fails, pytest.raises(OSError, match="no room"):
        case.call(deployment, cast.everyone()[case.allowed[0]])

    assert AuditEvent.objects.count() == events


@by_case
def test_somebody_inactive_may_do_nothing(cast: Cast, case: Case):
    deployment = _ready_for(case)
    actor = cast.everyone()[case.allowed[0]]
    actor.is_active = False

    with pytest.raises(Refused):
        case.call(deployment, actor)


@pytest.mark.parametrize("name", ["return", "refuse", "authorise"])
def test_the_applicant_never_decides_their_own_application(cast: Cast, name: str):
    """Even as a superintendent with every role."""
    both = cast.second_superintendent
    deployment = make_deployment(status=Status.SUBMITTED, applicant=both)

    with pytest.raises(Refused):
        CASES[name].call(deployment, both)


@pytest.mark.parametrize("name", ["return", "refuse", "authorise", "suspend", "end", "cancel"])
def test_a_decision_needs_its_reasons(cast: Cast, name: str):
    case = CASES[name]
    deployment = make_deployment(status=case.status)
    actor = cast.everyone()[case.allowed[0]]
    calls: dict[str, Callable[[str], Any]] = {
        "return": lambda r: lifecycle.return_to_applicant(deployment, by=actor, reasons=r),
        "refuse": lambda r: lifecycle.refuse(deployment, by=actor, reasons=r),
        "authorise": lambda r: lifecycle.authorise(deployment, by=actor, reasons=r),
        "suspend": lambda r: lifecycle.suspend(deployment, by=actor, reason=r),
        "end": lambda r: lifecycle.end(deployment, by=actor, reason=r),
        "cancel": lambda r: lifecycle.cancel(deployment, by=actor, reason=r),
    }

    for empty in ("", "  \n"):
        with pytest.raises(Refused):
            calls[name](empty)

    deployment.refresh_from_db()
    assert deployment.status == case.status


def test_an_application_without_a_camera_is_not_submitted(cast: Cast):
    deployment = make_deployment()
    deployment.cameras.clear()

    with pytest.raises(Refused, match="at least one camera"):
        lifecycle.submit(deployment, by=cast.applicant)


def test_a_window_that_has_passed_is_neither_submitted_nor_authorised(cast: Cast):
    now = timezone.now()
    past: dict[str, Any] = {
        "starts_at": now - timedelta(hours=2),
        "ends_at": now - timedelta(hours=1),
    }

    with pytest.raises(Refused, match="already passed"):
        lifecycle.submit(make_deployment(**past), by=cast.applicant)
    submitted = force_status(make_deployment(**past), Status.SUBMITTED)
    with pytest.raises(Refused, match="already passed"):
        lifecycle.authorise(submitted, by=cast.authorising_officer, reasons="Necessary.")
    submitted.refresh_from_db()
    assert submitted.decided_by is None


def test_authorising_publishes_the_notice_with_the_decision(cast: Cast):
    deployment = make_deployment(status=Status.SUBMITTED)

    authorised = lifecycle.authorise(deployment, by=cast.authorising_officer, reasons="Necessary.")

    assert authorised.published_at is not None
    assert authorised.decided_by == cast.authorising_officer
    assert authorised.decision_reasons == "Necessary."


def test_returned_work_is_submitted_again_and_decided_afresh(cast: Cast):
    returned = make_deployment(status=Status.RETURNED)
    assert returned.decided_by is None

    again = lifecycle.submit(returned, by=cast.applicant)

    assert again.status == Status.SUBMITTED


def test_it_does_not_start_before_its_window(cast: Cast):
    now = timezone.now()
    deployment = make_deployment(
        status=Status.READY,
        starts_at=now + timedelta(hours=1),
        ends_at=now + timedelta(hours=2),
    )

    with pytest.raises(Refused, match="window opens on"):
        lifecycle.start(deployment, by=cast.alice)


def test_it_does_not_start_or_resume_without_a_worker(cast: Cast):
    ready, suspended = (make_deployment(status=s) for s in (Status.READY, Status.SUSPENDED))

    with mock.patch.object(current_app.control, "broadcast", return_value=[]):
        with pytest.raises(Refused, match="No recognition worker"):
            lifecycle.start(ready, by=cast.alice)
        with pytest.raises(Refused, match="No recognition worker"):
            lifecycle.resume(suspended, by=cast.alice)


def test_it_does_not_start_with_an_image_still_being_enrolled(cast: Cast):
    deployment = make_deployment(status=Status.READY)
    make_entry(deployment, is_enrolled=False)

    with pytest.raises(Refused, match="still being enrolled"):
        lifecycle.start(deployment, by=cast.alice)


def test_the_first_start_is_the_one_that_counts(cast: Cast):
    live = make_deployment(status=Status.LIVE)
    suspended = lifecycle.suspend(live, by=cast.alice, reason="Rain.")

    resumed = lifecycle.resume(suspended, by=cast.alice)

    assert resumed.started_at == live.started_at


def test_the_clock_ends_what_runs_and_cancels_what_never_started(cast: Cast):
    statuses = {
        Status.LIVE: Status.ENDED,
        Status.SUSPENDED: Status.ENDED,
        Status.SUBMITTED: Status.CANCELLED,
        Status.AUTHORISED: Status.CANCELLED,
        Status.READY: Status.CANCELLED,
        Status.DRAFT: Status.DRAFT,
        Status.RETURNED: Status.RETURNED,
        Status.REFUSED: Status.REFUSED,
    }
    deployments = {status: make_deployment(status=status) for status in statuses}
    later = max(d.ends_at for d in deployments.values())

    assert lifecycle.end_expired(now=later - timedelta(hours=1)) == 0
    assert lifecycle.end_expired(now=later) == 5

    for status, deployment in deployments.items():
        deployment.refresh_from_db()
        assert deployment.status == statuses[status], status
    system = AuditEvent.objects.filter(action__in=("deployment.end", "deployment.cancel"))
    assert {event.actor for event in system} == {audit.SYSTEM}


def test_one_that_cannot_be_ended_does_not_keep_the_others(cast: Cast):
    first, second = (make_deployment(status=Status.LIVE) for _ in range(2))
    refuses = {first.pk}
    real = lifecycle.end

    def end(deployment: Deployment, **arguments: Any) -> Deployment:
        if deployment.pk in refuses:
            raise Refused("Ended by somebody in this moment.")
        return real(deployment, **arguments)

    with mock.patch.object(lifecycle, "end", end):
        lifecycle.end_expired(now=max(first.ends_at, second.ends_at))

    second.refresh_from_db()
    assert second.status == Status.ENDED


def test_it_closes_only_when_erased_and_published(cast: Cast):
    ended = make_deployment(status=Status.ENDED)
    with pytest.raises(Refused, match="not erased"):
        lifecycle.close(ended)

    ended.entries.all().delete()
    ended.images.all().delete()
    with pytest.raises(Refused, match="not published"):
        lifecycle.close(ended)


def test_ending_keeps_the_watchlist_until_its_rule(cast: Cast):
    ended = make_deployment(status=Status.ENDED, entries=2)

    assert ended.entries.filter(status=EntryStatus.ENROLLED).count() == 2


def test_listeners_hear_of_it_after_the_commit(
    cast: Cast, django_capture_on_commit_callbacks: Any, monkeypatch: pytest.MonkeyPatch
):
    heard: list[tuple[int, str]] = []
    monkeypatch.setattr(moving, "_listeners", [lambda d: heard.append((d.pk, d.status))])
    deployment = make_deployment()

    with django_capture_on_commit_callbacks(execute=True):
        lifecycle.submit(deployment, by=cast.applicant)
        assert heard == []

    assert heard == [(deployment.pk, Status.SUBMITTED)]


@pytest.mark.django_db(transaction=True)
def test_two_officers_deciding_at_once_make_one_decision():
    cast = make_cast()
    officer, other = cast.authorising_officer, cast.second_superintendent
    for _ in range(5):
        deployment = make_deployment(status=Status.SUBMITTED)

        results = at_once(
            [
                partial(lifecycle.authorise, deployment, by=officer, reasons="Necessary."),
                partial(lifecycle.refuse, deployment, by=other, reasons="Not necessary."),
            ]
        )

        won = [result for result in results if isinstance(result, Deployment)]
        lost = [result for result in results if isinstance(result, Refused)]
        assert (len(won), len(lost)) == (1, 1)
        deployment.refresh_from_db()
        assert deployment.status == won[0].status
        assert deployment.decided_by == (
            officer if deployment.status == Status.AUTHORISED else other
        )
        decisions = AuditEvent.objects.filter(
            deployment=deployment, action__in=("deployment.authorise", "deployment.refuse")
        )
        assert decisions.count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_operators_ending_at_once_end_it_once():
    cast = make_cast()
    with recognition_worker_answers():
        deployment = make_deployment(status=Status.LIVE)

    results = at_once(
        [partial(lifecycle.end, deployment, by=by, reason="Over.") for by in (cast.alice, cast.bob)]
    )

    assert {type(result) for result in results} == {Deployment, Refused}
    assert StatusChange.objects.filter(deployment=deployment, new=Status.ENDED).count() == 1
