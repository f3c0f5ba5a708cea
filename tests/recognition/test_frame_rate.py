"""Pictures keep their distance; a loop that is late never waits and never catches up."""

import time

import pytest

from recognition.frame_rate import LONGEST_WAIT_S, FrameRate


class Clock:
    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = 100.0
        self.waits: list[float] = []
        monkeypatch.setattr(time, "monotonic", lambda: self.now)
        monkeypatch.setattr(time, "sleep", self._sleep)

    def _sleep(self, seconds: float) -> None:
        self.waits.append(round(seconds, 4))
        self.now += seconds


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return Clock(monkeypatch)


def test_it_waits_for_what_the_work_left_of_the_interval(clock: Clock) -> None:
    rate = FrameRate(10.0)
    for work_s in (0.03, 0.08, 0.01):
        clock.now += work_s
        rate.wait()

    assert clock.waits == [0.07, 0.02, 0.09]


def test_who_is_late_does_not_wait_and_does_not_catch_up(clock: Clock) -> None:
    rate = FrameRate(10.0)
    for work_s in (0.5, 0.01):
        clock.now += work_s
        rate.wait()

    assert clock.waits == [0.09]


def test_without_a_limit_it_never_waits(clock: Clock) -> None:
    rate = FrameRate(None)
    for _ in range(3):
        rate.wait()

    assert clock.waits == []


def test_it_keeps_nobody_who_must_stop(clock: Clock) -> None:
    FrameRate(0.5).wait()

    assert clock.waits == [LONGEST_WAIT_S]
