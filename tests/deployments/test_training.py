"""Training counts from its first day to its last, for the role it names, and gates the role."""

from datetime import timedelta

import pytest
from django.utils import timezone

from deployments import lifecycle, permissions, training, watchlist
from deployments.enums import Role, Status, TrainingKind
from deployments.lifecycle import Refused
from deployments.models import AuditEvent, Training
from tests.factories import Cast, lose_training, make_deployment, new_entry, train
from tests.tampering import refusal_of

OPERATOR = TrainingKind.OPERATOR


@pytest.mark.parametrize(
    ("expires_in_days", "is_current"),
    [(0, True), (1, True), (-1, False), (365, True), (366, False)],
)
def test_training_counts_from_the_day_of_its_completion_to_its_last(
    cast: Cast, expires_in_days: int, is_current: bool
):
    train(cast.charlie, OPERATOR, expires_in_days=expires_in_days)

    assert training.is_trained(cast.charlie, OPERATOR) == is_current


def test_training_for_one_role_is_none_for_another(cast: Cast):
    assert training.is_trained(cast.alice, OPERATOR)
    assert not training.is_trained(cast.alice, TrainingKind.WATCHLIST_MANAGER)


def test_training_gives_no_role(cast: Cast):
    train(cast.charlie, OPERATOR)

    assert not permissions.is_trained_operator(cast.charlie)


@pytest.mark.parametrize("kind", TrainingKind)
def test_a_kind_of_training_is_a_role(kind: TrainingKind):
    assert Role(kind.value).label == kind.label


def test_prefetched_training_costs_no_query(cast: Cast, django_assert_num_queries: object):
    people = type(cast.alice).objects.prefetch_related("trainings").in_bulk()

    with django_assert_num_queries(0):  # type: ignore[operator]
        assert training.is_trained(people[cast.alice.pk], OPERATOR)


def test_the_refusal_says_until_when_and_what_to_do(cast: Cast):
    assert "No training as an operator is on record" in training.why_not_trained(
        cast.charlie, OPERATOR
    )
    lose_training(cast.alice)
    words = training.why_not_trained(cast.alice, OPERATOR)
    yesterday = timezone.localdate() - timedelta(days=1)
    assert f"{yesterday.day} {yesterday:%B %Y}" in words
    assert "system administrator" in words


def test_an_officer_without_current_training_decides_nothing(cast: Cast):
    submitted = make_deployment(status=Status.SUBMITTED)
    lose_training(cast.authorising_officer)

    assert not permissions.can_decide(cast.authorising_officer, submitted)
    for decide in (lifecycle.authorise, lifecycle.refuse, lifecycle.return_to_applicant):
        with pytest.raises(Refused, match="Your training as an authorising officer"):
            decide(submitted, by=cast.authorising_officer, reasons="Necessary.")


def test_an_officer_without_current_training_still_stops(cast: Cast):
    live = make_deployment(status=Status.LIVE)
    lose_training(cast.authorising_officer)

    lifecycle.suspend(live, by=cast.authorising_officer, reason="Too many false alerts.")


@pytest.mark.parametrize("status", ["authorised", "refused"])
def test_the_database_wants_a_trained_officer(cast: Cast, app_role: None, status: str):
    submitted = make_deployment(status=Status.SUBMITTED)
    lose_training(cast.authorising_officer)

    refusal = refusal_of(
        "UPDATE deployments_deployment SET status = %s, decided_by_id = %s, decided_at = now()"
        " WHERE id = %s",
        status,
        cast.authorising_officer.pk,
        submitted.pk,
    )

    assert "current training" in refusal


def test_a_watchlist_manager_without_current_training_adds_nobody(cast: Cast):
    authorised = make_deployment(status=Status.AUTHORISED)
    lose_training(cast.watchlist_manager)

    with pytest.raises(Refused):
        watchlist.add_entry(authorised, new_entry(), by=cast.watchlist_manager)


def test_an_engagement_officer_without_current_training_sees_no_alert(cast: Cast):
    lose_training(cast.engagement_officer)

    assert not permissions.can_engage(cast.engagement_officer)


def test_recording_training_is_on_record(cast: Cast):
    today = timezone.localdate()

    training.record(
        cast.charlie,
        kind=OPERATOR,
        completed_on=today,
        expires_on=today,
        by=cast.system_administrator,
    )

    event = AuditEvent.objects.latest("sequence")
    assert (event.action, event.actor) == ("training.added", "system_administrator")
    assert event.subject == f"user {cast.charlie.pk}"


def test_the_database_keeps_training_and_its_dates(cast: Cast):
    row = Training.objects.filter(person=cast.alice)[0]

    assert "training_expires_after" in refusal_of(
        "UPDATE deployments_training SET expires_on = completed_on - 1 WHERE id = %s", row.pk
    )
    assert "recorded_by_somebody_else" in refusal_of(
        "UPDATE deployments_training SET recorded_by_id = person_id WHERE id = %s", row.pk
    )
    assert "known_kind" in refusal_of(
        "UPDATE deployments_training SET kind = 'other' WHERE id = %s", row.pk
    )
    assert refusal_of("DELETE FROM deployments_training WHERE id = %s", row.pk) != ""
