import numpy as np
import pytest

from recognition.synthetic.expression import Expression
from recognition.synthetic.fields import Array
from recognition.synthetic.finishing import Picture, tone_mapped
from recognition.synthetic.head import build_head
from recognition.synthetic.identity import identity_from_seed
from recognition.synthetic.lighting import STREET
from recognition.synthetic.render import Render, View, render, spacing_for

SIZE_PX = 90.0


def _rendered(
    seed: int = 3,
    *,
    yaw: float = 0.0,
    expression: Expression | None = None,
    spacing_mm: float | None = None,
) -> Render:
    spacing = spacing_mm or spacing_for(SIZE_PX)
    head = build_head(
        identity_from_seed(seed),
        expression or Expression(),
        spacing_mm=spacing,
        with_torso=False,
    )
    return render(head, View(SIZE_PX, yaw), light=STREET)


def _grey(picture: Render) -> Array:
    return np.asarray(tone_mapped(picture.rgb).mean(axis=2))


def _around(image: Array | Picture, at: Array, radius: int) -> Array:
    x, y = (round(float(v)) for v in at)
    return image[y - radius : y + radius + 1, x - radius : x + radius + 1]


@pytest.fixture(scope="module")
def frontal() -> Render:
    return _rendered()


def test_the_same_head_is_drawn_the_same(frontal: Render):
    again = _rendered()

    assert np.array_equal(frontal.rgb, again.rgb)
    assert np.array_equal(frontal.landmarks, again.landmarks)


def test_the_face_has_the_size_that_was_asked_for(frontal: Render):
    assert frontal.box[3] == pytest.approx(SIZE_PX, rel=0.2)


def test_a_person_looks_the_same_at_another_level_of_detail(frontal: Render):
    coarse, other = _rendered(spacing_mm=2.2), _rendered(seed=4)

    same = np.abs(_grey(frontal) - _grey(coarse)).mean()
    different = np.abs(_grey(frontal) - _grey(other)).mean()

    assert same < different / 3


@pytest.mark.parametrize("seed", [3, 8, 21])
def test_eyes_are_where_the_truth_says(seed: int):
    picture = _rendered(seed)
    grey = _grey(picture)
    x, y, width, height = picture.box
    face = grey[int(y + 0.3 * height) : int(y + 0.9 * height), int(x + 5) : int(x + width - 5)]
    for eye in picture.landmarks[:2]:
        # Iris, pupil and lashes: the darkest of an eye is darker than most of the face.
        assert _around(grey, eye, 2).min() < np.percentile(face, 20)


def test_the_nose_moves_to_the_side_that_the_head_turns_to(frontal: Render):
    turned = _rendered(yaw=20)

    def nose(picture: Render) -> float:
        left, right, tip = picture.landmarks[0, 0], picture.landmarks[1, 0], picture.landmarks[2, 0]
        return float((tip - left) / (right - left))

    assert nose(frontal) == pytest.approx(0.5, abs=0.03)
    assert nose(turned) > 0.6


def test_a_blink_hides_the_white_of_the_eye(frontal: Render):
    shut = _rendered(expression=Expression(blink=0.85))

    changed = np.abs(_grey(frontal) - _grey(shut))

    for eye in frontal.landmarks[:2]:
        assert _around(changed, eye, 3).mean() > 5
    assert _around(changed, frontal.landmarks[5], 3).mean() < 2


def test_what_is_not_person_is_transparent(frontal: Render):
    assert frontal.alpha[0].max() == 0
    assert frontal.alpha[:, 0].max() == 0
    nose = frontal.landmarks[2]
    assert _around(frontal.alpha, nose, 5).min() == pytest.approx(1, abs=0.01)
    assert frontal.rgb[frontal.alpha == 0].max() == 0
