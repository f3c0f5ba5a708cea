"""A model of one's own by onnxruntime, and DeepFace's models behind their adapter."""

import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from recognition import factory
from recognition.alignment import AlignmentTemplate
from recognition.deepface_models import DeepFaceEmbedder
from recognition.embedders.chip_input import ChipInput
from recognition.embedders.onnx import OnnxEmbedder
from recognition.enrolment import template_from_image
from recognition.factory import build_models, load_profile
from recognition.types import Image
from recognition.weights import MissingWeights, WrongWeights

pytestmark = pytest.mark.model

TEMPLATE = AlignmentTemplate.from_options(load_profile("gpu").embedder.options["template"])
PLAIN = ChipInput("rgb", (0.0, 0.0, 0.0), (1.0, 1.0, 1.0))


def noise(count: int, side: int = 112) -> Image:
    rng = np.random.default_rng(count)
    return rng.integers(0, 255, (count, side, side, 3)).astype(np.uint8)


@pytest.fixture
def models_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, test_data: Path) -> Path:
    """A models folder with the two files of the test data; no model set built before."""
    for file in ("face_detection_yunet_2023mar.onnx", "mobilefacenet.onnx"):
        shutil.copy(test_data / "models" / file, tmp_path / file)
    monkeypatch.setenv("LFR_MODELS_DIR", str(tmp_path))
    monkeypatch.setattr(factory, "_models", {})
    return tmp_path


def test_a_model_of_ones_own_tells_people_apart(models_folder: Path, test_data: Path) -> None:
    models = build_models(load_profile("mobilefacenet"))
    people = sorted((test_data / "faces" / "lfw").glob("*/*_0002.jpg"))[:12]

    def template(path: Path) -> np.ndarray:
        return template_from_image(cropped(path), models).embedding

    first = np.stack(
        [template(path.with_name(path.name.replace("2.jpg", "1.jpg"))) for path in people]
    )
    second = np.stack([template(path) for path in people])
    similarities = first @ second.T

    assert (similarities.argmax(axis=1) == np.arange(len(people))).mean() >= 0.9
    assert similarities.diagonal().mean() > 0.5
    assert models.embedder.name == "mobilefacenet-1"


def cropped(path: Path) -> bytes:
    """The middle of a photograph, where only the named person is."""
    image = np.asarray(cv2.imread(str(path)), np.uint8)[40:210, 40:210]
    return bytes(cv2.imencode(".png", image)[1])


def test_missing_weights_say_how_to_get_them(models_folder: Path) -> None:
    (models_folder / "mobilefacenet.onnx").unlink()

    with pytest.raises(MissingWeights, match=r"mobilefacenet\.onnx is missing"):
        build_models(load_profile("mobilefacenet"))


def test_weights_of_another_hash_are_refused(models_folder: Path) -> None:
    (models_folder / "mobilefacenet.onnx").write_bytes(b"<html>not found</html>")

    with pytest.raises(WrongWeights, match="a web page"):
        build_models(load_profile("mobilefacenet"))


def test_nothing_is_downloaded_for_deepface_either(models_folder: Path) -> None:
    with pytest.raises(MissingWeights, match=r"arcface_weights\.h5"):
        build_models(load_profile("gpu"))
    with pytest.raises(MissingWeights, match="face_recognition_sface"):
        build_models(load_profile("cpu"))


def test_a_model_of_other_shapes_than_the_profile_says_is_refused(
    test_data: Path, tmp_path: Path
) -> None:
    options: dict[str, Any] = {"name": "x", "template": TEMPLATE, "chip_input": PLAIN}

    with pytest.raises(WrongWeights, match="the profile says"):
        OnnxEmbedder(test_data / "models" / "mobilefacenet.onnx", dimension=512, **options)
    (tmp_path / "no.onnx").write_bytes(b"nothing")
    with pytest.raises(WrongWeights, match="no ONNX model"):
        OnnxEmbedder(tmp_path / "no.onnx", dimension=128, **options)


def test_channels_range_and_order_follow_the_profile() -> None:
    chips = np.zeros((1, 2, 2, 3), np.uint8)
    chips[..., 0] = 255  # red

    prepared = ChipInput("bgr", (5.0, 0.0, 0.0), (1.0, 1.0, 127.5)).prepared(chips)

    assert prepared[0, 0, 0].tolist() == [-5.0, 0.0, 2.0]
    with pytest.raises(ValueError, match="rgb or bgr"):
        ChipInput.from_options({"channels": "grey", "mean": [0] * 3, "std": [1] * 3})


@pytest.fixture(scope="module")
def arcface() -> Iterator[DeepFaceEmbedder]:
    """DeepFace's ArcFace network with fresh weights: what can be had without a download."""
    from deepface.commons import weight_utils
    from deepface.modules import modeling

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(weight_utils, "download_weights_if_necessary", lambda **_: "none")
        patch.setattr(weight_utils, "load_model_weights", lambda model, **_: model)
        patch.setattr(modeling, "cached_models", None, raising=False)
        patch.delattr(modeling, "cached_models")
        yield DeepFaceEmbedder(
            "ArcFace", name="gpu-1", dimension=512, template=TEMPLATE, chip_input=PLAIN
        )


def test_deepfaces_network_gives_the_same_in_a_batch_as_alone(arcface: DeepFaceEmbedder) -> None:
    chips = noise(5)

    together = arcface.embed(chips)
    alone = np.concatenate([arcface.embed(chip[None]) for chip in chips])

    assert together.shape == (5, 512)
    assert together == pytest.approx(alone, abs=1e-4)
    assert np.linalg.norm(together, axis=1) == pytest.approx(1.0, abs=1e-5)


def test_threads_share_deepfaces_network(arcface: DeepFaceEmbedder) -> None:
    chips = noise(4)
    expected = arcface.embed(chips)

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda chip: arcface.embed(chip[None])[0], chips))

    assert np.array(answers) == pytest.approx(expected, abs=1e-4)


def test_one_deepface_model_per_process(arcface: DeepFaceEmbedder) -> None:
    from recognition.deepface_models import _client

    with ThreadPoolExecutor(4) as pool:
        clients = list(pool.map(lambda _: _client("ArcFace"), range(4)))

    assert len({id(client) for client in clients}) == 1


def test_a_deepface_model_of_other_shapes_than_the_profile_says_is_refused(
    arcface: DeepFaceEmbedder,
) -> None:
    with pytest.raises(ValueError, match="other shapes"):
        DeepFaceEmbedder(
            "ArcFace", name="gpu-1", dimension=128, template=TEMPLATE, chip_input=PLAIN
        )
