"""Footage in what is done for everything that is kept: another master key, the reconciliation."""

import base64
from datetime import timedelta

import pytest
from django.utils import timezone
from pytest_django.fixtures import Settings

from deployments import master_key_rotation, reconciliation
from deployments.encryption import new_key
from deployments.enums import Status
from deployments.footage import chain, store
from deployments.footage.store import OpenSegment
from deployments.models import Deployment, FootageKey, FootageSegment
from tests.deployments.recordings import recorded
from tests.factories import Cast, make_deployment
from tests.tampering import triggers_disabled

pytestmark = pytest.mark.usefixtures("recognition_worker")


@pytest.fixture
def live(cast: Cast) -> Deployment:
    return make_deployment(status=Status.LIVE, records_cctv=True)


def found(*, after: timedelta = timedelta()) -> set[str]:
    result = reconciliation.reconcile(now=timezone.now() + after)
    return {each.what for each in result.findings if "footage" in each.what or "row" in each.what}


def test_everything_opens_under_another_master_key_and_then_without_the_first(
    live: Deployment, settings: Settings
):
    segments = [recorded(live) for _ in range(2)]
    before = settings.MASTER_KEY
    settings.MASTER_KEY = base64.b64encode(new_key()).decode()
    settings.OTHER_MASTER_KEYS = [before]

    (done,) = [each for each in master_key_rotation.rotate() if each.what == "keys_of_footage"]

    assert (done.rewrapped, done.unreadable) == (2, 0)
    settings.OTHER_MASTER_KEYS = []
    assert [chain.fault_of(each) for each in segments] == ["", ""]


def test_with_the_wrong_master_key_nothing_is_lost(live: Deployment, settings: Settings):
    segment, right = recorded(live), settings.MASTER_KEY
    settings.MASTER_KEY = base64.b64encode(new_key()).decode()

    (done,) = [each for each in master_key_rotation.rotate() if each.what == "keys_of_footage"]

    assert (done.rewrapped, done.unreadable) == (0, 1)
    assert "master key" in chain.fault_of(segment)
    settings.MASTER_KEY = right
    assert chain.fault_of(segment) == ""


def test_what_is_as_it_should_be_is_no_finding(live: Deployment):
    recorded(live)
    OpenSegment(live.pk, live.cameras.get().pk, started_at=timezone.now()).abandon()

    assert found() == set()


def test_a_segment_that_nobody_finished_is_found(live: Deployment):
    OpenSegment(live.pk, live.cameras.get().pk, started_at=timezone.now()).abandon()

    assert "footage_not_recovered" in found(after=timedelta(hours=1))


def test_a_file_and_a_key_that_are_gone_are_found(live: Deployment):
    one, other = recorded(live), recorded(live)
    store.path_of(one.pk).unlink()
    FootageKey.objects.filter(segment=other).delete()

    assert found() == {"row_without_file", "footage_without_key"}


def test_a_chain_that_was_tampered_with_is_found(live: Deployment):
    recorded(live)
    with triggers_disabled("deployments_footagesegment"):
        FootageSegment.objects.update(content_sha256="1" * 64)

    assert found() == {"footage_chain_broken"}
