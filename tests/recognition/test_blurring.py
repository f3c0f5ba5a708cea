import numpy as np

from recognition.blurring import blur_others
from recognition.types import Box

RNG = np.random.default_rng(3)
PICTURE = RNG.integers(0, 255, (200, 400, 3)).astype(np.uint8)
KEPT, OTHER = Box(20, 40, 80, 100), Box(250, 40, 80, 100)


def test_everybody_else_is_reduced_to_a_few_flat_blocks() -> None:
    blurred = blur_others(PICTURE, KEPT, [OTHER])
    part = blurred[40:140, 250:330]

    assert len(np.unique(part.reshape(-1, 3), axis=0)) <= 36
    assert (blurred[40:140, 20:100] == PICTURE[40:140, 20:100]).all()


def test_hair_and_chin_outside_the_box_go_too() -> None:
    blurred = blur_others(PICTURE, KEPT, [OTHER])

    assert (blurred[10:40, 250:330] != PICTURE[10:40, 250:330]).mean() > 0.8


def test_the_original_is_left_alone() -> None:
    before = PICTURE.copy()

    blur_others(PICTURE, KEPT, [OTHER])

    assert (before == PICTURE).all()


def test_the_matched_face_stays_visible_where_another_overlaps_it() -> None:
    blurred = blur_others(PICTURE, KEPT, [Box(70, 60, 80, 100)])

    assert (blurred[40:140, 20:100] == PICTURE[40:140, 20:100]).all()


def test_two_faces_that_differ_in_detail_only_become_the_same_blocks() -> None:
    flat = np.full((200, 400, 3), 120, np.uint8)
    detailed = flat.copy()
    detailed[60:120:2, 260:320] += 6
    detailed[61:120:2, 260:320] -= 6

    one, other = (blur_others(image, KEPT, [OTHER])[60:120, 260:320] for image in (flat, detailed))

    assert (one == other).all(), "nothing is left to undo"


def test_boxes_beyond_the_edge_are_no_error() -> None:
    for box in (Box(-50, -50, 80, 80), Box(390, 190, 80, 80), Box(900, 900, 5, 5), Box(5, 5, 0, 0)):
        assert blur_others(PICTURE, KEPT, [box]).shape == PICTURE.shape
