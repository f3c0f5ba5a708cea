"""The figures that the public is told, for each way an alert can end."""

from collections import Counter

import pytest
from pytest_django.fixtures import Settings

from alerts.enums import AlertKind, AlertStatus, Outcome
from alerts.models import Alert
from alerts.statistics import count_alerts, kind_of
from alerts.transitions import WEIGHED
from deployments import lifecycle, purge
from deployments.enums import Status
from deployments.models import Deployment, DeploymentResult
from deployments.publication import Counts
from recognition.models import CameraRun
from recognition.results import publish_due_results
from tests.factories import Cast, make_alert, make_deployment

TRUE = {
    AlertStatus.CONFIRMED,
    AlertStatus.DISPATCHED,
    AlertStatus.NOT_LOCATED,
    AlertStatus.NOT_SOUGHT,  # it was the person; only the grounds had gone
    AlertStatus.ENGAGED,
}


@pytest.fixture
def live(cast: Cast) -> Deployment:
    return make_deployment(status=Status.LIVE)


def _counts(deployment: Deployment) -> Counts:
    return count_alerts(deployment, watchlist_size=10, faces_seen=1000)


@pytest.mark.parametrize("status", sorted(set(AlertStatus) - {AlertStatus.RESOLVED}))
def test_an_alert_counts_as_one_thing(live: Deployment, status: AlertStatus):
    make_alert(live, status=status)

    counts = _counts(live)

    assert counts.alerts == 1
    assert counts.true_alerts == (1 if status in TRUE else 0)
    assert counts.false_alerts == (1 if status == AlertStatus.DISMISSED else 0)
    assert counts.undecided_alerts == (1 if status in WEIGHED else 0)
    assert counts.engagements == (1 if status == AlertStatus.ENGAGED else 0)


@pytest.mark.parametrize("outcome", Outcome)
def test_an_outcome_is_counted_and_another_person_is_a_false_alert(
    live: Deployment, outcome: Outcome
):
    make_alert(live, status=AlertStatus.RESOLVED, outcome=outcome)

    counts = _counts(live)

    assert counts.outcomes == {outcome.value: 1}
    assert counts.engagements == 1
    is_false = outcome == Outcome.NOT_THE_PERSON
    assert (counts.false_alerts, counts.true_alerts) == ((1, 0) if is_false else (0, 1))
    assert (counts.confirmed_false_alerts, counts.confirmed_true_alerts) == (
        (1, 0) if is_false else (0, 1)
    )


@pytest.mark.parametrize(
    ("status", "outcome", "kind"),
    [
        (AlertStatus.CLAIMED, Outcome.ARREST, AlertKind.UNDECIDED),
        (AlertStatus.DISMISSED, Outcome.ARREST, AlertKind.FALSE),
        (AlertStatus.CONFIRMED, Outcome.ARREST, AlertKind.TRUE),
        (AlertStatus.NOT_LOCATED, Outcome.ARREST, AlertKind.TRUE),
        (AlertStatus.RESOLVED, Outcome.NOT_THE_PERSON, AlertKind.CONFIRMED_FALSE),
        (AlertStatus.RESOLVED, Outcome.NO_FURTHER_ACTION, AlertKind.CONFIRMED_TRUE),
    ],
)
def test_the_kind_of_an_alert_is_that_of_the_statistics(
    live: Deployment, status: AlertStatus, outcome: Outcome, kind: AlertKind
):
    alert = make_alert(live, status=status, outcome=outcome)

    assert kind_of(Alert.objects.select_related("engagement").get(pk=alert.pk)) == kind


def test_all_together_add_up_before_and_after_their_erasure(
    live: Deployment, cast: Cast, settings: Settings
):
    for status in AlertStatus:
        make_alert(live, status=status)
    for outcome in Outcome:
        make_alert(live, status=AlertStatus.RESOLVED, outcome=outcome)
    make_alert(make_deployment(status=Status.LIVE), status=AlertStatus.DISMISSED)
    before = _counts(live)
    assert before.alerts == len(AlertStatus) + len(Outcome)
    assert before.alerts == before.true_alerts + before.false_alerts + before.undecided_alerts
    assert before.outcomes == Counter({o.value: 1 for o in Outcome} | {"arrest": 2})

    lifecycle.end(live, by=cast.alice, reason="Over.")
    settings.RETENTION_PERIODS_S = {"alert": 0}
    purge.purge()

    assert _counts(live) == before


def test_the_result_is_published_from_the_same_counts(live: Deployment, cast: Cast):
    make_alert(live, status=AlertStatus.RESOLVED)
    make_alert(live, status=AlertStatus.DISMISSED)
    camera = live.cameras.get()
    CameraRun.objects.create(
        deployment=live, camera=camera, faces_seen=400, profile_version="embedded-1"
    )
    lifecycle.end(live, by=cast.alice, reason="Over.")

    assert publish_due_results() == 1
    assert publish_due_results() == 0

    result = DeploymentResult.objects.get(deployment=live)
    assert (result.alerts, result.true_alerts, result.false_alerts) == (2, 1, 1)
    assert (result.faces_seen, result.watchlist_size) == (400, 3)
    assert (result.threshold, result.profile_version) == (live.threshold, "embedded-1")
    assert result.false_alert_rate == 1 / 400
