"""Who may do what: each predicate against the whole cast; Charlie may do nothing."""

from collections.abc import Callable

import pytest

from alerts import permissions as alert_permissions
from alerts.enums import AlertStatus
from deployments import permissions
from deployments.enums import Rank, Role, Status
from deployments.models import Deployment, User
from tests.factories import Cast, make_alert, make_deployment
from tests.tampering import force_status

MANAGERS = {"watchlist_manager", "second_watchlist_manager"}
OPERATORS = {"alice", "bob"}
OFFICERS = {"authorising_officer", "second_superintendent"}
APPLICANTS = {"applicant", "second_superintendent"}
OF_A_PERSON: dict[Callable[[User], bool], set[str]] = {
    permissions.can_apply: APPLICANTS,
    permissions.is_authorising_officer: OFFICERS,
    permissions.can_operate: OPERATORS,
    permissions.can_engage: {"engagement_officer"},
    permissions.can_read_audit: {"auditor", "inspector"},
    permissions.is_inspector: {"inspector"},
    permissions.is_trained_officer: OFFICERS,
    permissions.is_trained_operator: OPERATORS,
    permissions.is_trained_watchlist_manager: MANAGERS,
    permissions.can_read_start_checks: OPERATORS | MANAGERS | {"inspector"},
    permissions.can_configure: {"system_administrator"},
}
LISTED = {Status.AUTHORISED, Status.READY, Status.LIVE, Status.SUSPENDED}
OF_A_DEPLOYMENT: dict[Callable[[User, Deployment], bool], tuple[set[str], set[Status]]] = {
    permissions.can_edit: ({"applicant"}, {Status.DRAFT, Status.RETURNED}),
    permissions.can_decide: (OFFICERS, {Status.SUBMITTED}),
    permissions.can_manage_watchlist: (MANAGERS, LISTED),
    permissions.can_view_watchlist: (
        OPERATORS | MANAGERS,
        LISTED | {Status.ENDED},
    ),
    permissions.can_stop: (OPERATORS | OFFICERS, set(Status)),
    alert_permissions.can_open_console: (OPERATORS, set(alert_permissions.CONSOLE_STATES)),
    alert_permissions.can_open_handheld: (
        {"engagement_officer"},
        set(alert_permissions.CONSOLE_STATES),
    ),
}


def _allowed(cast: Cast, predicate: Callable[[User], bool]) -> set[str]:
    return {name for name, user in cast.everyone().items() if predicate(user)}


@pytest.mark.parametrize("predicate", OF_A_PERSON, ids=lambda p: p.__name__)
def test_a_persons_rights(cast: Cast, predicate: Callable[[User], bool]):
    assert _allowed(cast, predicate) == OF_A_PERSON[predicate]


@pytest.mark.parametrize("predicate", OF_A_DEPLOYMENT, ids=lambda p: p.__name__)
def test_rights_on_a_deployment_in_every_status(
    cast: Cast, predicate: Callable[[User, Deployment], bool]
):
    people, statuses = OF_A_DEPLOYMENT[predicate]
    deployment = make_deployment(status=Status.AUTHORISED)

    for status in Status:
        force_status(deployment, status)
        expected = people if status in statuses else set()
        assert _allowed(cast, lambda user: predicate(user, deployment)) == expected, status


@pytest.mark.parametrize("predicate", OF_A_PERSON, ids=lambda p: p.__name__)
def test_somebody_inactive_has_no_rights(cast: Cast, predicate: Callable[[User], bool]):
    for user in cast.everyone().values():
        user.is_active = False

    assert _allowed(cast, predicate) == set()


def test_everybody_with_a_role_sees_that_there_are_deployments(cast: Cast):
    seeing = _allowed(cast, permissions.can_view_deployments)

    assert seeing == set(cast.everyone()) - {"charlie"}


@pytest.mark.parametrize("rank", Rank)
def test_an_authorising_officer_is_a_superintendent_or_above(db: None, rank: Rank):
    user = User(username="x", rank=rank, roles=[Role.AUTHORISING_OFFICER])

    assert permissions.is_authorising_officer(user) == (rank >= Rank.SUPERINTENDENT)


def test_being_staff_or_a_superuser_opens_nothing(db: None):
    user = User(username="x", is_staff=True, is_superuser=True, rank=Rank.CHIEF_CONSTABLE)

    assert not any(predicate(user) for predicate in OF_A_PERSON)
    assert not permissions.can_view_deployments(user)


def test_an_engagement_officer_sees_what_was_sent_and_an_operator_everything(cast: Cast):
    live = make_deployment(status=Status.LIVE)
    for status in AlertStatus:
        alert = make_alert(live, status=status)
        seeing = {
            name
            for name, user in cast.everyone().items()
            if alert_permissions.can_view_alert(user, alert)
        }
        field = {"engagement_officer"} if status in alert_permissions.FIELD_STATES else set()
        assert seeing == OPERATORS | field, status


def test_only_who_claimed_an_alert_judges_it(cast: Cast):
    alert = make_alert(make_deployment(status=Status.LIVE), status=AlertStatus.CLAIMED)

    judging = _allowed(cast, lambda user: alert_permissions.can_judge(user, alert))

    assert judging == {"alice"}
