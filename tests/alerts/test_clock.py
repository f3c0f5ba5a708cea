"""What happens by itself: alerts of a console that went away wait again, whoever notices."""

from datetime import timedelta

import pytest
from django.utils import timezone
from pytest_django.fixtures import Settings

from alerts import attendance, clock, lifecycle
from alerts.enums import AlertStatus, EventKind
from alerts.models import Alert, ConsolePresence
from deployments.enums import Status
from deployments.models import AuditEvent, Deployment, User
from deployments.retention import RULES
from tests.factories import Cast, make_alert, make_deployment

pytestmark = pytest.mark.django_db

HELD = (AlertStatus.CLAIMED, AlertStatus.SECOND_LOOK, AlertStatus.CONFIRMED)


@pytest.fixture
def live(cast: Cast) -> Deployment:
    return make_deployment(status=Status.LIVE)


def claimed_before(alert: Alert, *, seconds: float) -> None:
    moment = timezone.now() - timedelta(seconds=seconds)
    Alert.objects.filter(pk=alert.pk).update(claimed_at=moment)


def heard_before(live: Deployment, user: User, *, seconds: float) -> None:
    attendance.note(live.pk, [user.pk])
    moment = timezone.now() - timedelta(seconds=seconds)
    ConsolePresence.objects.filter(user=user).update(seen_at=moment)


@pytest.mark.parametrize("status", HELD)
def test_alert_of_a_console_that_went_away_waits_again(
    live: Deployment, cast: Cast, status: AlertStatus
) -> None:
    alert = make_alert(live, status=status, by=cast.alice)
    claimed_before(alert, seconds=60)
    heard_before(live, cast.alice, seconds=9)

    assert clock.tick(live.pk) == 1

    alert.refresh_from_db()
    assert (alert.status, alert.claimed_by, alert.decided_at) == (AlertStatus.RAISED, None, None)
    event = alert.events.last()
    assert event is not None
    assert event.kind == EventKind.RELEASED
    released = AuditEvent.objects.get(action="alert.released")
    assert (released.actor, released.reason) == ("system", "The operator's console has gone away.")
    assert not alert.adjudications.filter(undone_at=None).exists()


def test_alert_stays_with_whoever_is_heard_of(live: Deployment, cast: Cast) -> None:
    alert = make_alert(live, status=AlertStatus.CLAIMED, by=cast.alice)
    claimed_before(alert, seconds=3600)
    heard_before(live, cast.alice, seconds=3)

    assert clock.tick() == 0


def test_console_of_another_deployment_holds_nothing_here(live: Deployment, cast: Cast) -> None:
    other = make_deployment(status=Status.LIVE)
    alert = make_alert(live, status=AlertStatus.CLAIMED, by=cast.alice)
    claimed_before(alert, seconds=60)
    attendance.note(other.pk, [cast.alice.pk])

    assert clock.tick() == 1


def test_one_who_claims_before_their_console_is_heard_has_as_long(
    live: Deployment, cast: Cast
) -> None:
    make_alert(live, status=AlertStatus.CLAIMED, by=cast.alice)

    assert clock.tick() == 0


def test_how_long_is_policy(live: Deployment, cast: Cast, settings: Settings) -> None:
    settings.CONSOLE_GONE_S = 30
    alert = make_alert(live, status=AlertStatus.CLAIMED, by=cast.alice)
    claimed_before(alert, seconds=60)
    heard_before(live, cast.alice, seconds=20)

    assert clock.tick() == 0


def test_alert_being_sent_is_not_taken_from_whoever_sent_it(live: Deployment, cast: Cast) -> None:
    alert = make_alert(live, status=AlertStatus.CONFIRMED, by=cast.alice)
    claimed_before(alert, seconds=60)
    later = timezone.now() + timedelta(seconds=5)
    Alert.objects.filter(pk=alert.pk).update(sending_at=later, undo_until=later)

    assert clock.tick() == 0


def test_one_that_fails_holds_up_no_other(live: Deployment, cast: Cast, settings: Settings) -> None:
    """An alert whose judgement is gone cannot be sent; the next one is."""
    settings.UNDO_S = 5
    past = timezone.now() - timedelta(seconds=1)
    broken, sound = (
        lifecycle.dispatch(
            make_alert(live, status=AlertStatus.CONFIRMED, by=cast.alice),
            by=cast.alice,
            source="pnc",
        )
        for _ in range(2)
    )
    broken.adjudications.update(undone_at=past)
    Alert.objects.update(sending_at=past, undo_until=past)

    assert clock.tick() == 1

    sound.refresh_from_db()
    assert sound.status == AlertStatus.DISPATCHED


def test_presence_is_one_row_a_person_and_goes_by_rule(live: Deployment, cast: Cast) -> None:
    for _ in range(3):
        attendance.note(live.pk, [cast.alice.pk, cast.bob.pk, cast.bob.pk])
    assert ConsolePresence.objects.count() == 2
    assert attendance.present(live) == {
        cast.alice.pk: str(cast.alice),
        cast.bob.pk: str(cast.bob),
    }

    heard_before(live, cast.alice, seconds=3601)
    (due,) = attendance.find_presences()
    assert due.is_overdue
    assert due.rule == RULES["console_presence"]
    assert attendance.erase_presences(due) == 1
    assert attendance.present(live) == {cast.bob.pk: str(cast.bob)}
