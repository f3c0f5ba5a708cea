"""Following by geometry: far enough, and never on to somebody else."""

import numpy as np

from recognition.subject_access.following import follow
from recognition.types import Box, Face


def face(x: float, y: float = 100, size: float = 50) -> Face:
    return Face(Box(x, y, size, size), np.zeros((5, 2), np.float32), 0.99)


def test_a_person_is_followed_both_ways_from_the_moment():
    clip = [[face(10 + 3 * n), face(600 - 3 * n, 300)] for n in range(40)]

    passage = follow(clip, start=20, chosen=face(70).box)

    assert passage.frames == range(40)
    assert passage.places[0].x == 10
    assert passage.places[39].x == 127


def test_nobody_where_nobody_is():
    assert follow([[face(10)]], start=0, chosen=face(400).box).places == {}
    assert follow([[]], start=0, chosen=face(400).box).frames == range(0)


def test_out_of_sight_for_a_moment_is_bridged_without_a_place():
    clip = [[] if 8 <= n < 12 else [face(10 + 3 * n)] for n in range(20)]

    passage = follow(clip, start=0, chosen=face(10).box)

    assert passage.frames == range(20)
    assert set(range(20)) - set(passage.places) == {8, 9, 10, 11}


def test_gone_for_longer_is_the_end():
    clip = [[face(10)] if n < 10 or n > 40 else [] for n in range(60)]

    assert follow(clip, start=0, chosen=face(10).box).frames == range(10)


def test_somebody_where_the_person_should_be_is_the_end():
    """They may have passed behind the other, and who comes out is anybody's guess."""
    clip = [
        [face(100 + 4 * n), face(340 - 4 * n)] if n < 25 else [face(340 - 4 * n)] for n in range(50)
    ]

    passage = follow(clip, start=0, chosen=face(100).box)

    assert max(passage.places) <= 25


def test_two_that_cannot_be_told_apart_are_the_end():
    clip = [[face(100 + 4 * n), face(300 - 4 * n)] for n in range(50)]

    passage = follow(clip, start=0, chosen=face(100).box)

    assert max(passage.places) < 25
    assert all(box.x == 100 + 4 * n for n, box in passage.places.items())


def test_a_face_that_jumps_is_another():
    clip = [[face(100)] if n < 10 else [face(145)] for n in range(20)]

    assert follow(clip, start=0, chosen=face(100).box).frames == range(10)
