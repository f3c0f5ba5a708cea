"""Roles that must be apart are apart in the database; losing one ends the person's sessions."""

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse

from deployments.enums import Role
from deployments.models import User
from tests.factories import Cast
from tests.tampering import refusal_of, run_sql

ALONE = (Role.AUDITOR, Role.INSPECTOR, Role.SYSTEM_ADMINISTRATOR)
SET_ROLES = "UPDATE deployments_user SET roles = %s::varchar[] WHERE username = 'charlie'"


@pytest.mark.parametrize("other", Role)
@pytest.mark.parametrize("alone", ALONE)
def test_these_roles_are_held_alone(cast: Cast, app_role: None, alone: Role, other: Role):
    refusal = refusal_of(SET_ROLES, sorted({alone.value, other.value}))

    assert refusal == "" if other == alone else "user_roles_are_separate" in refusal


def test_other_roles_may_be_combined(cast: Cast):
    assert refusal_of(SET_ROLES, [role.value for role in Role if role not in ALONE]) == ""


def test_there_is_no_other_role(cast: Cast):
    assert "user_roles_are_known" in refusal_of(SET_ROLES, ["superuser"])


def test_the_form_says_why(cast: Cast):
    cast.charlie.roles = [Role.AUDITOR, Role.OPERATOR]

    with pytest.raises(ValidationError, match="holds no other role"):
        cast.charlie.full_clean()


@pytest.mark.parametrize(
    ("change", "ends"),
    [
        ("is_active = false", True),
        ("roles = '{}'", True),
        ("roles = '{applicant}'", True),
        ("roles = roles || '{applicant}'", False),
        ("rank = 30", False),
        ("session_epoch = 0", False),
    ],
)
def test_sessions_end_when_a_person_is_disabled_or_loses_a_role(
    cast: Cast, change: str, ends: bool
):
    """By the database, so that it holds for the admin, a shell and SQL alike."""
    client = Client()
    client.force_login(cast.alice)

    run_sql(f"UPDATE deployments_user SET {change} WHERE username = 'alice'")

    answer = client.get(reverse("deployments:list"))
    assert answer.status_code == (302 if ends else 200)


def test_a_role_lost_and_given_back_leaves_the_old_session_ended(cast: Cast):
    client = Client()
    client.force_login(cast.alice)
    for roles in ([], [Role.OPERATOR]):
        User.objects.filter(pk=cast.alice.pk).update(roles=roles)

    assert client.get(reverse("deployments:list")).status_code == 302


def test_saving_a_stale_copy_revives_no_session(cast: Cast):
    stale = User.objects.get(pk=cast.alice.pk)
    User.objects.filter(pk=cast.alice.pk).update(roles=[])
    stale.save()

    assert User.objects.get(pk=cast.alice.pk).session_epoch == 1
