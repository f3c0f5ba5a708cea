from dataclasses import replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from recognition.synthetic.clip import write_clip
from recognition.synthetic.fields import Array
from recognition.synthetic.finishing import Picture
from recognition.synthetic.measure_separation import (
    Separation,
    report,
    separation,
    usable,
)
from recognition.synthetic.street_camera import HEIGHT, WIDTH
from recognition.synthetic.truth import TrueFace, Truth

FACE = TrueFace(
    person=1,
    watchlisted=True,
    x=200,
    y=200,
    w=80,
    h=100,
    left_eye=(220, 240),
    right_eye=(260, 240),
    visible=1.0,
    yaw=0,
)
RED, GREEN, BLUE = (0, 0, 220), (0, 220, 0), (220, 0, 0)


def _mean_colour(picture: Picture) -> Array | None:
    """Stands in for a network: a picture's mean colour as its embedding, None for black."""
    mean = picture.reshape(-1, 3).mean(axis=0)
    return None if mean.max() < 30 else mean / np.linalg.norm(mean)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Red person 1 is on the list as red; green person 2 only walks; blue SYN-0003 is absent."""
    other = replace(FACE, person=2, watchlisted=False, x=800)
    frame = np.zeros((HEIGHT, WIDTH, 3), np.uint8)
    frame[:, :640], frame[:, 640:] = RED, GREEN
    truth = write_clip(tmp_path / "street.mp4", iter([(frame, (FACE, other))] * 4), quality=20)
    names = ("SYN-0001", "SYN-0003")
    Truth(WIDTH, HEIGHT, 25, names, names[:1], tuple(truth)).write(tmp_path / "street.json")
    (tmp_path / "portraits").mkdir()
    for name, colour in zip(names, (RED, BLUE), strict=True):
        picture = np.full((50, 50, 3), colour, np.uint8)
        assert cv2.imwrite(str(tmp_path / "portraits" / f"{name}.jpg"), picture)
    return tmp_path


def test_a_walker_is_like_their_own_portrait_and_like_no_other(folder: Path):
    red, green = separation(folder, _mean_colour, every=2)

    assert (red.person, red.usable, red.found) == (1, 2, 2)
    assert min(red.own) > 0.95
    assert red.others < 0.3
    assert green.own == ()
    assert green.others < 0.6


def test_a_face_that_is_not_found_counts_as_usable_only(folder: Path):
    def blind(picture: Picture) -> Array | None:
        return _mean_colour(picture) if picture.shape == (50, 50, 3) else None

    red, green = separation(folder, blind, every=1)

    assert (red.usable, red.found, green.found) == (4, 0, 0)


def test_a_portrait_without_a_face_is_named(folder: Path):
    assert cv2.imwrite(str(folder / "portraits" / "SYN-0003.jpg"), np.zeros((9, 9, 3), np.uint8))

    with pytest.raises(ValueError, match="SYN-0003"):
        separation(folder, _mean_colour, every=1)


def test_the_report_gives_the_gap_between_the_weakest_and_the_most_alike():
    results = [
        Separation(1, 2, (0.97, 0.98), 2, 0.91, "SYN-0003"),
        Separation(3, 2, (0.95, 0.99), 2, 0.90, "SYN-0001"),
        Separation(9, 4, (), 2, 0.94, "SYN-0001"),
    ]

    lines = list(report(results))

    assert "8 usable faces, 75.0% of them found" in lines[0]
    assert lines[-2:] == [
        "genuine least 0.9800, impostor greatest 0.9400",
        "gap 0.0400, middle 0.9600",
    ]


@pytest.mark.parametrize(
    "change", [{"h": 79}, {"visible": 0.8}, {"yaw": 25}, {"yaw": -30}], ids=str
)
def test_a_small_hidden_or_turned_face_is_not_usable(change: dict[str, Any]):
    assert usable(FACE)
    assert not usable(replace(FACE, **change))
