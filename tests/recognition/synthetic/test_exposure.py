"""Dark faces are exposed so that their features show, on the street and in the portrait."""

import numpy as np
import pytest

from recognition.synthetic.captures import photographed, street_head, street_render
from recognition.synthetic.finishing import Camera, jpeg, taken, tone_mapped
from recognition.synthetic.identity import identity_from_seed
from recognition.synthetic.measure_exposure import face_luminance
from recognition.synthetic.portraits import portrait

# The renderer that was started from had 47 to 73 here, and one dark face in six was not found.
FLOOR, CEILING = 75, 200
DARKEST = sorted(range(120), key=lambda seed: -identity_from_seed(seed).tone)[:4]
LIGHTEST = sorted(range(120), key=lambda seed: identity_from_seed(seed).tone)[:3]


def _street_luminance(seed: int) -> float:
    identity = identity_from_seed(seed)
    rendered = street_render(identity, street_head(identity, size_px=80), capture=0, size_px=80)
    return face_luminance(photographed(rendered, np.random.default_rng(seed)), rendered)


def test_the_darkest_faces_are_bright_enough_on_the_street():
    assert min(_street_luminance(seed) for seed in DARKEST) > FLOOR


def test_the_lightest_faces_are_not_burnt_out():
    assert max(_street_luminance(seed) for seed in LIGHTEST) < CEILING


def test_a_dark_person_looks_darker_than_a_light_one():
    assert max(map(_street_luminance, DARKEST)) < min(map(_street_luminance, LIGHTEST))


def test_the_darkest_portrait_is_exposed_for_the_face():
    picture = portrait(identity_from_seed(DARKEST[0]), size_px=100)
    height, width = picture.shape[:2]
    middle = picture[int(0.35 * height) : int(0.6 * height), int(0.4 * width) : int(0.6 * width)]

    assert middle.mean() > FLOOR


def test_tone_curve_rises_and_stays_in_range():
    ramp = np.repeat(np.linspace(0, 6, 200, dtype=np.float32)[:, None, None], 3, axis=2)

    levels = tone_mapped(ramp)[:, 0, 0]

    assert (np.diff(levels) >= 0).all()
    assert levels[0] == 0
    assert levels[-1] <= 255


@pytest.mark.parametrize(
    "camera", [Camera(blur_px=2), Camera(motion_px=9), Camera(noise=8), Camera(jpeg_quality=20)]
)
def test_a_camera_leaves_its_traces_and_the_brightness(camera: Camera):
    scene = np.zeros((40, 40, 3), np.float32)
    scene[:, 20:] = 200

    picture = taken(scene, camera, np.random.default_rng(1))

    assert picture.dtype == np.uint8
    assert not np.array_equal(picture, scene.astype(np.uint8))
    assert abs(float(picture.mean()) - 100) < 8


def test_a_jpeg_is_a_jpeg():
    assert jpeg(np.zeros((8, 8, 3), np.uint8), 90).startswith(b"\xff\xd8\xff")
