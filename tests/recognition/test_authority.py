"""The live authority ends by every way it can, once, whatever else is down (I1)."""

import threading
import time
from collections.abc import Callable

import pytest
from django.db import OperationalError

from deployments import lifecycle
from deployments.enums import Status
from recognition.authority import LAPSES_AFTER_S, POLL_S, Answer, AuthorityWatch, ask
from tests.factories import Cast, make_cast, make_deployment
from tests.tampering import force_status

SECOND = 1.0
FAR = 3600.0


class Script:
    """A question whose answer the test changes, and what came of it."""

    def __init__(self, *, ends_in_s: float = FAR) -> None:
        self.answer: Callable[[], Answer] = lambda: Answer(True, self.ends_at, 1)
        self.ends_at = time.time() + ends_in_s
        self.lost = threading.Event()
        self.losses = 0
        self.asked = 0
        self.keeps_lease = True
        self.asked_again = threading.Event()

    def question(self, deployment_id: int) -> Answer:
        self.asked += 1
        if self.asked > 2:
            self.asked_again.set()
        return self.answer()

    def on_tick(self, version: int) -> bool:
        return self.keeps_lease

    def on_loss(self) -> None:
        self.losses += 1
        self.lost.set()

    def watch(self) -> AuthorityWatch:
        return AuthorityWatch(1, on_tick=self.on_tick, on_loss=self.on_loss, question=self.question)


def _unreachable() -> Answer:
    raise OperationalError("the server closed the connection unexpectedly")


def test_it_promises_less_than_a_second():
    assert LAPSES_AFTER_S + POLL_S < SECOND


def test_it_holds_while_the_answer_is_yes():
    script = Script()
    with script.watch() as authority:
        assert script.asked_again.wait(5)
        assert authority.holds()
    assert script.losses == 0
    assert not authority.holds()


@pytest.mark.parametrize("reason", ["ended", "lease", "row is gone"])
def test_a_no_ends_it_within_a_second(reason: str):
    script = Script()
    with script.watch() as authority:
        assert authority.holds()
        if reason == "lease":
            script.keeps_lease = False
        else:
            script.answer = lambda: Answer(False, script.ends_at if reason == "ended" else 0.0, 2)

        assert script.lost.wait(SECOND)
        assert not authority.holds()
    assert script.losses == 1


def test_a_database_that_does_not_answer_ends_it_within_a_second():
    script = Script()
    with script.watch() as authority:
        assert authority.holds()
        script.answer = _unreachable

        assert script.lost.wait(SECOND + POLL_S)
        assert not authority.holds()
    assert script.losses == 1


def test_a_database_that_hangs_ends_it_within_a_second():
    """The thread that asks is stuck; another notices."""
    script, released = Script(), threading.Event()

    def hang() -> Answer:
        released.wait(10)
        return Answer(True, script.ends_at, 1)

    with script.watch() as authority:
        script.answer = hang
        try:
            assert script.lost.wait(SECOND + POLL_S)
            assert not authority.holds()
        finally:
            released.set()
    assert script.losses == 1


def test_a_short_hiccup_of_the_database_ends_nothing():
    script = Script()
    hiccups = iter([True, True])

    def mostly() -> Answer:
        if next(hiccups, False):
            raise OperationalError("too many connections")
        return Answer(True, script.ends_at, 1)

    with script.watch() as authority:
        script.answer = mostly
        script.asked = 0
        script.asked_again.clear()
        assert script.asked_again.wait(5)
        assert authority.holds()
    assert script.losses == 0


def test_the_end_of_the_window_needs_no_database():
    """Nobody changes the status; the worker's own clock is enough."""
    script = Script(ends_in_s=0.3)
    with script.watch() as authority:
        assert authority.holds()
        assert script.lost.wait(0.3 + SECOND)
        assert not authority.holds()
    assert script.losses == 1


def test_without_a_first_answer_it_never_holds():
    for answer in (_unreachable, lambda: Answer(False, time.time() + FAR, 1)):
        script = Script()
        script.answer = answer
        with script.watch() as authority:
            assert not authority.holds()
            assert script.lost.wait(SECOND)


def test_an_error_of_the_tick_gives_the_authority_up_without_a_traceback(
    capsys: pytest.CaptureFixture[str],
):
    script = Script()

    def fails(version: int) -> bool:
        raise ValueError("template [0.25, 0.5]")

    watch = AuthorityWatch(1, on_tick=fails, on_loss=script.on_loss, question=script.question)
    with watch as authority:
        assert script.lost.wait(SECOND)
        assert not authority.holds()
    written = capsys.readouterr()
    assert "0.25" not in written.out + written.err


def test_losing_it_twice_tells_once():
    """Its two threads may find it lost in the same moment."""
    script = Script()
    gate = threading.Barrier(8)

    def loses(watch: AuthorityWatch) -> None:
        gate.wait(5)
        watch._lose()

    with script.watch() as authority:
        threads = [threading.Thread(target=loses, args=(authority,)) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(5)
    assert script.losses == 1


def test_the_question_to_the_database(cast: Cast):
    live = make_deployment(status=Status.LIVE)
    answer = ask(live.pk)
    assert answer.is_live
    assert answer.ends_at == live.ends_at.timestamp()

    live.refresh_from_db()
    assert answer.watchlist_version == live.watchlist_version
    for status in sorted(set(Status) - {Status.LIVE}):
        force_status(live, status)
        assert not ask(live.pk).is_live
    assert not ask(0).is_live


@pytest.mark.django_db(transaction=True)
def test_each_way_to_stop_a_deployment_stops_its_watch(recognition_worker: None):
    cast = make_cast()
    stops = {
        "suspend": lambda d: lifecycle.suspend(d, by=cast.alice, reason="Rain."),
        "end": lambda d: lifecycle.end(d, by=cast.authorising_officer, reason="Over."),
        "clock": lambda d: lifecycle.end_expired(now=d.ends_at),
    }
    for stop in stops.values():
        live, lost = make_deployment(status=Status.LIVE), threading.Event()
        with AuthorityWatch(live.pk, on_tick=lambda _: True, on_loss=lost.set) as authority:
            assert authority.holds()
            stop(live)
            assert lost.wait(SECOND)
