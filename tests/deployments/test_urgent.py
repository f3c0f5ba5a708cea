"""The urgent route: off unless policy has one, limited, reviewed by a deadline or over."""

from datetime import timedelta
from functools import partial
from typing import Any
from unittest import mock

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django.fixtures import Settings

from alerts import raising
from deployments import lifecycle, urgent
from deployments.enums import Rank, Role, Status, TrainingKind
from deployments.lifecycle import Refused
from deployments.models import AuditEvent, Deployment, User
from deployments.start_checks.authority import authority_check
from deployments.tasks import end_expired
from recognition import control
from recognition.authority import ask
from tests.concurrency import at_once
from tests.factories import (
    Cast,
    make_cast,
    make_deployment,
    new_alert,
    person,
    recognition_worker_answers,
    start_authorised,
    train,
)
from tests.tampering import refusal_of, run_sql, triggers_disabled

NOW = "The suspect was seen ten minutes ago."


@pytest.fixture(autouse=True)
def _route(urgent_route: None, settings: Settings) -> None:
    settings.URGENT_REVIEW_HOURS = 2


def inspector(*, rank: Rank = Rank.INSPECTOR, username: str = "duty_inspector") -> User:
    user, created = User.objects.get_or_create(
        username=username,
        defaults={
            "last_name": "Dunne",
            "rank": rank,
            "roles": [Role.AUTHORISING_OFFICER],
        },
    )
    if created:
        train(user, TrainingKind.AUTHORISING_OFFICER)
    return user


def authorised(**changes: Any) -> Deployment:
    deployment = make_deployment(status=Status.SUBMITTED, **changes)
    return urgent.authorise(deployment, by=inspector(), reasons=NOW)


def live() -> Deployment:
    return start_authorised(authorised())


def overdue(deployment: Deployment) -> Deployment:
    """An hour later than its review was due."""
    with triggers_disabled("deployments_deployment"):
        Deployment.objects.filter(pk=deployment.pk).update(
            review_due_at=timezone.now() - timedelta(hours=1)
        )
    deployment.refresh_from_db()
    return deployment


def test_an_inspector_authorises_until_the_review(cast: Cast, settings: Settings):
    settings.URGENT_REVIEW_HOURS = 3

    deployment = authorised()

    assert deployment.status == Status.AUTHORISED
    assert deployment.decided_by == inspector()
    assert deployment.decided_at is not None
    assert deployment.review_due_at == deployment.decided_at + timedelta(hours=3)
    assert deployment.published_at is not None
    assert deployment.authority_documents.count() == 1
    event = AuditEvent.objects.get(action="deployment.authorise_urgently")
    assert (event.actor, event.reason) == ("duty_inspector", NOW)


def test_there_is_none_unless_policy_has_one(cast: Cast, settings: Settings):
    settings.URGENT_ROUTE = False

    with pytest.raises(Refused, match="no urgent route"):
        authorised()


@pytest.mark.parametrize("rank", [Rank.SERGEANT, Rank.INSPECTOR])
def test_a_rank_below_policy_is_refused(cast: Cast, settings: Settings, rank: Rank):
    settings.URGENT_RANK = Rank.CHIEF_INSPECTOR
    deployment = make_deployment(status=Status.SUBMITTED)

    with pytest.raises(Refused, match="below chief inspector"):
        urgent.authorise(deployment, by=inspector(rank=rank), reasons=NOW)


def test_a_long_window_is_refused(cast: Cast, settings: Settings):
    settings.URGENT_WINDOW_HOURS = 3

    with pytest.raises(Refused, match="at most 3 hours"):
        authorised()  # the window is longer than four


def test_the_applicant_authorises_nothing_urgently(cast: Cast):
    officer = inspector()
    officer.roles = [Role.AUTHORISING_OFFICER, Role.APPLICANT]
    officer.save()
    deployment = make_deployment(status=Status.SUBMITTED, applicant=officer)

    with pytest.raises(Refused, match="their own application"):
        urgent.authorise(deployment, by=officer, reasons=NOW)


# The review


def test_a_superintendent_confirms_it_in_writing(cast: Cast):
    deployment = live()
    due = deployment.review_due_at

    with pytest.raises(Refused, match="needs its reasons"):
        urgent.confirm(deployment, by=cast.authorising_officer, reasons=" ")
    confirmed = urgent.confirm(deployment, by=cast.authorising_officer, reasons="I agree.")

    assert confirmed.reviewed_by == cast.authorising_officer
    assert not confirmed.awaits_review
    assert confirmed.authority_ends_at == confirmed.ends_at
    assert confirmed.review_due_at == due
    assert AuditEvent.objects.filter(
        action="deployment.urgent_confirmed", reason="I agree."
    ).exists()
    with pytest.raises(Refused, match="waits for its review"):
        urgent.confirm(deployment, by=cast.second_superintendent, reasons="I agree too.")


@pytest.mark.parametrize(
    "username", ["applicant", "alice", "watchlist_manager", "auditor", "charlie", "duty_inspector"]
)
def test_nobody_else_reviews(cast: Cast, username: str):
    deployment = live()
    by = inspector() if username == "duty_inspector" else person(username)

    for decide in (urgent.confirm, urgent.withdraw):
        with pytest.raises(Refused, match="Only a superintendent"):
            decide(deployment, by=by, reasons="Fine.")


def test_who_gave_it_does_not_review_it_after_a_promotion(cast: Cast):
    deployment = live()
    User.objects.filter(username="duty_inspector").update(rank=Rank.SUPERINTENDENT)

    with pytest.raises(Refused, match="nor gave it"):
        urgent.confirm(
            deployment, by=User.objects.get(username="duty_inspector"), reasons="I agree."
        )


@pytest.mark.parametrize("is_live", [True, False])
def test_withdrawing_it_ends_or_cancels(cast: Cast, is_live: bool):
    deployment = live() if is_live else authorised()

    gone = urgent.withdraw(deployment, by=cast.authorising_officer, reasons="Not urgent.")

    assert gone.status == (Status.ENDED if is_live else Status.CANCELLED)
    assert AuditEvent.objects.filter(action="deployment.urgent_withdrawn").count() == 1


def test_a_late_review_is_on_record_as_late(cast: Cast):
    deployment = overdue(live())
    end_expired()

    urgent.confirm(deployment, by=cast.authorising_officer, reasons="I was held up.")

    event = AuditEvent.objects.get(action="deployment.urgent_confirmed")
    assert '"is_late": true' in event.details
    with recognition_worker_answers():
        resumed = lifecycle.resume(deployment, by=cast.alice)
    assert resumed.status == Status.LIVE


# The deadline


def test_the_clock_suspends_what_was_not_reviewed(cast: Cast):
    unreviewed = live()
    due = unreviewed.review_due_at
    assert due is not None
    assert urgent.suspend_unreviewed(now=due - timedelta(microseconds=1)) == 0

    assert urgent.suspend_unreviewed(now=due) == 1

    unreviewed.refresh_from_db()
    assert unreviewed.status == Status.SUSPENDED
    change = unreviewed.status_changes.get(new=Status.SUSPENDED)
    assert (change.by, change.reason) == (None, urgent.UNREVIEWED)


def test_a_worker_needs_nobody_to_know_that_the_deadline_passed(cast: Cast):
    deployment = live()
    assert ask(deployment.pk).ends_at == deployment.review_due_at.timestamp()  # type: ignore[union-attr]

    urgent.confirm(deployment, by=cast.authorising_officer, reasons="I agree.")

    assert ask(deployment.pk).ends_at == deployment.ends_at.timestamp()


def test_nothing_is_recognised_or_asked_for_after_it(cast: Cast):
    deployment = live()
    entry = deployment.entries.get()
    overdue(deployment)

    assert control.reconcile() == 0
    assert raising.raise_alert(deployment, deployment.cameras.get(), new_alert(entry)) is None


def test_it_is_neither_started_nor_resumed_after_it(cast: Cast):
    suspended = lifecycle.suspend(live(), by=cast.alice, reason="Rain.")
    overdue(suspended)

    assert not authority_check(suspended).passed
    with recognition_worker_answers(), pytest.raises(Refused, match="was not made"):
        lifecycle.resume(suspended, by=cast.alice)


# By raw SQL, as the application


def test_the_database_resumes_nothing_overdue(cast: Cast, app_role: None):
    suspended = lifecycle.suspend(live(), by=cast.alice, reason="Rain.")
    run_sql("RESET ROLE")
    overdue(suspended)
    run_sql("SET ROLE lfr_app")

    assert "is overdue" in refusal_of(
        "UPDATE deployments_deployment SET status = 'live' WHERE id = %s", suspended.pk
    )


@pytest.mark.parametrize(
    "due", ["NULL", "now() + interval '49 hours'", "now() - interval '1 minute'"]
)
def test_an_inspector_without_a_deadline_authorises_nothing(cast: Cast, app_role: None, due: str):
    deployment = make_deployment(status=Status.SUBMITTED)

    refusal = refusal_of(
        "UPDATE deployments_deployment SET status = 'authorised', decided_at = now(),"
        f" decided_by_id = %s, review_due_at = {due} WHERE id = %s",
        inspector().pk,
        deployment.pk,
    )

    assert "only an authorising officer" in refusal


def test_a_sergeant_authorises_nothing_whatever_policy_says(cast: Cast, app_role: None):
    deployment = make_deployment(status=Status.SUBMITTED)

    assert "only an authorising officer" in refusal_of(
        "UPDATE deployments_deployment SET status = 'authorised', decided_at = now(),"
        " decided_by_id = %s, review_due_at = now() + interval '1 hour' WHERE id = %s",
        inspector(rank=Rank.SERGEANT).pk,
        deployment.pk,
    )


def test_the_deadline_is_not_moved(cast: Cast, app_role: None):
    deployment = live()

    for value in ("NULL", "review_due_at + interval '1 hour'"):
        assert "a decision cannot be changed" in refusal_of(
            f"UPDATE deployments_deployment SET review_due_at = {value} WHERE id = %s",
            deployment.pk,
        )


REVIEW = (
    "UPDATE deployments_deployment SET reviewed_at = now(), review_reasons = 'x',"
    " reviewed_by_id = %s WHERE id = %s"
)


@pytest.mark.parametrize("username", ["applicant", "alice", "duty_inspector"])
def test_the_database_takes_no_review_from_anybody_else(cast: Cast, app_role: None, username: str):
    deployment = live()
    by = inspector() if username == "duty_inspector" else person(username)

    assert refusal_of(REVIEW, by.pk, deployment.pk) != ""


def test_a_review_is_written_once(cast: Cast, app_role: None):
    deployment = live()
    urgent.confirm(deployment, by=cast.authorising_officer, reasons="I agree.")

    assert "written once" in refusal_of(REVIEW, cast.second_superintendent.pk, deployment.pk)
    assert refusal_of(REVIEW, cast.second_superintendent.pk, make_deployment().pk) != ""


# On the pages


def test_the_page_shows_the_deadline_and_takes_the_review(client: Client, cast: Cast):
    deployment = live()
    page = reverse("deployments:detail", args=[deployment.uuid])
    client.force_login(cast.alice)
    shown = client.get(page).content.decode()
    assert "data-countdown" in shown
    assert "Record the review" not in shown
    console = client.get(reverse("alerts:console", args=[deployment.uuid])).content.decode()
    assert "data-countdown" in console

    client.force_login(cast.authorising_officer)
    assert "Record the review" in client.get(page).content.decode()
    address = reverse("deployments:review_urgent", args=[deployment.uuid])
    answer = client.post(address, {"decision": "confirm", "reasons": ""}, follow=True)
    assert "needs its reasons" in answer.content.decode()
    typed = client.post(address, {"reasons": "Read at once, and necessary."}).content.decode()
    assert "Choose what you decide." in typed
    assert "Read at once, and necessary." in typed, "what was typed is kept"
    past = mock.Mock(now=lambda: deployment.review_due_at)
    with mock.patch("deployments.views.detail.timezone", past):
        late = client.get(page).content.decode()
    assert "Nothing is recognised on this authority until it is reviewed" in late
    assert "data-countdown" not in late
    client.post(address, {"decision": "confirm", "reasons": "I agree."})

    deployment.refresh_from_db()
    assert deployment.review_reasons == "I agree."
    assert "data-countdown" not in client.get(page).content.decode()


def test_an_inspector_decides_on_the_page(client: Client, cast: Cast, settings: Settings):
    deployment = make_deployment(status=Status.SUBMITTED)
    page = reverse("deployments:detail", args=[deployment.uuid])
    address = reverse("deployments:decide", args=[deployment.uuid])
    client.force_login(inspector())
    settings.URGENT_ROUTE = False
    assert address not in client.get(page).content.decode()
    settings.URGENT_ROUTE = True
    shown = client.get(page).content.decode()
    assert "authorise_urgently" in shown
    assert 'value="refuse"' not in shown

    client.post(address, {"decision": "authorise_urgently", "reasons": NOW})

    deployment.refresh_from_db()
    assert deployment.awaits_review


def test_the_public_is_told_that_it_was_urgent(client: Client, cast: Cast):
    deployment = authorised()
    address = reverse("public:deployment", args=[deployment.uuid])

    assert "urgent" in client.get(address).content.decode()
    urgent.confirm(deployment, by=cast.authorising_officer, reasons="I agree.")
    assert "confirmed by a superintendent" in client.get(address).content.decode()


@pytest.mark.django_db(transaction=True)
def test_two_reviews_at_once_leave_one():
    cast = make_cast()
    deployment = live()

    results = at_once(
        [
            partial(urgent.confirm, deployment, by=cast.authorising_officer, reasons="Yes."),
            partial(urgent.withdraw, deployment, by=cast.second_superintendent, reasons="No."),
        ]
    )

    assert {type(result) for result in results} == {Deployment, Refused}
