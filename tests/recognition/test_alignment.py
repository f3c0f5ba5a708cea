import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recognition.alignment import AlignmentTemplate, NoAlignment, align, similarity_transform

POINTS = ((38.0, 52.0), (74.0, 52.0), (56.0, 72.0), (42.0, 92.0), (70.0, 92.0))
TEMPLATE = AlignmentTemplate(112, POINTS)


def placed(angle: float, scale: float, dx: float, dy: float) -> np.ndarray:
    """The template's points turned, scaled and shifted."""
    linear = scale * np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    return np.array(POINTS) @ linear.T + (dx, dy)


@given(
    st.floats(-3, 3), st.floats(0.2, 5), st.floats(-500, 500), st.floats(-500, 500),
    st.lists(st.floats(0.1, 5), min_size=5, max_size=5),
)  # fmt: skip
def test_an_exact_similarity_is_undone_exactly(
    angle: float, scale: float, dx: float, dy: float, weights: list[float]
) -> None:
    points = placed(angle, scale, dx, dy)

    matrix = similarity_transform(points, np.array(POINTS), weights=weights)

    assert points @ matrix[:, :2].T + matrix[:, 2] == pytest.approx(np.array(POINTS), abs=1e-4)


@given(st.lists(st.tuples(st.floats(-90, 90), st.floats(-90, 90)), min_size=5, max_size=5))
def test_the_transform_never_mirrors_or_shears(points: list[tuple[float, float]]) -> None:
    source = np.array(points)
    if np.ptp(source, axis=0).max() < 1:
        return

    (a, b), (c, d) = similarity_transform(source, np.array(POINTS))[:, :2]

    assert a == pytest.approx(d)
    assert b == pytest.approx(-c)


def test_no_small_change_of_the_transform_fits_noisy_points_better() -> None:
    rng = np.random.default_rng(4)
    points = placed(0.3, 1.4, 20, -7) + rng.normal(0, 4, (5, 2))
    best = similarity_transform(points, np.array(POINTS))

    def error(matrix: np.ndarray) -> float:
        return float(((points @ matrix[:, :2].T + matrix[:, 2] - POINTS) ** 2).sum())

    for change in rng.normal(0, 1e-3, (50, 4)):
        a, b, dx, dy = change
        assert error(best + np.array([[a, -b, dx], [b, a, dy]])) >= error(best)


def test_a_point_of_little_weight_moves_the_face_little() -> None:
    points = placed(0, 1, 0, 0)
    points[2] += (15, 0)

    equal = similarity_transform(points, np.array(POINTS))
    trusting_eyes = similarity_transform(points, np.array(POINTS), weights=(2, 2, 0.1, 2, 2))

    assert abs(trusting_eyes[0, 2]) < abs(equal[0, 2]) / 5


@pytest.mark.parametrize("value", [0.0, np.nan, np.inf])
def test_points_that_define_nothing_are_refused(value: float) -> None:
    with pytest.raises(NoAlignment):
        similarity_transform(np.full((5, 2), value), np.array(POINTS))


@pytest.mark.parametrize("scale", [0.5, 1.0, 3.0, 9.0])
def test_a_turned_face_of_any_size_comes_out_upright(scale: float) -> None:
    size = int(500 * max(1.0, scale / 2))
    image = np.zeros((size, size, 3), np.uint8)
    points = placed(0.4, scale, 120, 20)
    for x, y in points:
        cv2.circle(image, (round(x), round(y)), max(2, int(3 * scale)), (0, 0, 255), -1)

    chip = align(image, points.astype(np.float32), template=TEMPLATE)

    assert chip.shape == (112, 112, 3)
    for x, y in POINTS:
        red, green, blue = chip[round(y), round(x)]
        assert red > 200, "RGB, each point in its place"
        assert max(green, blue) < 60


def test_a_face_at_the_edge_has_no_black_corner() -> None:
    image = np.full((200, 200, 3), 90, np.uint8)

    chip = align(image, placed(0, 1, -50, -60).astype(np.float32), template=TEMPLATE)

    assert (chip == 90).all()


def test_a_template_of_four_points_is_refused() -> None:
    with pytest.raises(ValueError, match="five points"):
        AlignmentTemplate.from_options({"size": 112, "points": POINTS[:4]})
