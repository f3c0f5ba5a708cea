"""What every machine over retention rests on: examples that are rolled back, a clock on the wall
that is moved, the running time beside it, and processes that die in the middle."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from unittest import mock

from django.db import connection, transaction
from django.test import override_settings
from django.utils import timezone
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from deployments import erasure_ledger, file_places, image_store, lifecycle, purge, strays
from deployments.enums import Status
from deployments.footage import recovery
from deployments.footage import store as footage_store
from deployments.models import Deployment
from deployments.subject_access import store as access_store
from recognition import template_store
from recognition.results import publish_due_results
from tests.factories import make_cast
from tests.tampering import settle

HOURS = st.sampled_from([1, 5, 23, 25, 24 * 8, 24 * 32])
WHICH = st.integers(0, 9)
# Who dies there, and whether before it is done.
CRASHES: dict[str, tuple[Any, bool]] = {
    "record": (erasure_ledger, False),
    "erase_each": (image_store, False),
    "drop": (template_store, False),
    "destroy_key": (image_store, False),
    "_unlink": (image_store, True),
    "unlink_each": (footage_store, True),
    "erase": (access_store, False),
}
DAY = timedelta(days=1)
# What the public and the law were told.
PROMISED = {
    "watchlist": DAY,
    "watchlist_templates": timedelta(0),
    "watchlist_import": DAY,
    "alert": DAY,
    "false_alert": timedelta(0),
    "sign_photograph": DAY,
    "footage": 31 * DAY,
    "subject_access_copy": 7 * DAY,
}
SHORTER = {"watchlist": timedelta(0), "alert": timedelta(0), "footage": 7 * DAY}
# An upload may take six hours; whatever has no row for longer belongs to nobody.
STRAY_FOR = timedelta(hours=6)


class PassingTime(RuleBasedStateMachine):
    """Each example is a transaction that is rolled back."""

    def __init__(self) -> None:
        super().__init__()
        self.ahead = timedelta()  # the clock on the wall, which may be set
        self.uptime = timedelta()  # the machine's running time, which may not
        self.is_fresh = False  # housekeeping went through, and nothing has happened since
        self.is_to_agree = True  # housekeeping ran or died: time to hold everything together
        self.rowless_since: dict[Path, timedelta] = {}
        self.example = transaction.atomic()
        self.example.__enter__()
        self.real_now = timezone.now
        self.clocks: list[Any] = [
            mock.patch.object(timezone, "now", self._now),
            mock.patch.object(strays, "monotonic", self._uptime_s),
        ]
        self.policy: dict[str, int] = {}
        self.policy_in_force = override_settings(RETENTION_PERIODS_S=self.policy)
        self.policy_in_force.enable()
        for clock in self.clocks:
            clock.start()
        strays._first_seen.clear()  # another process
        make_cast()

    def _now(self) -> datetime:
        return self.real_now() + self.ahead

    def _uptime_s(self) -> float:
        return self.uptime.total_seconds()

    def teardown(self) -> None:
        for clock in self.clocks:
            clock.stop()
        self.policy_in_force.disable()
        transaction.set_rollback(True)
        self.example.__exit__(None, None, None)

    @rule(hours=HOURS)
    def time_passes(self, hours: int) -> None:
        self.the_clock_is_put_forward(hours)
        self.uptime += timedelta(hours=hours)

    @rule(hours=HOURS)
    def the_clock_is_put_forward(self, hours: int) -> None:
        self.is_fresh = False
        for live in Deployment.objects.filter(status=Status.LIVE):
            lifecycle.end(live, by=None, reason="Its window is over.")
        settle()
        self.ahead += timedelta(hours=hours)

    @rule(hours=HOURS)
    def the_clock_is_set_back(self, hours: int) -> None:
        self.is_fresh = False
        self.ahead = max(timedelta(), self.ahead - timedelta(hours=hours))

    @rule(kind=st.sampled_from(sorted(SHORTER)))
    def policy_shortens(self, kind: str) -> None:
        self.is_fresh = False
        self.policy[kind] = int(SHORTER[kind].total_seconds())

    @rule()
    def housekeeping_runs(self) -> None:
        left_by_others = set(rowless())
        with files_follow():
            recovery.recover()
            publish_due_results()
            purge.purge()
        settle()
        assert set(rowless()) <= left_by_others, "what it erases, it erases to the file"
        self.is_fresh = self.is_to_agree = True

    @rule(hours=st.sampled_from([1, 25, 24 * 32]))
    def housekeeping_runs_later(self, hours: int) -> None:
        """What most faults are seen by, so that it comes often."""
        self.time_passes(hours)
        self.housekeeping_runs()

    @rule(where=st.sampled_from(sorted(CRASHES)), call=st.integers(1, 3))
    def housekeeping_crashes(self, where: str, call: int) -> None:
        """The process is gone at that call: its open transaction is rolled back, and what it had
        committed stands."""
        self.is_fresh, self.is_to_agree = False, True
        with _crash(where, call), files_follow():
            purge.purge()

    @invariant()
    def no_file_without_a_row_stays(self) -> None:
        """Left by a crash, it goes with the next sweep after its time. Only what housekeeping saw
        is asked of it."""
        if not self.is_fresh:
            return
        found = rowless()
        self.rowless_since = {path: self.rowless_since.get(path, self.uptime) for path in found}
        for since in self.rowless_since.values():
            assert self.uptime - since < STRAY_FOR

    @property
    def is_clock_right(self) -> bool:
        """The database's own is never moved, and lets nothing begin outside of a window."""
        return self.ahead == timedelta()

    def one(self, which: int, status: Status) -> Deployment | None:
        found = list(Deployment.objects.filter(status=status).order_by("pk"))
        return found[which % len(found)] if found else None

    def promised(self, kind: str) -> timedelta:
        """As written down in the test, not as the code reads it; policy may have shortened it."""
        shortened = self.policy.get(kind)
        return PROMISED[kind] if shortened is None else timedelta(seconds=shortened)

    def is_past(self, moment: datetime | None, kind: str) -> bool:
        return moment is not None and moment + self.promised(kind) <= timezone.now()

    def run(self, *steps: tuple[str, dict[str, Any]]) -> None:
        """These rules in this order, with every invariant after each: an example written down."""
        for name, arguments in steps:
            getattr(self, name)(**arguments)
            for each in self.invariants:
                each.function(self)


def rowless() -> list[Path]:
    return [path for place in file_places.all_places() for path in place.rowless()]


@contextmanager
def files_follow() -> Iterator[None]:
    """What is to be done on commit is done: the example's own transaction is never committed."""
    start = len(connection.run_on_commit)
    yield
    waiting: list[Any] = connection.run_on_commit[start:]
    del connection.run_on_commit[start:]
    for _, follow, _ in waiting:
        follow()


@contextmanager
def _crash(where: str, call: int) -> Iterator[None]:
    """Nothing runs any more after that call, whoever would catch what."""
    owner, is_undone = CRASHES[where]
    real, calls = getattr(owner, where), 0

    def dying(*arguments: Any, **named: Any) -> Any:
        nonlocal calls
        calls += 1
        answer = None if is_undone else real(*arguments, **named)
        if calls >= call:
            raise _Died
        return answer

    with mock.patch.object(owner, where, dying):
        try:
            yield
        except _Died:
            connection.run_on_commit.clear()


class _Died(BaseException):
    """Not an exception: nothing but the test catches it."""
