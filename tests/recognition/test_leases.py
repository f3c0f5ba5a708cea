"""One worker a camera, and a successor that can tell when it is gone."""

from datetime import timedelta

import pytest
from django.utils import timezone

from deployments.enums import Status
from deployments.models import Deployment
from recognition import leases
from recognition.leases import LEASE, Lease
from recognition.models import CameraRun
from recognition.models.camera_run import RunState
from recognition.types import StreamState
from tests.concurrency import at_once
from tests.factories import Cast, make_cast, make_deployment


@pytest.fixture
def live(cast: Cast) -> Deployment:
    return make_deployment(status=Status.LIVE)


def _take(deployment: Deployment) -> Lease | None:
    return leases.take(deployment.pk, deployment.cameras.get().pk)


def _run_out(deployment: Deployment) -> None:
    CameraRun.objects.filter(deployment=deployment).update(
        lease_until=timezone.now() - timedelta(milliseconds=1)
    )


def test_what_is_taken_cannot_be_taken(live: Deployment):
    assert _take(live) is not None
    assert _take(live) is None


def test_a_released_camera_can_be_taken(live: Deployment):
    lease = _take(live)
    assert lease is not None

    lease.release(state=RunState.IDLE, state_words="")

    run = CameraRun.objects.get(deployment=live)
    assert (run.token, run.lease_until, run.frames_per_s) == (None, None, 0)
    assert run.stopped_at is not None
    assert _take(live) is not None


def test_a_lease_that_ran_out_is_taken_over_and_its_holder_learns_it(live: Deployment):
    first = _take(live)
    assert first is not None
    assert first.renew()
    _run_out(live)

    second = _take(live)

    assert second is not None
    assert not first.renew(faces_seen=99)
    assert second.renew(faces_seen=1)
    assert CameraRun.objects.get(deployment=live).faces_seen == 1


def test_a_late_release_takes_nothing_from_the_successor(live: Deployment):
    first = _take(live)
    _run_out(live)
    second = _take(live)
    assert first is not None
    assert second is not None

    first.release(state=RunState.FAILED)

    assert second.renew()
    assert CameraRun.objects.get(deployment=live).state == RunState.CONNECTING


def test_a_holder_who_was_late_but_not_replaced_goes_on(live: Deployment):
    lease = _take(live)
    assert lease is not None
    _run_out(live)

    assert lease.renew()
    assert _take(live) is None


def test_renewing_extends_by_one_term(live: Deployment):
    lease = _take(live)
    assert lease is not None
    before = timezone.now()

    lease.renew(state=RunState.LIVE)

    run = CameraRun.objects.get(deployment=live)
    assert run.lease_until is not None
    assert before + LEASE <= run.lease_until <= timezone.now() + LEASE


def test_declining_says_why_unless_another_has_it(live: Deployment):
    camera = live.cameras.get().pk
    CameraRun.objects.create(deployment=live, camera_id=camera)
    leases.decline(live.pk, camera, words="Weights are missing.")
    run = CameraRun.objects.get(deployment=live)
    assert (run.state, run.state_words) == (RunState.FAILED, "Weights are missing.")

    assert _take(live) is not None
    leases.decline(live.pk, camera, words="Weights are missing.")
    assert CameraRun.objects.get(deployment=live).state == RunState.CONNECTING


def test_every_state_of_a_stream_can_be_reported():
    longest = CameraRun._meta.get_field("state").max_length
    assert longest is not None
    for state in StreamState:
        assert len(RunState(state.value).value) <= longest


@pytest.mark.django_db(transaction=True)
def test_of_many_takers_one_gets_it():
    make_cast()
    live = make_deployment(status=Status.LIVE)

    for _ in range(5):
        results = at_once([lambda: _take(live)] * 6)
        taken = [result for result in results if result is not None]
        assert len(taken) == 1
        assert isinstance(taken[0], Lease)
        taken[0].release(state=RunState.IDLE)
