"""Detectors on real pictures: found where they are, with five points in their order."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import cv2
import numpy as np
import pytest

from recognition.detectors.dlib_hog import DlibHog
from recognition.detectors.mtcnn import Mipmap, Mtcnn, pyramid
from recognition.detectors.yunet import YuNet
from recognition.factory import build_models, load_profile
from recognition.protocols import Detector
from recognition.types import Face, Image

pytestmark = pytest.mark.model

HOG_SHA256 = "c4b1e9804792707d3a405c2c16a80a20269e6675021f64a41d30fffafbc41888"


@pytest.fixture(params=["mtcnn", "yunet", "dlib_hog"])
def detector(request: pytest.FixtureRequest, test_data: Path) -> Detector:
    if request.param == "yunet":
        return YuNet(test_data / "models" / "face_detection_yunet_2023mar.onnx")
    if request.param == "dlib_hog":
        return DlibHog(sha256=HOG_SHA256)
    return build_models(load_profile("embedded")).detector


@pytest.fixture
def portrait(test_data: Path) -> Image:
    return np.asarray(cv2.imread(str(test_data / "faces" / "hamilton" / "obama.jpg")), np.uint8)


def on_the_street(portrait: Image, *, face_px: int, at: tuple[int, int]) -> Image:
    """The portrait pasted small into a grey 1280 × 720 frame."""
    frame = np.full((720, 1280, 3), 110, np.uint8)
    scale = face_px / 290  # the face is about 290 px wide there
    small = cv2.resize(portrait, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    frame[at[1] : at[1] + small.shape[0], at[0] : at[0] + small.shape[1]] = small
    return frame


def check_points(face: Face) -> None:
    left, right, nose, mouth_left, mouth_right = face.landmarks
    assert left[0] < nose[0] < right[0]
    assert mouth_left[0] < mouth_right[0]
    assert max(left[1], right[1]) < nose[1] < min(mouth_left[1], mouth_right[1])
    assert face.box.x < nose[0] < face.box.right
    assert face.box.y < nose[1] < face.box.bottom


def test_a_portrait_has_one_face_with_its_points_in_order(
    detector: Detector, portrait: Image
) -> None:
    (face,) = detector.detect(portrait, min_face_px=100)

    check_points(face)
    assert 0.5 < face.score <= 1


def test_two_faces_are_found_where_they_are(detector: Detector, portrait: Image) -> None:
    frame = on_the_street(portrait, face_px=90, at=(100, 200))
    frame[:, 640:] = frame[:, :640]

    first, second = sorted(detector.detect(frame, min_face_px=60), key=lambda face: face.box.x)

    assert second.box.x - first.box.x == pytest.approx(640, abs=6)
    assert second.box.y == pytest.approx(first.box.y, abs=6)


def test_faces_smaller_than_asked_for_are_left_out(detector: Detector, portrait: Image) -> None:
    frame = on_the_street(portrait, face_px=60, at=(300, 200))

    assert detector.detect(frame, min_face_px=120) == []


@pytest.mark.parametrize("shape", [(720, 1280), (37, 53), (8, 8), (1, 1), (400, 10)])
def test_pictures_of_any_size_without_faces_give_none(
    detector: Detector, shape: tuple[int, int]
) -> None:
    assert detector.detect(np.full((*shape, 3), 128, np.uint8), min_face_px=48) == []


def test_a_face_at_the_very_edge_is_no_error(detector: Detector, portrait: Image) -> None:
    for cut in (portrait[:, portrait.shape[1] // 2 :], portrait[portrait.shape[0] // 2 :]):
        detector.detect(np.ascontiguousarray(cut), min_face_px=48)


def test_several_pictures_at_once_give_what_each_gives_alone(portrait: Image) -> None:
    """Of several sizes, and one without a face: each picture keeps its own faces."""
    detector = build_models(load_profile("embedded")).detector
    assert isinstance(detector, Mtcnn)
    empty = np.full((720, 1280, 3), 128, np.uint8)
    frames = [on_the_street(portrait, face_px=80, at=(90 * k, 100)) for k in range(3)]
    pictures = [portrait, *frames, empty, frames[0][:, :900]]

    together = detector.detect_each(pictures, min_face_px=60)

    for picture, faces in zip(pictures, together, strict=True):
        alone = detector.detect(picture, min_face_px=60)
        assert len(faces) == len(alone)
        for one, other in zip(faces, alone, strict=True):
            assert np.allclose(one.landmarks, other.landmarks, atol=0.1)
    assert [len(faces) for faces in together] == [1, 1, 1, 1, 0, 1]
    assert detector.detect_each([], min_face_px=60) == []


def test_threads_share_a_detector(detector: Detector, portrait: Image) -> None:
    frames = [on_the_street(portrait, face_px=80, at=(50 * k, 100)) for k in range(6)]
    expected = [detector.detect(frame, min_face_px=60)[0].box for frame in frames]

    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda frame: detector.detect(frame, min_face_px=60), frames))

    assert [faces[0].box for faces in found] == expected


def test_mtcnn_finds_small_faces_that_the_hog_misses(portrait: Image) -> None:
    mtcnn = build_models(load_profile("embedded")).detector
    frame = on_the_street(portrait, face_px=50, at=(400, 300))

    (face,) = mtcnn.detect(frame, min_face_px=40)

    check_points(face)


def test_the_default_detector_is_mtcnn() -> None:
    assert isinstance(build_models(load_profile("embedded")).detector, Mtcnn)


def test_the_pyramid_starts_at_the_smallest_face_of_interest() -> None:
    levels = list(pyramid(np.zeros((720, 1280, 3), np.uint8), 48))

    assert levels[0][0].shape == (180, 320, 3)
    assert all(min(level.shape[:2]) >= 12 for level, _ in levels)
    assert list(pyramid(np.zeros((30, 1280, 3), np.uint8), 48)) == []


def test_a_patch_beyond_the_edge_is_grey_there() -> None:
    picture = Mipmap(np.zeros((100, 100, 3), np.uint8))
    boxes = np.array([[-24, -24, 24, 24], [300, 300, 340, 340]], np.float32)

    inside, outside = picture.patches(boxes, 24)

    assert (inside[:12] == 128).all()
    assert (inside[12:, 12:] == 0).all()
    assert (outside == 128).all()
