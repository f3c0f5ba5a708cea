"""What the bench counts as a life: from capture until nothing refers to a picture or a face."""

import time
from collections.abc import Iterator

import numpy as np
import pytest

from recognition.bench.non_match import Lives, WatchedReader
from recognition.bench.report import as_table
from recognition.protocols import KeepGoing, always
from recognition.types import Frame
from tests.recognition.scripted_parts import ScriptedReader


class Passing(ScriptedReader):
    """Makes its frames as it hands them over."""

    def frames(self, keep_going: KeepGoing = always) -> Iterator[Frame]:
        while keep_going():
            yield frame()


def frame(*, age_s: float = 0.0) -> Frame:
    return Frame(np.zeros((4, 4, 3), np.uint8), 0, time.time() - age_s)


def test_a_life_ends_with_the_last_reference_and_began_with_the_capture() -> None:
    lives, seen = Lives(), frame(age_s=0.5)
    lives.picture(seen)
    kept = seen.image[1:3]
    lives.face(np.zeros(3))
    assert len(lives.ended["faces"]) == 1

    del seen
    assert lives.ended["pictures"] == []  # a view still shows it

    del kept
    assert lives.ended["pictures"] == [pytest.approx(0.5, abs=0.4)]
    assert lives.ended["faces"] == [pytest.approx(0.5, abs=0.4)]


def test_what_never_ends_has_lived_until_the_bench_does() -> None:
    lives, seen = Lives(), frame(age_s=2.0)
    lives.picture(seen)

    lives.close()

    assert lives.ended["pictures"][0] >= 2.0


def test_the_reader_holds_no_picture_itself() -> None:
    lives = Lives()
    frames = WatchedReader(Passing(), lives).frames()

    first = next(frames)
    assert lives.ended["pictures"] == []
    assert first.number == 0
    del first

    assert len(lives.ended["pictures"]) == 1


def test_the_table_says_what_is_wanted() -> None:
    row = {"count": 1200, "p50": 90.0, "p95": 120.0, "p100": 300.0}

    table = as_table(
        {"measured": {"non_match": {}}, "non_match_ms": {"faces": row, "pictures": row}}
    )

    assert "p100 300.0 ms of 1,200" in table
    assert "p100 ≤ 1000 ms" in table
