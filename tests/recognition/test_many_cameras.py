"""One worker, many cameras: one model set, one batch, one copy of the list; no camera waits for
another."""

import threading
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest

from alerts.models import Alert
from deployments import lifecycle
from deployments.enums import Status
from deployments.models import Deployment
from recognition import camera_run
from recognition.batching import EmbeddingBatcher
from recognition.factory import ModelSet
from recognition.models import CameraRun
from recognition.pipeline import Pipeline
from recognition.protocols import KeepGoing, always
from recognition.types import Face, Floats, Frame, FrameResult, Image
from tests.concurrency import LIMIT_S
from tests.factories import make_camera, make_cast, make_deployment, make_entry
from tests.recognition.running import running, until
from tests.recognition.scripted_cameras import (
    FACE_PX,
    ScriptedCamera,
    scripted_models,
    street_with,
    template_of,
)
from tests.recognition.scripted_parts import ScriptedEmbedder, frontal_face

COUNT = 4
PEOPLE = (1, 2, 3, 4)


@pytest.fixture
def live(transactional_db: None, recognition_worker: None) -> Deployment:
    make_cast()
    cameras = [make_camera(source=f"device:{number}") for number in range(COUNT)]
    deployment = make_deployment(status=Status.LIVE, cameras=cameras, threshold=0.9)
    for number in PEOPLE:
        make_entry(deployment, embedding=template_of(number), reference=f"person-{number}")
    return deployment


class CountingEmbedder(ScriptedEmbedder):
    """Notes how many calls are in it at a time: a model is asked by one thread at a time."""

    def __init__(self) -> None:
        super().__init__(embed=lambda chips: np.stack([template_of(chip) for chip in chips]))
        self._inside = threading.Lock()
        self.was_shared = False

    def embed(self, chips: Image) -> Floats:
        if not self._inside.acquire(blocking=False):
            self.was_shared = True
            return super().embed(chips)
        try:
            return super().embed(chips)
        finally:
            self._inside.release()


class Scene:
    """Four scripted cameras, each showing one person, before one set of models."""

    def __init__(self) -> None:
        self.embedder = CountingEmbedder()
        self.models: ModelSet = replace(
            scripted_models(1), embedder=EmbeddingBatcher(self.embedder)
        )
        self.cameras = {
            f"device:{number}": ScriptedCamera(street_with(someone))
            for number, someone in enumerate(PEOPLE)
        }
        self.built = 0

    def open(self, source: str, **_: object) -> ScriptedCamera:
        return self.cameras[source]

    def build(self, _: object) -> ModelSet:
        self.built += 1
        return self.models


@pytest.fixture
def scene(monkeypatch: pytest.MonkeyPatch) -> Scene:
    scene = Scene()
    monkeypatch.setattr(camera_run, "build_models", scene.build)
    monkeypatch.setattr(camera_run, "open_reader", scene.open)
    return scene


def test_each_camera_finds_its_own_passer_by(live: Deployment, scene: Scene):
    with running(live):
        until(lambda: Alert.objects.count() == COUNT)
        lifecycle.end(live, by=None, reason="Over.")

    found = set(Alert.objects.values_list("camera__source", "entry__reference"))
    assert found == {(f"device:{n}", f"person-{someone}") for n, someone in enumerate(PEOPLE)}


def test_they_share_one_model_one_batch_and_one_list(
    live: Deployment, scene: Scene, monkeypatch: pytest.MonkeyPatch
):
    runners: list[camera_run.CameraRunner] = []
    build = camera_run.CameraRunner.__init__

    def noted(self: camera_run.CameraRunner, *parts: object) -> None:
        build(self, *parts)  # type: ignore[arg-type]
        runners.append(self)

    monkeypatch.setattr(camera_run.CameraRunner, "__init__", noted)
    with running(live):
        until(lambda: all(camera.given > 5 for camera in scene.cameras.values()))

    assert len(runners) == COUNT
    assert len({id(runner.gallery) for runner in runners}) == 1
    assert {id(runner.pipeline.embedder) for runner in runners} == {id(scene.models.embedder)}
    assert len({id(runner.pipeline.tracker) for runner in runners}) == COUNT
    assert not scene.embedder.was_shared


class StuckCamera(ScriptedCamera):
    """Its pictures never come: a network that swallows everything."""

    def frames(self, keep_going: KeepGoing = always) -> Iterator[Frame]:
        self.began.set()
        while keep_going() and not self.closed.wait(0.05):
            pass
        self.ended.set()
        yield from ()


class SlowOnOnePicture:
    """A detector that takes for ever over one camera's picture."""

    def __init__(self, slow: Image) -> None:
        self.slow = slow
        self.entered, self.go_on = threading.Event(), threading.Event()

    def detect(self, image: Image, *, min_face_px: float) -> list[Face]:
        if np.shares_memory(image, self.slow):  # the zone is a part of the picture
            self.entered.set()
            self.go_on.wait(LIMIT_S)
        return [frontal_face(40, 80, FACE_PX)]


def _others(scene: Scene) -> list[ScriptedCamera]:
    return [camera for source, camera in scene.cameras.items() if source != "device:0"]


def test_a_camera_without_pictures_delays_no_other(live: Deployment, scene: Scene):
    scene.cameras["device:0"] = StuckCamera(street_with(1))
    with running(live):
        until(lambda: Alert.objects.count() == COUNT - 1)
        until(lambda: all(camera.given > 10 for camera in _others(scene)))

    assert scene.cameras["device:0"].given == 0


def test_a_camera_whose_pictures_take_long_delays_no_other(live: Deployment, scene: Scene):
    detector = SlowOnOnePicture(scene.cameras["device:0"].image)
    scene.models = replace(scene.models, detector=detector)
    with running(live):
        try:
            assert detector.entered.wait(LIMIT_S)
            until(lambda: Alert.objects.count() == COUNT - 1)
            until(lambda: all(camera.given > 10 for camera in _others(scene)))
            assert scene.cameras["device:0"].given == 1
        finally:
            detector.go_on.set()


def test_a_camera_that_fails_stops_no_other(live: Deployment, scene: Scene):
    scene.cameras["device:2"].fails_with = ValueError("no such picture")
    with running(live):
        until(lambda: CameraRun.objects.filter(state="failed").exists())
        before = {source: camera.given for source, camera in scene.cameras.items()}
        until(
            lambda: all(
                camera.given > before[source] + 5
                for source, camera in scene.cameras.items()
                if source != "device:2"
            )
        )


def test_a_picture_without_anybody_asks_the_model_nothing(live: Deployment, scene: Scene):
    for camera in scene.cameras.values():
        camera.image = np.zeros_like(camera.image)
    with running(live):
        until(lambda: all(camera.given > 5 for camera in scene.cameras.values()))

    assert scene.embedder.batches == []


def test_a_camera_keeps_to_its_own_pictures(
    live: Deployment, scene: Scene, monkeypatch: pytest.MonkeyPatch
):
    """Each thread's pipeline is given the pictures of one camera only."""
    seen: dict[int, set[int]] = {}
    process = Pipeline.process

    def noted(self: Pipeline, frame: Frame) -> FrameResult:
        seen.setdefault(threading.get_ident(), set()).add(id(frame.image))
        return process(self, frame)

    monkeypatch.setattr(Pipeline, "process", noted)
    with running(live):
        until(lambda: all(camera.given > 5 for camera in scene.cameras.values()))

    assert [len(images) for images in seen.values()] == [1] * COUNT
