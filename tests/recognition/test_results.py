"""The result is published once, when nothing in it will change any more."""

from datetime import timedelta

import pytest
from django.utils import timezone
from pytest_django.fixtures import Settings

from alerts.enums import AlertStatus
from deployments import lifecycle, watchlist
from deployments.enums import Status
from deployments.models import AuditEvent, Deployment, DeploymentResult
from recognition import leases
from recognition.models import CameraRun
from recognition.models.camera_run import RunState
from recognition.results import publish_due_results
from tests.concurrency import at_once
from tests.factories import Cast, make_alert, make_camera, make_cast, make_deployment


@pytest.fixture
def live(cast: Cast) -> Deployment:
    cameras = [make_camera(), make_camera()]
    return make_deployment(status=Status.LIVE, entries=4, cameras=cameras)


def _end(deployment: Deployment) -> Deployment:
    return lifecycle.end(deployment, by=None, reason="Over.")


def test_it_sums_all_cameras_and_counts_who_was_on_the_list_at_the_end(
    live: Deployment, cast: Cast
):
    for number, camera in enumerate(live.cameras.all(), start=1):
        CameraRun.objects.create(deployment=live, camera=camera, faces_seen=100 * number)
    withdrawn = live.entries.all()[0]
    watchlist.withdraw_entry(withdrawn, by=cast.watchlist_manager, reason="Found.")
    _end(live)

    assert publish_due_results() == 1

    result = DeploymentResult.objects.get(deployment=live)
    assert (result.faces_seen, result.watchlist_size) == (300, 3)
    assert result.profile_version == live.profile
    event = AuditEvent.objects.get(action="result.published")
    assert event.actor == "system"


@pytest.mark.parametrize(
    "status", sorted(set(Status) - {Status.ENDED, Status.CLOSED, Status.CANCELLED})
)
def test_nothing_is_published_before_the_end(cast: Cast, status: Status):
    make_deployment(status=status)

    assert publish_due_results() == 0


def test_it_waits_for_open_alerts_until_they_are_erased(
    live: Deployment, settings: Settings, cast: Cast
):
    make_alert(live, camera=live.cameras.all()[0], status=AlertStatus.CLAIMED)
    _end(live)
    assert publish_due_results() == 0

    settings.RETENTION_PERIODS_S = {"alert": 0}
    assert publish_due_results() == 1
    assert DeploymentResult.objects.get(deployment=live).undecided_alerts == 1


def test_it_waits_for_the_last_second_of_every_camera(live: Deployment):
    camera = live.cameras.all()[0]
    lease = leases.take(live.pk, camera.pk)
    _end(live)
    assert publish_due_results() == 0

    assert lease is not None
    lease.release(state=RunState.IDLE, faces_seen=77)
    assert publish_due_results() == 1
    assert DeploymentResult.objects.get(deployment=live).faces_seen == 77


def test_a_worker_that_died_does_not_hold_it_back(live: Deployment):
    leases.take(live.pk, live.cameras.all()[0].pk)
    _end(live)
    CameraRun.objects.update(lease_until=timezone.now() - timedelta(seconds=1))

    assert publish_due_results() == 1


@pytest.mark.django_db(transaction=True)
def test_two_workers_publish_it_once():
    make_cast()
    _end(make_deployment(status=Status.LIVE))

    results = at_once([publish_due_results] * 4)

    assert not [result for result in results if isinstance(result, Exception)]
    assert DeploymentResult.objects.count() == 1
    assert AuditEvent.objects.filter(action="result.published").count() == 1
