"""Real video through everything but the broker: enrolment, camera run, alerts in the database."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from alerts.models import Alert
from deployments import lifecycle
from deployments.enums import EntryStatus, Status
from deployments.models import Deployment
from recognition import camera_run
from recognition.enrolling import enrol
from recognition.factory import open_reader
from recognition.models import CameraRun
from tests.factories import (
    check_cameras,
    make_camera,
    make_deployment,
    make_entry,
    person,
    recognition_worker_answers,
    reviewed,
)

pytestmark = [pytest.mark.model, pytest.mark.django_db(transaction=True)]

# A list of four may be searched at a lower similarity than the profile's own operating point,
# which is for hundreds: the weakest true match of this clip reaches 0.92, the strongest wrong
# candidate 0.906.
THRESHOLD = 0.913
STILLS = ("miranda.png", "obama.jpg", "not_in_video_1.jpg", "not_in_video_2.jpeg")


@pytest.fixture
def watched(test_data: Path) -> Callable[[str], Deployment]:
    """Runs one video as the camera of a live deployment with the four stills on its watchlist."""

    def run(video: str) -> Deployment:
        camera = make_camera(source=f"file:{test_data / 'video' / video}")
        deployment = make_deployment(
            status=Status.AUTHORISED, cameras=[camera], threshold=THRESHOLD
        )
        for still in STILLS:
            image = (test_data / "faces" / "hamilton" / still).read_bytes()
            entry = make_entry(deployment, is_enrolled=False, reference=still, image=image)
            enrol(entry.pk)
            entry.refresh_from_db()
            assert entry.status == EntryStatus.TO_REVIEW, entry.refusal
        reviewed(deployment)
        with recognition_worker_answers():
            lifecycle.make_ready(deployment, by=person("watchlist_manager"))
            check_cameras(deployment)
            deployment = lifecycle.start(deployment, by=person("alice"))
        camera_run.run_camera(deployment.pk, camera.pk)
        return deployment

    return run


def test_the_two_who_appear_are_alerted_and_nobody_else(
    watched: Callable[[str], Deployment],
) -> None:
    deployment = watched("hamilton.mp4")

    alerted = Alert.objects.filter(deployment=deployment).values_list("entry__reference", flat=True)

    assert sorted(alerted) == ["miranda.png", "obama.jpg"]


def test_an_alert_shows_its_person_when_they_are_on_screen(
    watched: Callable[[str], Deployment],
) -> None:
    deployment = watched("hamilton.mp4")

    positions = {
        alert.entry.reference: alert.source_position_s
        for alert in Alert.objects.filter(deployment=deployment).select_related("entry")
        if alert.entry and alert.source_position_s is not None
    }

    assert positions["miranda.png"] < 7.1  # frames 0 to 210 of 29.97 a second
    assert 7.0 < positions["obama.jpg"] < 9.2  # frames 213 to 273


def test_people_too_far_away_to_have_a_face_raise_nothing(
    watched: Callable[[str], Deployment], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(camera_run, "open_reader", partial(open_reader, realtime=False))

    deployment = watched("no_face_visible.mp4")

    run = CameraRun.objects.get(deployment=deployment)
    assert not Alert.objects.filter(deployment=deployment).exists()
    assert run.faces_seen == 0
    assert run.frame_count > 700
