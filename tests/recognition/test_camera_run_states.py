"""What is wrong with a camera's picture, from its reader to the words on a console."""

from functools import partial

import numpy as np
import pytest

from alerts.presenters import camera_facts
from deployments.enums import Status
from deployments.models import Deployment
from recognition import camera_run
from recognition.models import CameraRun
from recognition.models.camera_run import RunState
from recognition.readers.capture import WORDS, CaptureReader
from recognition.readers.picture_health import HealthLimits, PictureHealth
from recognition.types import Image, StreamState
from tests.factories import make_cast, make_deployment
from tests.recognition.running import running, until
from tests.recognition.scripted_cameras import ScriptedCamera, scripted_models, street_with

WHILE_IT_RUNS = [state for state in StreamState if state is not StreamState.ENDED]


@pytest.fixture
def camera(monkeypatch: pytest.MonkeyPatch) -> ScriptedCamera:
    models = scripted_models(3)
    scripted = ScriptedCamera(street_with(3))
    monkeypatch.setattr(camera_run, "build_models", lambda _: models)
    monkeypatch.setattr(camera_run, "open_reader", lambda *_, **__: scripted)
    monkeypatch.setattr(camera_run, "REPORT_EVERY_S", 0.2)
    return scripted


@pytest.fixture
def live(transactional_db: None, recognition_worker: None) -> Deployment:
    make_cast()
    return make_deployment(status=Status.LIVE, threshold=0.9)


def test_both_lists_of_states_are_one():
    """A run has besides a state of its own for the time when nobody reads the camera."""
    assert {state.value for state in RunState} - {state.value for state in StreamState} == {
        RunState.IDLE.value
    }
    assert {state.value for state in StreamState} <= {state.value for state in RunState}
    assert set(WORDS) == set(StreamState)


def test_every_state_is_told_to_the_console_as_it_changes(live: Deployment, camera: ScriptedCamera):
    with running(live):
        for state in WHILE_IT_RUNS:
            camera.state, camera.state_words = state, WORDS[state]
            until(partial(_is_told, live, state))

            facts = camera_facts(CameraRun.objects.get(deployment=live), is_live=True)
            assert (facts["state"], facts["state_words"]) == (state.value, WORDS[state])


def _is_told(live: Deployment, state: StreamState) -> bool:
    return CameraRun.objects.filter(
        deployment=live, state=state.value, state_words=WORDS[state]
    ).exists()


class Shown(CaptureReader):
    """A camera that shows what it is given, with the patience of a test."""

    def __init__(self, *images: Image) -> None:
        super().__init__()
        self._images = images
        self._health = PictureHealth(HealthLimits(frozen_s=0.0, unfit_s=0.0))

    def _capture(self) -> None:
        for image in self._images:
            self._take(image.copy, position_s=None)
            self._stopping.wait(0.6)  # pictures are looked at twice a second
        self._stopping.wait(30)


def noise(seed: int) -> Image:
    return np.random.default_rng(seed).integers(0, 255, (180, 320, 3)).astype(np.uint8)


def pictures() -> list[tuple[StreamState, tuple[Image, ...]]]:
    sharp = noise(0)
    soft = np.tile(np.linspace(40, 200, 320).astype(np.uint8)[None, :, None], (180, 1, 3))
    return [
        (StreamState.LIVE, (sharp, noise(1))),
        (StreamState.FROZEN, (sharp, sharp)),
        (StreamState.DARK, (sharp // 30,)),
        (StreamState.BLURRED, (soft,)),
    ]


@pytest.mark.parametrize(("state", "images"), pictures())
def test_a_reader_tells_what_it_sees(state: StreamState, images: tuple[Image, ...]):
    reader = Shown(*images)

    for number, _ in enumerate(reader.frames(), start=1):
        if number == len(images):
            break

    assert reader.state is state
    assert reader.state_words == WORDS[state]
