"""The port against dlib itself, on the same weights and the same real faces."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import cv2
import numpy as np
import pytest

from recognition.embedders.dlib_resnet import FILE, PACKAGE, DlibResnet
from recognition.embedders.dlib_weights import read_weights
from recognition.embedders.normalised import normalised
from recognition.factory import build_models, load_profile
from recognition.types import Floats, Image
from recognition.weights import WrongWeights, packaged_weights

FACES = 200
PROFILE = load_profile("embedded")
SHA256 = PROFILE.embedder.options["sha256"]


@pytest.fixture(scope="module")
def resnet() -> DlibResnet:
    batcher = build_models(PROFILE).embedder
    embedder = batcher.embedder  # type: ignore[attr-defined]
    assert isinstance(embedder, DlibResnet)
    return embedder


def real_faces(folder: Path, count: int) -> Image:
    """Middle of the deep-funnelled photographs, RGB, in dlib's size."""
    paths = sorted((folder / "faces" / "lfw").glob("*/*.jpg"))[:: 2297 // count][:count]
    crops = [np.asarray(cv2.imread(str(path)), np.uint8)[50:200, 50:200, ::-1] for path in paths]
    return np.ascontiguousarray(np.stack(crops))


def cosines(first: Floats, second: Floats) -> np.ndarray:
    return np.asarray((normalised(first) * normalised(second)).sum(axis=1))


@pytest.mark.model
def test_descriptors_agree_with_dlib_on_two_hundred_real_faces(
    resnet: DlibResnet, test_data: Path
) -> None:
    import dlib

    chips = real_faces(test_data, FACES)
    path = packaged_weights(PACKAGE, FILE, sha256=SHA256)
    original = dlib.face_recognition_model_v1(str(path))
    theirs = np.array([original.compute_face_descriptor(chip) for chip in chips], np.float32)

    ours = resnet.descriptors(chips)

    assert len(chips) == FACES
    assert cosines(theirs, ours).min() >= 0.9999
    assert np.abs(theirs - ours).max() < 1e-4


@pytest.mark.model
@pytest.mark.parametrize("count", [1, 3, 8, 33])
def test_a_batch_gives_what_single_faces_give(resnet: DlibResnet, count: int) -> None:
    chips = np.random.default_rng(count).integers(0, 255, (count, 150, 150, 3)).astype(np.uint8)

    together = resnet.embed(chips)
    alone = np.concatenate([resnet.embed(chip[None]) for chip in chips])

    assert together.shape == (count, 128)
    assert together == pytest.approx(alone, abs=1e-5)
    assert np.linalg.norm(together, axis=1) == pytest.approx(1.0, abs=1e-6)


@pytest.mark.model
def test_a_face_and_its_mirror_image_are_one(resnet: DlibResnet) -> None:
    chips = np.random.default_rng(1).integers(0, 255, (2, 150, 150, 3)).astype(np.uint8)

    assert resnet.with_flip
    assert resnet.embed(chips) == pytest.approx(resnet.embed(chips[:, :, ::-1]), abs=1e-5)


@pytest.mark.model
def test_threads_share_it(resnet: DlibResnet) -> None:
    chips = np.random.default_rng(2).integers(0, 255, (6, 150, 150, 3)).astype(np.uint8)
    expected = resnet.embed(chips)

    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(lambda chip: resnet.embed(chip[None])[0], chips))

    assert np.array(answers) == pytest.approx(expected, abs=1e-5)


@pytest.mark.model
def test_chips_of_another_size_are_refused(resnet: DlibResnet) -> None:
    with pytest.raises(ValueError, match="expected"):
        resnet.embed(np.zeros((1, 112, 112, 3), np.uint8))


@pytest.mark.model
def test_one_model_set_per_process() -> None:
    with ThreadPoolExecutor(4) as pool:
        sets = list(pool.map(lambda _: build_models(PROFILE), range(4)))

    assert len({id(models) for models in sets}) == 1


def test_a_file_without_the_networks_tensors_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "weights.dat"
    path.write_bytes(b"\0" * 10_000)

    with pytest.raises(WrongWeights, match="no tensor"):
        read_weights(path)


def test_numbers_that_are_none_become_zeros() -> None:
    rows = np.array([[3, 4], [np.nan, 1], [np.inf, 1], [0, 0]], np.float32)

    assert normalised(rows) == pytest.approx(np.array([[0.6, 0.8], [0, 0], [0, 0], [0, 0]]))
