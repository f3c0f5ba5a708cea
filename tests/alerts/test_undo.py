"""A decision can be taken back for a few seconds, by the server's clock; nothing is lost by it."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, transaction
from django.utils import timezone
from pytest_django.fixtures import Settings

from alerts import clock, erasure, lifecycle
from alerts.enums import AlertStatus, DismissalReason, EventKind, Factor
from alerts.findings import Findings
from alerts.models import Alert
from alerts.permissions import FIELD_STATES
from alerts.statistics import count_alerts
from deployments import retention
from deployments.enums import Status
from deployments.lifecycle import Refused
from deployments.models import AuditEvent, Deployment
from tests.factories import Cast, make_alert, make_deployment

pytestmark = pytest.mark.django_db

COMPARED = Findings(in_favour=(Factor.NOSE,))


@pytest.fixture(autouse=True)
def seconds_to_undo(settings: Settings) -> None:
    settings.UNDO_S = 5


@pytest.fixture
def live(cast: Cast) -> Deployment:
    return make_deployment(status=Status.LIVE)


def dismissed(live: Deployment, cast: Cast) -> Alert:
    alert = make_alert(live, status=AlertStatus.CLAIMED, by=cast.alice)
    return lifecycle.dismiss(alert, by=cast.alice, reason=DismissalReason.DIFFERENT_AGE)


def being_sent(live: Deployment, cast: Cast) -> Alert:
    alert = make_alert(live, status=AlertStatus.CLAIMED, by=cast.alice)
    alert = lifecycle.confirm(alert, by=cast.alice, findings=COMPARED)
    return lifecycle.dispatch(alert, by=cast.alice, source="pnc")


def pass_time(alert: Alert) -> None:
    """The seconds are over."""
    past = timezone.now() - timedelta(seconds=1)
    changed = {"undo_until": past}
    if alert.sending_at is not None:
        changed["sending_at"] = past
    Alert.objects.filter(pk=alert.pk).update(**changed)


def test_officers_are_told_only_once_the_time_to_undo_is_over(live: Deployment, cast: Cast) -> None:
    alert = being_sent(live, cast)

    assert clock.tick() == 0
    alert.refresh_from_db()
    assert alert.status == AlertStatus.CONFIRMED
    assert alert.status not in FIELD_STATES

    pass_time(alert)
    assert clock.tick(live.pk) == 1
    alert.refresh_from_db()
    assert alert.status == AlertStatus.DISPATCHED
    assert alert.dispatched_at is not None
    sent = AuditEvent.objects.get(action="alert.dispatched")
    assert sent.actor == "alice"


def test_database_tells_no_officer_before(live: Deployment, cast: Cast) -> None:
    alert = being_sent(live, cast)

    with pytest.raises(DatabaseError, match="no longer be undone"), transaction.atomic():
        Alert.objects.filter(pk=alert.pk).update(status=AlertStatus.DISPATCHED)


def test_sending_that_was_taken_back_is_not_sent(live: Deployment, cast: Cast) -> None:
    alert = lifecycle.undo(being_sent(live, cast), by=cast.alice)

    assert (alert.status, alert.sending_at) == (AlertStatus.CLAIMED, None)
    assert clock.tick() == 0
    assert list(alert.events.values_list("kind", flat=True))[-3:] == [
        EventKind.CONFIRMED,
        EventKind.SENDING,
        EventKind.UNDONE,
    ]
    judgement = alert.adjudications.get()
    assert judgement.undone_at is not None


def test_judgement_that_was_taken_back_sends_nobody(live: Deployment, cast: Cast) -> None:
    """I8: the record of it is kept, but it stands for nothing any more."""
    alert = lifecycle.undo(being_sent(live, cast), by=cast.alice)

    with pytest.raises(DatabaseError, match="recorded human judgement"), transaction.atomic():
        Alert.objects.filter(pk=alert.pk).update(status=AlertStatus.CONFIRMED)


def test_dismissal_is_taken_back_with_everything_there(live: Deployment, cast: Cast) -> None:
    alert = dismissed(live, cast)
    retained = [due for due in retention.holder_of("false_alert")[0]() if due.count]
    assert retained == []

    alert = lifecycle.undo(alert, by=cast.alice)

    assert alert.status == AlertStatus.CLAIMED
    assert alert.claimed_by == cast.alice
    assert alert.probe is not None
    counts = count_alerts(live, watchlist_size=1, faces_seen=1)
    assert (counts.false_alerts, counts.undecided_alerts) == (0, 1)
    written = AuditEvent.objects.filter(subject=f"alert {alert.pk}").values_list(
        "action", flat=True
    )
    assert {"alert.dismissed", "alert.undone"} <= set(written)


def test_dismissal_is_final_after_its_seconds(live: Deployment, cast: Cast) -> None:
    alert = dismissed(live, cast)
    pass_time(alert)

    with pytest.raises(Refused, match="too late"):
        lifecycle.undo(alert, by=cast.alice)
    with pytest.raises(DatabaseError, match="too late"), transaction.atomic():
        Alert.objects.filter(pk=alert.pk).update(status=AlertStatus.CLAIMED)

    (due,) = erasure.find_dismissed()
    assert erasure.erase_dismissed(due) == 1


def test_nobody_else_takes_it_back(live: Deployment, cast: Cast) -> None:
    alert = dismissed(live, cast)

    with pytest.raises(Refused, match="Only the operator who decided"):
        lifecycle.undo(alert, by=cast.bob)


def test_what_officers_know_is_not_taken_back(live: Deployment, cast: Cast) -> None:
    alert = being_sent(live, cast)
    pass_time(alert)
    clock.tick()

    with pytest.raises(Refused, match="officers were told"):
        lifecycle.undo(alert, by=cast.alice)


def test_sending_twice_is_refused(live: Deployment, cast: Cast) -> None:
    alert = being_sent(live, cast)

    with pytest.raises(Refused):
        lifecycle.dispatch(alert, by=cast.alice, source="pnc")
