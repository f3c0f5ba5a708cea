from collections.abc import Sequence
from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from recognition.synthetic.casting import PASSERS_BY, WALKING, WATCHLIST, cast
from recognition.synthetic.composer import Street
from recognition.synthetic.identity import identity_from_seed
from recognition.synthetic.palettes import tone_third
from recognition.synthetic.street_camera import FPS, HEIGHT, WIDTH, face_px
from recognition.synthetic.truth import TrueFace
from recognition.synthetic.walker import Path, Walker, walker


def _walker(seed: int, *, start_s: float, x: float, watchlisted: bool = False) -> Walker:
    path = Path(start_s=start_s, speed=1.2, far_x=x, near_x=x)
    return walker(seed, watchlisted=watchlisted, path=path, rng=np.random.default_rng(seed))


@cache
def _empty_street() -> Street:
    return Street.with_walkers([], seed=1)


def _street(walkers: Sequence[Walker]) -> Street:
    """The same background for all: it is what takes longest to make."""
    return replace(_empty_street(), walkers=tuple(walkers))


@pytest.fixture(scope="module")
def pair() -> tuple[np.ndarray, tuple[TrueFace, ...]]:
    """Frame 0 with two people well apart, about 7 m away."""
    near = _walker(3, start_s=-7.3, x=-0.5, watchlisted=True)
    return _street([near, _walker(8, start_s=-7.0, x=0.5)]).frame(0)


def test_a_frame_depends_on_its_number_alone():
    straight, jumping = (_street([_walker(3, start_s=-2.0, x=0.2)]) for _ in range(2))
    jumping.frame(30)

    picture, faces = straight.frame(2)
    again, faces_again = jumping.frame(2)

    assert np.array_equal(picture, again)
    assert faces == faces_again


def test_truth_names_who_is_drawn(pair: tuple[np.ndarray, tuple[TrueFace, ...]]):
    picture, faces = pair

    assert picture.shape == (HEIGHT, WIDTH, 3)
    assert {(face.person, face.watchlisted) for face in faces} == {(3, True), (8, False)}
    for face in faces:
        assert 0 <= face.x < face.x + face.w <= WIDTH
        assert face.left_eye[0] < face.right_eye[0]
        assert face.y < face.left_eye[1] < face.y + face.h
        assert face.visible == 1


def test_people_are_drawn_where_the_truth_says(pair: tuple[np.ndarray, tuple[TrueFace, ...]]):
    picture, faces = pair
    empty, none = _street([]).frame(0)

    assert none == ()
    changed = np.abs(picture.astype(int) - empty).mean(axis=2) > 12
    for face in faces:
        inside = changed[face.y + face.h // 4 : face.y + face.h, face.x + 5 : face.x + face.w - 5]
        assert inside.mean() > 0.7
    assert changed[:, :200].mean() < 0.02


def test_someone_in_front_hides_a_face():
    behind = _walker(8, start_s=-3.0, x=0.3)
    alone = _street([behind]).frame(0)[1][0]
    in_front = _walker(3, start_s=-3.8, x=0.3)

    faces = _street([behind, in_front]).frame(0)[1]

    hidden = next(face for face in faces if face.person == 8)
    assert alone.visible == 1
    assert hidden.visible < 0.8


def test_who_has_passed_is_not_in_the_truth():
    assert _street([_walker(3, start_s=-30.0, x=0.0)]).frame(0)[1] == ()


def test_the_cast_is_the_watchlist_and_passers_by():
    people = cast()

    assert sorted(p.identity.seed for p in people) == sorted([*WALKING, *PASSERS_BY])
    assert {p.identity.seed for p in people if p.watchlisted} == set(WALKING)
    assert not set(PASSERS_BY) & set(WATCHLIST)


def test_the_cast_walks_the_same_way_each_time():
    one, other = cast(), cast()

    assert [p.path for p in one] == [p.path for p in other]
    assert [p.bearing for p in one] == [p.bearing for p in other]


@pytest.mark.parametrize("people", [WATCHLIST, WALKING, PASSERS_BY], ids=["list", "walk", "pass"])
def test_tones_are_balanced(people: tuple[int, ...]):
    thirds = [tone_third(identity_from_seed(person).tone) for person in people]

    assert max(thirds.count(t) for t in range(3)) - min(thirds.count(t) for t in range(3)) <= 1


def test_everyone_walks_through_the_zone_of_recognition_facing_the_camera():
    for person in cast():
        zone = [
            now
            for now in (person.moment(person.path.start_s + k / FPS) for k in range(15 * FPS))
            if now.in_view and 80 <= face_px(now.z) <= 130
        ]
        facing = [now for now in zone if abs(now.yaw) < 25]
        assert len(facing) >= 2 * FPS, f"person {person.identity.seed}"
