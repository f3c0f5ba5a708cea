import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recognition.geometry import (
    clipped,
    fraction_of,
    grown,
    iou_matrix,
    moved,
    non_maximum_suppression,
    pixels,
)
from recognition.types import Box
from tests.recognition.scripted_parts import frontal_face

coordinates = st.floats(-500, 1500, allow_nan=False)
sides = st.floats(0, 800, allow_nan=False)
boxes = st.builds(Box, coordinates, coordinates, sides, sides)


@given(st.lists(boxes, max_size=5), st.lists(boxes, max_size=5))
def test_overlap_is_a_share_and_does_not_depend_on_order(
    first: list[Box], second: list[Box]
) -> None:
    matrix = iou_matrix(first, second)

    assert matrix.shape == (len(first), len(second))
    assert ((matrix >= 0) & (matrix <= 1 + 1e-9)).all()
    assert matrix == pytest.approx(iou_matrix(second, first).T)


def test_a_box_overlaps_itself_fully_and_its_half_by_half() -> None:
    box = Box(10, 20, 40, 60)

    assert iou_matrix([box], [box, Box(10, 20, 20, 60), Box(500, 500, 5, 5)])[0] == pytest.approx(
        [1.0, 0.5, 0.0]
    )


@given(boxes)
def test_a_clipped_box_lies_inside_the_picture(box: Box) -> None:
    inside = clipped(box, width=640, height=360)

    assert 0 <= inside.x <= inside.right <= 640
    assert 0 <= inside.y <= inside.bottom <= 360


@given(boxes, st.floats(0, 2))
def test_growing_keeps_the_centre(box: Box, by: float) -> None:
    assert grown(box, by=by).centre == pytest.approx(box.centre, abs=1e-6)


@given(boxes)
def test_pixels_of_any_box_can_be_read(box: Box) -> None:
    image = np.zeros((36, 64, 3), np.uint8)

    part = image[pixels(box, image)]

    assert part.shape[0] <= 36
    assert part.shape[1] <= 64


def test_a_face_found_in_a_scaled_crop_returns_to_its_place() -> None:
    face = frontal_face(100, 50)
    crop = moved(face, dx=-30, dy=-20)

    back = moved(crop, dx=30, dy=20)

    assert back.box == face.box
    assert back.landmarks == pytest.approx(face.landmarks)
    assert moved(face, dx=0, dy=0, scale=2).box == Box(200, 100, 160, 160)


def test_a_zone_in_fractions_follows_the_size_of_the_frame() -> None:
    zone = Box(0.5, 0.25, 0.5, 0.5)

    assert fraction_of(np.zeros((360, 640, 3), np.uint8), zone) == Box(320, 90, 320, 180)
    assert fraction_of(np.zeros((720, 1280, 3), np.uint8), zone) == Box(640, 180, 640, 360)


def test_suppression_keeps_the_best_of_each_heap() -> None:
    found = np.array([[0, 0, 10, 10], [1, 1, 11, 11], [50, 50, 60, 60]], float)

    kept = non_maximum_suppression(found, np.array([0.8, 0.9, 0.7]), overlap=0.5)

    assert kept.tolist() == [1, 2]


def test_suppression_by_the_smaller_drops_a_box_inside_another() -> None:
    found = np.array([[0, 0, 100, 100], [40, 40, 60, 60]], float)
    scores = np.array([0.9, 0.8])

    assert non_maximum_suppression(found, scores, overlap=0.7).tolist() == [0, 1]
    assert non_maximum_suppression(found, scores, overlap=0.7, by_smaller=True).tolist() == [0]


def test_suppression_of_nothing_is_nothing() -> None:
    assert non_maximum_suppression(np.zeros((0, 4)), np.zeros(0), overlap=0.5).tolist() == []
