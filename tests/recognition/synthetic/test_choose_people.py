import numpy as np

from recognition.synthetic.choose_people import Measured, likeness, passers_by, watchlist_of


def _person(seed: int, third: int, degrees: float, *, scatter: float = 2.0) -> Measured:
    """Someone whose portrait points in a direction, with captures scattered around it."""

    def at(angle: float) -> np.ndarray:
        return np.array([np.cos(np.deg2rad(angle)), np.sin(np.deg2rad(angle))])

    captures = np.stack([at(degrees - scatter), at(degrees + scatter)])
    return Measured(seed, third, captures, captures, at(degrees))


def test_the_watchlist_leaves_out_a_double():
    double = _person(9, 1, 3)
    people = [_person(0, 0, 0), double, _person(1, 1, 90), _person(2, 2, 180)]

    chosen = watchlist_of(people, size=3)

    assert {person.seed for person in chosen} == {0, 1, 2}


def test_the_watchlist_leaves_out_who_is_unlike_their_own_portrait():
    vague = _person(9, 0, 45, scatter=40)

    chosen = watchlist_of([vague, _person(0, 0, 0), _person(1, 1, 90), _person(2, 2, 200)], size=3)

    assert vague not in chosen


def test_passers_by_are_least_like_the_watchlist_and_of_all_tones():
    watchlist = [_person(0, 0, 0)]
    people = [_person(10 * t + k, t, 60 * k) for t in range(3) for k in (1, 2, 3)]

    chosen = passers_by([*watchlist, *people], watchlist, size=6)

    assert sorted(person.third for person in chosen) == [0, 0, 1, 1, 2, 2]
    assert {person.seed % 10 for person in chosen} == {2, 3}


def test_likeness_is_of_the_nearest_or_of_the_farthest_capture():
    captures = np.array([[1.0, 0.0], [0.0, 1.0]])
    person = _person(0, 0, 0)

    assert likeness(captures, [person]) == 1
    assert likeness(captures, [person], worst=True) == 0
