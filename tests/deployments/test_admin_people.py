"""Training, roles that exclude each other, and a lost second factor, in the admin's forms."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from deployments import training
from deployments.enums import Role, TrainingKind
from deployments.models import AuditEvent, Force, Training, User
from tests.factories import Cast, make_deployment
from tests.second_factors import app_of, factors_of

ADD = "admin:deployments_training_add"
CHANGE = "admin:deployments_training_change"
PERSON = "admin:deployments_user_change"


@pytest.fixture
def administrator(cast: Cast, client: Client) -> Client:
    client.force_login(cast.system_administrator)
    return client


def course(person: User, **changes: object) -> dict[str, object]:
    today = timezone.localdate()
    return {
        "person": person.pk,
        "kind": TrainingKind.OPERATOR,
        "completed_on": today,
        "expires_on": today + timedelta(days=365),
    } | changes


def person_form(person: User, **changes: object) -> dict[str, object]:
    return {
        "username": person.username,
        "last_name": person.last_name,
        "rank": person.rank,
        "roles": person.roles,
        "is_active": "on",
    } | changes


def test_training_is_recorded_with_who_did_it(administrator: Client, cast: Cast):
    answer = administrator.post(reverse(ADD), course(cast.charlie))

    assert answer.status_code == 302
    assert training.is_trained(cast.charlie, TrainingKind.OPERATOR)
    row = Training.objects.get(person=cast.charlie)
    assert row.recorded_by == cast.system_administrator
    event = AuditEvent.objects.get(action="training.added")
    assert event.actor == "system_administrator"
    assert f'"person": {cast.charlie.pk}' in event.details


def test_training_is_ended_by_an_earlier_last_day_on_record(administrator: Client, cast: Cast):
    row = cast.alice.trainings.get()
    ended = {"completed_on": row.completed_on, "expires_on": row.completed_on}

    administrator.post(reverse(CHANGE, args=[row.pk]), ended)

    assert not training.is_trained(cast.alice, TrainingKind.OPERATOR)
    assert AuditEvent.objects.filter(action="training.changed").count() == 1


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"expires_on": "2020-01-01"}, "cannot expire before"),
        ({"kind": "tea_making"}, "not one of the available choices"),
    ],
)
def test_what_cannot_be_is_refused_in_words(
    administrator: Client, cast: Cast, changes: dict[str, object], words: str
):
    answer = administrator.post(reverse(ADD), course(cast.charlie, **changes))

    assert words in answer.content.decode()


def test_nobody_records_their_own_training(administrator: Client, cast: Cast):
    answer = administrator.post(reverse(ADD), course(cast.system_administrator))

    assert "Nobody records their own training." in answer.content.decode()
    assert not cast.system_administrator.trainings.exists()


def test_roles_that_exclude_each_other_are_refused_in_words(administrator: Client, cast: Cast):
    answer = administrator.post(
        reverse(PERSON, args=[cast.alice.pk]),
        person_form(cast.alice, roles=[Role.OPERATOR, Role.AUDITOR]),
    )

    assert "neither decides nor operates" in answer.content.decode()
    cast.alice.refresh_from_db()
    assert cast.alice.roles == [Role.OPERATOR]


def test_a_lost_factor_is_removed_and_the_person_signed_out(administrator: Client, cast: Cast):
    app_of(cast.alice)
    hers = Client()
    hers.force_login(cast.alice)

    administrator.post(
        reverse(PERSON, args=[cast.alice.pk]), person_form(cast.alice, remove_second_factor="on")
    )

    assert factors_of(cast.alice) == set()
    assert hers.get(reverse("deployments:list")).status_code == 302
    event = AuditEvent.objects.get(action="second_factor.removed")
    assert (event.actor, event.subject) == ("system_administrator", f"user {cast.alice.pk}")


def test_nobody_removes_their_own_factor_here(administrator: Client, cast: Cast):
    own = cast.system_administrator
    app_of(own)

    administrator.post(reverse(PERSON, args=[own.pk]), person_form(own, remove_second_factor="on"))

    assert factors_of(own) == {"totp"}


def test_withdrawing_a_role_ends_the_persons_sessions(administrator: Client, cast: Cast):
    hers = Client()
    hers.force_login(cast.alice)

    administrator.post(reverse(PERSON, args=[cast.alice.pk]), person_form(cast.alice, roles=[]))

    assert hers.get(reverse("deployments:list")).status_code == 302


def test_a_force_is_added_and_one_that_is_named_keeps_its_name(administrator: Client, cast: Cast):
    administrator.post(reverse("admin:deployments_force_add"), {"name": "Coast Constabulary"})
    assert AuditEvent.objects.get(action="force.added").actor == "system_administrator"
    named = make_deployment().controller_force

    administrator.post(reverse("admin:deployments_force_change", args=[named.pk]), {"name": "X"})

    assert Force.objects.get(pk=named.pk).name == named.name
