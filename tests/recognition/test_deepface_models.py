"""DeepFace's networks behind their adapters, built with fresh weights: what needs no download."""

import os
import warnings
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from recognition import factory
from recognition.alignment import AlignmentTemplate
from recognition.deepface_models import WEIGHTS_FOLDER, DeepFaceEmbedder, retinaface
from recognition.detectors.retinaface import RetinaFace
from recognition.embedders.chip_input import ChipInput
from recognition.factory import build_models, load_profile
from recognition.keras_runtime import prepared_keras
from recognition.profiles import Profile
from recognition.types import Image
from recognition.weights import MissingWeights, WrongWeights, models_folder

pytestmark = pytest.mark.model

TENSORFLOW_MODELS = ["gpu", "facenet512"]


def noise(count: int, side: int, *, seed: int = 0) -> Image:
    rng = np.random.default_rng([count, side, seed])
    return rng.integers(0, 255, (count, side, side, 3)).astype(np.uint8)


def untrained(profile: Profile) -> DeepFaceEmbedder:
    """The profile's own embedder; its weights are whatever the network starts with."""
    options = profile.embedder.options
    return DeepFaceEmbedder(
        options["model"],
        name=profile.model_name,
        dimension=profile.dimension,
        template=AlignmentTemplate.from_options(options["template"]),
        chip_input=ChipInput.from_options(options),
        with_flip=options["with_flip"],
    )


@pytest.fixture(scope="module")
def without_weights() -> Iterator[None]:
    """DeepFace builds its networks and loads nothing into them."""
    prepared_keras()  # as the adapters do before anything of DeepFace's is imported
    from deepface.commons import weight_utils
    from deepface.modules import modeling
    from retinaface.model import retinaface_model

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            weight_utils,
            "download_weights_if_necessary",
            lambda file_name, **_: str(models_folder() / WEIGHTS_FOLDER / file_name),
        )
        patch.setattr(weight_utils, "load_model_weights", lambda model, **_: model)
        patch.setattr(retinaface_model, "load_weights", lambda model: model)
        patch.setattr(modeling, "cached_models", {}, raising=False)
        patch.delattr(modeling, "cached_models")
        yield


@pytest.fixture(scope="module")
def embedders(without_weights: None) -> Callable[[str], DeepFaceEmbedder]:
    built: dict[str, DeepFaceEmbedder] = {}

    def embedder(name: str) -> DeepFaceEmbedder:
        if name not in built:
            built[name] = untrained(load_profile(name))
        return built[name]

    return embedder


@pytest.mark.parametrize("name", TENSORFLOW_MODELS)
def test_shapes_are_the_profiles_and_a_batch_gives_what_single_chips_give(
    embedders: Callable[[str], DeepFaceEmbedder], name: str
) -> None:
    embedder = embedders(name)
    chips = noise(5, embedder.chip_size[0])

    together = embedder.embed(chips)
    alone = np.concatenate([embedder.embed(chip[None]) for chip in chips])

    assert together.shape == (5, load_profile(name).dimension)
    assert together.dtype == np.float32
    assert together == pytest.approx(alone, abs=1e-4)
    assert np.linalg.norm(together, axis=1) == pytest.approx(1.0, abs=1e-5)
    assert embedder.embed(chips[:0]).shape == (0, load_profile(name).dimension)


@pytest.mark.parametrize("name", TENSORFLOW_MODELS)
def test_threads_share_a_network(embedders: Callable[[str], DeepFaceEmbedder], name: str) -> None:
    embedder = embedders(name)
    chips = noise(4, embedder.chip_size[0])
    expected = embedder.embed(chips)

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda chip: embedder.embed(chip[None])[0], chips))

    assert np.array(answers) == pytest.approx(expected, abs=1e-4)


def test_one_network_per_process(
    embedders: Callable[[str], DeepFaceEmbedder], without_weights: None
) -> None:
    from recognition.deepface_models import _client

    for name in TENSORFLOW_MODELS:
        embedders(name)
    with ThreadPoolExecutor(4) as pool:
        models = list(pool.map(lambda _: _client("Facenet512"), range(4)))
        networks = list(pool.map(lambda _: retinaface()[1], range(4)))

    assert len({id(model) for model in models}) == 1
    assert len({id(network) for network in networks}) == 1


def test_building_leaves_the_process_as_it_was(without_weights: None) -> None:
    """DeepFace's home and the filters of warnings are the process's own."""
    home, filters = os.environ.get("DEEPFACE_HOME"), list(warnings.filters)

    retinaface()

    assert os.environ.get("DEEPFACE_HOME") == home
    assert list(warnings.filters) == filters


# RetinaFace


@pytest.fixture
def detector(without_weights: None) -> RetinaFace:
    """Untrained, it sees faces anywhere: what it says is nonsense, but always the same."""
    return RetinaFace(min_score=0.999)


@pytest.mark.parametrize("shape", [(720, 1280), (360, 640), (333, 517)])
def test_retinafaces_network_takes_frames_of_any_size_from_any_thread(
    detector: RetinaFace, shape: tuple[int, int]
) -> None:
    picture = np.random.default_rng(1).integers(0, 255, (*shape, 3)).astype(np.uint8)
    expected = [face.box for face in detector.detect(picture, min_face_px=80)]

    with ThreadPoolExecutor(3) as pool:
        found = list(pool.map(lambda _: detector.detect(picture, min_face_px=80), range(3)))

    assert [[face.box for face in faces] for faces in found] == [expected] * 3
    assert all(min(box.w, box.h) > 0 and max(box.w, box.h) >= 80 for box in expected)


@pytest.mark.parametrize("shape", [(37, 53), (8, 8), (1, 1), (400, 10)])
def test_pictures_too_small_for_a_face_are_not_searched(
    detector: RetinaFace, shape: tuple[int, int]
) -> None:
    assert detector.detect(np.full((*shape, 3), 128, np.uint8), min_face_px=80) == []


class ScriptedPackage:
    """What the package answers, in the shape in which it does."""

    def __init__(self, *faces: dict[str, Any]) -> None:
        self.faces = faces
        self.shapes: list[tuple[int, ...]] = []

    def detect_faces(self, picture: Image, **_options: Any) -> dict[str, Any]:
        self.shapes.append(picture.shape)
        return {f"face_{index}": face for index, face in enumerate(self.faces, 1)}


def described(left: int, size: int, *, score: float) -> dict[str, Any]:
    """The package's right eye is the person's, at the left of the picture."""
    return {
        "score": np.float32(score),
        "facial_area": [np.int64(left), np.int64(10), np.int64(left + size), np.int64(10 + size)],
        "landmarks": {
            "right_eye": [left + 5, 20],
            "left_eye": [left + 15, 20],
            "nose": [left + 10, 25],
            "mouth_right": [left + 6, 30],
            "mouth_left": [left + 14, 30],
        },
    }


def test_faces_come_in_the_frames_own_pixels_best_first(detector: RetinaFace) -> None:
    package = ScriptedPackage(described(30, 24, score=0.95), described(90, 24, score=0.99))
    detector._package = package  # type: ignore[assignment]

    first, second = detector.detect(np.zeros((360, 640, 3), np.uint8), min_face_px=40)

    assert package.shapes == [(180, 320, 3)]
    assert (first.box.x, second.box.x) == (180, 60)
    assert (second.box.w, second.box.h) == (48, 48)
    left, right, nose, mouth_left, mouth_right = second.landmarks
    assert left[0] < nose[0] < right[0]
    assert mouth_left[0] < mouth_right[0]
    assert second.landmarks[0].tolist() == [70, 40]


def test_faces_smaller_than_asked_for_are_left_out(detector: RetinaFace) -> None:
    detector._package = ScriptedPackage(described(30, 18, score=0.95))  # type: ignore[assignment]

    assert detector.detect(np.zeros((360, 640, 3), np.uint8), min_face_px=40) == []


# Weights


@pytest.fixture
def empty_models_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("LFR_MODELS_DIR", str(tmp_path))
    monkeypatch.setattr(factory, "_models", {})
    return tmp_path


@pytest.mark.parametrize(
    ("name", "file"),
    [("facenet512", "retinaface.h5"), ("gpu", "yunet"), ("cpu", "yunet")],
)
def test_nothing_is_downloaded_when_a_model_is_built(
    empty_models_folder: Path, name: str, file: str
) -> None:
    with pytest.raises(MissingWeights, match=file):
        build_models(load_profile(name))

    assert list(empty_models_folder.rglob("*")) == []


def test_a_wrong_file_in_retinafaces_place_is_refused(empty_models_folder: Path) -> None:
    path = models_folder() / WEIGHTS_FOLDER / "retinaface.h5"
    path.parent.mkdir(parents=True)
    path.write_bytes(b"version https://git-lfs.github.com/spec/v1\n")

    with pytest.raises(WrongWeights, match="a Git LFS pointer"):
        build_models(load_profile("facenet512"))


def test_sfaces_adapter_runs_an_onnx_network_of_its_shapes(
    test_data: Path, empty_models_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another network of the same shapes in the place of the file that cannot be had here."""
    from deepface.modules import modeling

    monkeypatch.setattr(modeling, "cached_models", {}, raising=False)
    monkeypatch.delattr(modeling, "cached_models")
    profile = load_profile("cpu")
    assert profile.embedder.weights
    place = empty_models_folder / profile.embedder.weights.file
    place.parent.mkdir(parents=True)
    place.write_bytes((test_data / "models" / "mobilefacenet.onnx").read_bytes())
    options = profile.embedder.options
    embedder = DeepFaceEmbedder(
        "SFace",
        name="cpu-1",
        dimension=128,
        template=AlignmentTemplate.from_options(options["template"]),
        chip_input=ChipInput.from_options(options),
    )
    chips = noise(3, 112)

    together = embedder.embed(chips)

    assert together.shape == (3, 128)
    assert together == pytest.approx(
        np.concatenate([embedder.embed(chip[None]) for chip in chips]), abs=1e-5
    )
    with ThreadPoolExecutor(3) as pool:
        answers = list(pool.map(lambda chip: embedder.embed(chip[None])[0], chips))
    assert np.array(answers) == pytest.approx(together, abs=1e-5)


def test_every_level_of_a_pixel_reaches_sface() -> None:
    """DeepFace multiplies by 255 again and cuts off the fraction."""
    levels = np.arange(256, dtype=np.uint8).repeat(3).reshape(1, 16, 16, 3)

    prepared = ChipInput.from_options(load_profile("cpu").embedder.options).prepared(levels)

    assert ((prepared * 255).astype(np.uint8) == levels[..., ::-1]).all()
