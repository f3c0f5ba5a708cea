import cv2
import numpy as np
import pytest

from recognition.readers.picture_health import PictureHealth
from recognition.types import Image, StreamState

RNG = np.random.default_rng(0)
SCENE: Image = np.asarray(
    cv2.resize(RNG.integers(0, 255, (90, 160, 3)).astype(np.uint8), (640, 360)), np.uint8
)


def with_noise(image: Image) -> Image:
    """What a sensor sees of a scene in which nothing moves."""
    return np.clip(image + RNG.normal(0, 2, image.shape), 0, 255).astype(np.uint8)


def watched(image: Image, *, seconds: float, noise: bool = True) -> PictureHealth:
    health = PictureHealth()
    for now in np.arange(0, seconds, 0.5):
        health.observe(with_noise(image) if noise else image, now=float(now))
    return health


def test_a_still_scene_with_a_sensors_noise_is_live() -> None:
    assert watched(SCENE, seconds=30).verdict(now=30) is StreamState.LIVE


@pytest.mark.parametrize(
    ("image", "noise", "state"),
    [
        (SCENE, False, StreamState.FROZEN),
        (SCENE // 40, True, StreamState.DARK),
        (cv2.GaussianBlur(SCENE, (0, 0), 20), True, StreamState.BLURRED),
        (np.full((360, 640, 3), 128, np.uint8), True, StreamState.BLURRED),
    ],
    ids=["frozen", "dark", "blurred", "covered"],
)
def test_a_picture_that_is_not_fit_is_told_apart(
    image: Image, noise: bool, state: StreamState
) -> None:
    assert watched(image, seconds=15, noise=noise).verdict(now=15) is state


def test_a_moment_of_darkness_is_not_reported() -> None:
    health = watched(SCENE // 40, seconds=3)

    assert health.verdict(now=3) is StreamState.LIVE


def test_a_picture_that_recovers_is_live_again() -> None:
    health = watched(SCENE // 40, seconds=15)
    health.observe(with_noise(SCENE), now=16)

    assert health.verdict(now=16) is StreamState.LIVE


def test_what_it_keeps_is_too_small_to_hold_a_face() -> None:
    health = watched(SCENE, seconds=2)

    assert health._thumbnail is not None
    assert health._thumbnail.shape == (18, 32)
