"""A camera task that records beside its recognition, on a real database and real files."""

import resource
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone
from pytest_django.fixtures import Settings

from deployments import lifecycle, variations
from deployments.enums import FootageGapReason, Status
from deployments.footage import chain, recovery, store
from deployments.models import Deployment, FootageSegment
from recognition import camera_run
from recognition.models import CameraRun
from tests.deployments.recordings import frames_of, video
from tests.factories import (
    make_camera,
    make_cast,
    make_deployment,
    make_variation,
    person,
)
from tests.recognition.running import running, until
from tests.recognition.scripted_cameras import scripted_models

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def camera_file(tmp_path: Path) -> Path:
    path = tmp_path / "street.mkv"
    path.write_bytes(video(seconds=6))
    return path


@pytest.fixture
def live(
    recognition_worker: None, monkeypatch: pytest.MonkeyPatch, settings: Settings, camera_file: Path
) -> Deployment:
    make_cast()
    settings.CCTV_SEGMENT_S = 2
    settings.CCTV_MIN_FREE_BYTES = 1
    monkeypatch.setattr(camera_run, "build_models", lambda _: scripted_models())
    camera = make_camera(source=f"file:{camera_file}", loop=True)
    return make_deployment(status=Status.LIVE, cameras=[camera], records_cctv=True)


def words_of(deployment: Deployment) -> str:
    return CameraRun.objects.get(deployment=deployment).recording_words


def finished(deployment: Deployment) -> list[FootageSegment]:
    return list(deployment.footage.exclude(number=None).order_by("number"))


def test_what_is_authorised_is_recorded_while_it_is_watched(live: Deployment):
    with running(live):
        until(lambda: words_of(live) == "Recording.")
        until(lambda: len(finished(live)) >= 2)

    segments = finished(live)
    assert chain.verify(live).is_sound
    assert [chain.fault_of(each) for each in segments] == [""] * len(segments)
    for segment in segments[:2]:
        with store.opened(segment) as file:
            assert frames_of(file.read()) >= 25
    assert not live.footage.filter(number=None).exists()
    assert CameraRun.objects.get(deployment=live).frame_count > 0
    assert words_of(live) == ""


def test_nothing_is_recorded_where_it_is_not_authorised(live: Deployment, camera_file: Path):
    other = make_deployment(
        status=Status.LIVE, cameras=[make_camera(source=f"file:{camera_file}", loop=True)]
    )
    with running(other):
        until(lambda: CameraRun.objects.get(deployment=other).frame_count > 10)

    assert not other.footage.exists()


def test_suspending_ends_the_recording_with_the_recognition(live: Deployment):
    with running(live) as threads:
        until(lambda: words_of(live) == "Recording.")
        lifecycle.suspend(live, by=person("alice"), reason="A camera was moved.")
        for thread in threads:
            thread.join(20)
        live.refresh_from_db()
        assert live.status == Status.SUSPENDED
        within_a_second = live.status_at + timedelta(seconds=1)

    assert finished(live)
    assert not live.footage.filter(ended_at__gt=within_a_second).exists()


def test_a_full_disk_leaves_recognition_running_and_is_stated(live: Deployment, settings: Settings):
    settings.CCTV_MIN_FREE_BYTES = 2**60
    with running(live):
        until(lambda: "no space left" in words_of(live))
        seen = CameraRun.objects.get(deployment=live).frame_count
        until(lambda: CameraRun.objects.get(deployment=live).frame_count > seen + 10)

    assert not live.footage.exists()
    gap = live.footage_gaps.get()
    assert gap.reason == FootageGapReason.DISK_FULL
    assert gap.ended_at is not None


def test_a_disk_that_refuses_in_the_middle_of_a_segment_leaves_what_plays(
    live: Deployment, settings: Settings
):
    """The kernel itself refuses to let a file grow further."""
    settings.CCTV_SEGMENT_S = 60
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, before[1]))
    try:
        with running(live):
            until(lambda: "no space left" in words_of(live))
            seen = CameraRun.objects.get(deployment=live).frame_count
            until(lambda: CameraRun.objects.get(deployment=live).frame_count > seen + 10)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    recovery.recover(now=timezone.now() + timedelta(hours=1))

    assert {gap.reason for gap in live.footage_gaps.all()} == {FootageGapReason.DISK_FULL}
    segment = live.footage.order_by("started_at")[0]
    assert segment.is_cut_short
    with store.opened(segment) as file:
        assert frames_of(file.read()) > 0


def test_a_variation_that_takes_recording_away_ends_it(live: Deployment):
    with running(live):
        until(lambda: words_of(live) == "Recording.")
        asked = make_variation(live, recorded_ids=[])
        variations.authorise(asked, by=person("authorising_officer"), reasons="Not needed.")
        until(lambda: words_of(live) == "")
        until(lambda: not live.footage.filter(number=None).exists())
        count = live.footage.count()
        seen = CameraRun.objects.get(deployment=live).frame_count
        until(lambda: CameraRun.objects.get(deployment=live).frame_count > seen + 10)

    assert live.footage.count() == count
    assert not live.deploymentcamera_set.get().records_cctv
