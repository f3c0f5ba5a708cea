"""The database knows whether policy has an urgent route: bypassing Python opens none."""

import pytest
from django.core.checks import Tags, run_checks
from django.db import connection
from pytest_django.fixtures import Settings

from deployments import urgent, urgent_policy
from deployments.enums import Rank, Role, Status, TrainingKind
from deployments.lifecycle import Refused
from deployments.models import Deployment, User
from tests.factories import Cast, make_deployment, train
from tests.tampering import refusal_of

URGENTLY = """
    UPDATE deployments_deployment SET status = 'authorised', decided_by_id = %s,
        decided_at = clock_timestamp(), decision_reasons = 'Now.', published_at = now(),
        status_at = clock_timestamp(), review_due_at = clock_timestamp() + interval '1 hour'
    WHERE id = %s
"""
BARRED = "not qualified"


def officer(rank: Rank) -> User:
    user = User.objects.create(
        username=f"rank_{rank.value}", rank=rank, roles=[Role.AUTHORISING_OFFICER]
    )
    train(user, TrainingKind.AUTHORISING_OFFICER)
    return user


def refused(rank: Rank) -> str:
    submitted: Deployment = make_deployment(status=Status.SUBMITTED)
    return refusal_of(URGENTLY, officer(rank).pk, submitted.pk)


def unaccounted(words: str) -> bool:
    """The move itself passed; what a bare UPDATE lacks is its history."""
    return "written into its history" in words


def test_without_a_route_no_sql_authorises_urgently(cast: Cast):
    assert urgent_policy.rank_in_database() is None

    for rank in (Rank.INSPECTOR, Rank.CHIEF_INSPECTOR):
        words = refused(rank)
        assert words != ""
        assert not unaccounted(words), words


def test_with_a_route_the_rank_that_policy_names_may(
    cast: Cast, urgent_route: None, settings: Settings
):
    settings.URGENT_RANK = Rank.CHIEF_INSPECTOR
    urgent_policy.write(using="default")

    assert not unaccounted(refused(Rank.INSPECTOR))
    assert unaccounted(refused(Rank.CHIEF_INSPECTOR))


@pytest.mark.usefixtures("app_role")
def test_the_application_cannot_change_policy():
    assert "permission denied" in refusal_of(urgent_policy.function_sql(Rank.INSPECTOR))
    assert "must be owner" in refusal_of("DROP FUNCTION urgent_rank()")
    assert urgent_policy.rank_in_database() is None


def test_settings_that_the_database_was_not_told_of_authorise_nothing(
    cast: Cast, settings: Settings
):
    settings.URGENT_ROUTE, settings.URGENT_RANK = True, Rank.INSPECTOR
    submitted = make_deployment(status=Status.SUBMITTED)

    with pytest.raises(Refused, match="run `manage"):
        urgent.authorise(submitted, by=officer(Rank.INSPECTOR), reasons="Now.")


def test_a_difference_is_told_by_the_check(db: None, settings: Settings):
    def told() -> list[str]:
        found = run_checks(tags=[Tags.database], databases=[connection.alias])
        return [each.id for each in found if each.id == "deployments.W010"]

    assert told() == []
    settings.URGENT_ROUTE = True
    assert told() == ["deployments.W010"]
