import cv2
import numpy as np
import pytest

from recognition.geometry import clipped
from recognition.quality import QualityLimits, assess, pose_of
from recognition.types import Box, Face, Image
from tests.recognition.scripted_parts import face_in_profile, frontal_face

LIMITS = QualityLimits()


def textured(level: float = 1.0) -> Image:
    """A picture with edges everywhere, at a share of full brightness."""
    rng = np.random.default_rng(1)
    coarse = rng.integers(0, 255, (60, 100, 3)).astype(np.uint8)
    image = cv2.resize(coarse, (800, 480), interpolation=cv2.INTER_LINEAR)
    return (image * level).astype(np.uint8)


def test_a_near_frontal_sharp_face_is_usable() -> None:
    quality = assess(textured(), frontal_face(100, 100, 120), limits=LIMITS)

    assert quality.usable
    assert quality.reason == ""
    assert quality.size_px == 120
    assert quality.pose < 0.2


@pytest.mark.parametrize(
    ("face", "image", "reason"),
    [
        (frontal_face(100, 100, 20), textured(), "too small: 20 px"),
        (frontal_face(-60, 100, 120), textured(), "cut off by the edge of the picture"),
        (face_in_profile(100, 100, 120), textured(), "turned away"),
        (frontal_face(100, 100, 120), textured(0.05), "too dark"),
        (frontal_face(100, 100, 120), np.full((480, 800, 3), 255, np.uint8), "too bright"),
        (frontal_face(100, 100, 120), cv2.GaussianBlur(textured(), (0, 0), 25), "blurred"),
    ],
)
def test_what_is_wrong_is_said_in_words(face: Face, image: Image, reason: str) -> None:
    quality = assess(image, face, limits=LIMITS)

    assert not quality.usable
    assert quality.reason == reason


def test_sharpness_does_not_depend_on_brightness() -> None:
    face = frontal_face(100, 100, 120)

    bright = assess(textured(), face, limits=LIMITS).sharpness
    dim = assess(textured(0.5), face, limits=LIMITS).sharpness

    assert dim == pytest.approx(bright, rel=0.1)


def test_a_nearer_face_is_worth_more_and_a_turned_one_less() -> None:
    image = textured()
    near = assess(image, frontal_face(100, 100, 140), limits=LIMITS)
    far = assess(image, frontal_face(100, 100, 60), limits=LIMITS)
    turned = assess(image, face_in_profile(100, 100, 140), limits=LIMITS)

    assert near.value > far.value
    assert near.value > turned.value


@pytest.mark.parametrize("angle", [0, 0.5, -1.0])
def test_a_tilted_head_is_still_frontal(angle: float) -> None:
    points = frontal_face(0, 0).landmarks
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])

    assert pose_of((points @ turn.T).astype(np.float32)) < 0.05


@pytest.mark.parametrize("value", [0.0, np.nan])
def test_points_that_are_no_face_count_as_turned_away(value: float) -> None:
    assert pose_of(np.full((5, 2), value, np.float32)) == 1.0


def test_a_face_outside_the_picture_is_not_usable() -> None:
    face = Face(Box(5000, 5000, 100, 100), frontal_face(5000, 5000).landmarks, 1.0)

    assert not assess(textured(), face, limits=LIMITS).usable


@pytest.mark.parametrize(
    ("x", "y"), [(-22, 200), (-30, 200), (740, 200), (750, 200), (300, -30), (300, 412)]
)
def test_half_a_face_that_a_detector_took_for_a_whole_one_is_cut_off(x: float, y: float) -> None:
    """Its box ends at the picture's edge, which an eye or the mouth nearly touches."""
    image = textured()
    whole = frontal_face(x, y)
    box = clipped(whole.box, width=800, height=480)

    quality = assess(image, Face(box, whole.landmarks, 0.9), limits=LIMITS)

    assert quality.size_px >= LIMITS.min_size_px
    assert quality.reason == "cut off by the edge of the picture"


def test_a_face_whose_points_are_well_inside_may_touch_the_edge() -> None:
    assert assess(textured(), frontal_face(0, 0), limits=QualityLimits()).usable
