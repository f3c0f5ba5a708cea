"""A look at real files: what moves and is sharp, and each way in which a camera can fail."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from recognition.camera_look import CameraHealth, look_at
from recognition.factory import open_reader
from recognition.types import Image
from tests.recognition.moving_pictures import write_video

LOOK_S = 1.8  # long enough for the pictures that make a frozen camera


def scenes(count: int = 25) -> list[Image]:
    """Blocks of light and dark that move, with a sensor's noise."""
    rng = np.random.default_rng(2)
    blocks = rng.integers(20, 230, (6, 8, 3)).astype(np.uint8)
    scene = cv2.resize(blocks, (320, 240), interpolation=cv2.INTER_NEAREST)
    noise = [rng.integers(-8, 8, scene.shape) for _ in range(count)]
    return [
        np.clip(np.roll(scene, 4 * number, axis=1).astype(int) + noise[number], 0, 255).astype(
            np.uint8
        )
        for number in range(count)
    ]


def look(path: Path) -> CameraHealth:
    found = look_at(
        open_reader(f"file:{path}", loop=True), lambda: True, look_s=LOOK_S, give_up_s=3.0
    )
    assert found is not None
    return found


def test_a_camera_that_works_is_said_to_with_its_numbers(tmp_path: Path):
    health = look(write_video(tmp_path / "good.mp4", scenes()))

    assert health.problem == ""
    assert 15 <= health.frames_per_s <= 35
    assert health.sharpness > 0.004
    assert 30 < health.brightness < 220
    assert not health.is_frozen


def test_a_dark_camera_is_told(tmp_path: Path):
    dark = [(picture // 40).astype(np.uint8) for picture in scenes()]

    health = look(write_video(tmp_path / "dark.mp4", dark))

    assert "too dark" in health.problem
    assert health.brightness < 10


def test_a_blurred_camera_is_told(tmp_path: Path):
    colours = np.random.default_rng(1).integers(40, 200, (2, 3, 3))
    blurred = [np.empty((960, 1280, 3), np.uint8) for _ in range(12)]
    for number, picture in enumerate(blurred):
        small = (colours + number).astype(np.uint8)
        cv2.resize(small, (1280, 960), dst=picture, interpolation=cv2.INTER_CUBIC)

    health = look(write_video(tmp_path / "blurred.mp4", blurred))

    assert "blurred" in health.problem
    assert health.sharpness < 0.004


def test_a_covered_lens_is_told(tmp_path: Path):
    # Its light changes: it is not frozen.
    grey = [np.full((240, 320, 3), 90 + number % 6, np.uint8) for number in range(24)]

    assert "blurred" in look(write_video(tmp_path / "covered.mp4", grey)).problem


def test_a_frozen_camera_is_told(tmp_path: Path):
    blocks = np.random.default_rng(2).integers(20, 230, (6, 8, 3)).astype(np.uint8)
    still = np.asarray(cv2.resize(blocks, (640, 480), interpolation=cv2.INTER_NEAREST), np.uint8)

    health = look(write_video(tmp_path / "frozen.mp4", [still] * 25))

    assert "does not change" in health.problem
    assert health.is_frozen


def test_a_slow_camera_is_told(tmp_path: Path):
    health = look(write_video(tmp_path / "slow.mp4", scenes(6), fps=3))

    assert "Fewer than 5" in health.problem


def test_a_camera_that_is_not_there_is_told_without_its_address(tmp_path: Path):
    health = look(tmp_path / "secret-name.mp4")

    assert health.problem.startswith("No picture came.")
    assert "secret-name" not in health.problem


@pytest.mark.parametrize("allowed", [0, 3])
def test_a_look_ends_with_its_authority_and_says_nothing(tmp_path: Path, allowed: int):
    path = write_video(tmp_path / "good.mp4", scenes())
    asked = iter([True] * allowed)

    found = look_at(
        open_reader(f"file:{path}", loop=True),
        lambda: next(asked, False),
        look_s=LOOK_S,
        give_up_s=3.0,
    )

    assert found is None
