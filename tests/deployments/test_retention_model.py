"""Deployments, a clock and crashes in any order: nothing outlives its rule, nothing biometric is
readable after its time, and the ledger always agrees with what is there."""

import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
from django.db import connection, transaction
from django.utils import timezone
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    rule,
    run_state_machine_as_test,
)

from alerts.enums import AlertStatus
from alerts.models import Alert
from deployments import erasure_ledger, image_store, lifecycle, purge, watchlist
from deployments.encryption import Unreadable
from deployments.enums import Status
from deployments.models import Deployment, StoredImage
from deployments.reconciliation import reconcile
from deployments.retention import RULES
from recognition import template_store
from recognition.models import Template
from recognition.results import publish_due_results
from tests.factories import make_alert, make_cast, make_deployment, make_entry, person
from tests.tampering import settle

HOURS = st.sampled_from([1, 5, 23, 25, 24 * 8, 24 * 32])
WHICH = st.integers(0, 9)
CRASHES = ("record", "erase_each", "drop", "destroy_key", "_unlink")


@dataclass(frozen=True)
class Copy:
    """What a backup would hold of an image."""

    image_id: uuid.UUID
    deployment_id: int
    data: bytes


class Retention(RuleBasedStateMachine):
    """Each example is a transaction that is rolled back; time passes by moving the clock."""

    def __init__(self) -> None:
        super().__init__()
        self.ahead = timedelta()
        self.is_fresh = False  # housekeeping went through, and nothing has happened since
        self.copies: dict[uuid.UUID, Copy] = {}
        self.example = transaction.atomic()
        self.example.__enter__()
        self.real_now = timezone.now
        self.clock = mock.patch.object(timezone, "now", self._now)
        self.clock.start()
        make_cast()

    def _now(self) -> datetime:
        return self.real_now() + self.ahead

    def teardown(self) -> None:
        self.clock.stop()
        transaction.set_rollback(True)
        self.example.__exit__(None, None, None)

    @rule(entries=st.integers(1, 2))
    def a_deployment_starts(self, entries: int) -> None:
        """While the clock is right: the database's own is not moved, and holds the window."""
        self.is_fresh = False
        if self.ahead == timedelta() and Deployment.objects.count() < 3:
            make_deployment(status=Status.LIVE, entries=entries)

    @rule(which=WHICH, status=st.sampled_from([AlertStatus.RAISED, AlertStatus.DISMISSED]))
    def an_alert_is_raised(self, which: int, status: AlertStatus) -> None:
        self.is_fresh = False
        live = self._one(which, Status.LIVE)
        if live is not None and self.ahead == timedelta() and live.entries.exists():
            make_alert(live, entry=live.entries.order_by("pk")[0], status=status)

    @rule(which=WHICH)
    def an_entry_is_withdrawn(self, which: int) -> None:
        self.is_fresh = False
        live = self._one(which, Status.LIVE)
        entry = None if live is None else live.entries.order_by("pk").last()
        if entry is not None:
            manager = person("watchlist_manager")
            with _files_follow():
                watchlist.withdraw_entry(entry, by=manager, reason="No longer sought.")

    @rule(which=WHICH)
    def somebody_is_added(self, which: int) -> None:
        self.is_fresh = False
        live = self._one(which, Status.LIVE)
        if live is not None and self.ahead == timedelta():
            make_entry(live)

    @rule(which=WHICH)
    def it_ends(self, which: int) -> None:
        self.is_fresh = False
        live = self._one(which, Status.LIVE)
        if live is not None:
            lifecycle.end(live, by=None, reason="Over.")
            settle()

    @rule(hours=HOURS)
    def time_passes(self, hours: int) -> None:
        self.is_fresh = False
        for live in Deployment.objects.filter(status=Status.LIVE):
            lifecycle.end(live, by=None, reason="Its window is over.")
        settle()
        self.ahead += timedelta(hours=hours)

    @rule(hours=HOURS)
    def the_clock_is_set_back(self, hours: int) -> None:
        self.is_fresh = False
        self.ahead = max(timedelta(), self.ahead - timedelta(hours=hours))

    @rule()
    def housekeeping_runs(self) -> None:
        with _files_follow():
            publish_due_results()
            purge.purge()
        settle()
        self.is_fresh = True

    @rule(where=st.sampled_from(CRASHES), call=st.integers(1, 3))
    def housekeeping_crashes(self, where: str, call: int) -> None:
        """The process is gone at that call: its open transaction is rolled back, and what it had
        committed stands."""
        self.is_fresh = False
        with _crash(where, call), _files_follow():
            purge.purge()

    @invariant()
    def nothing_outlives_its_rule(self) -> None:
        if not self.is_fresh:
            return
        for deployment in self._over_for(timedelta(hours=24)):
            assert not deployment.entries.exists()
            assert not Template.objects.filter(deployment=deployment).exists()
            assert not deployment.alerts.filter(erased_at=None).exists()
            assert not StoredImage.objects.filter(deployment=deployment).exists()

    @invariant()
    def no_copy_of_an_image_opens_after_its_time(self) -> None:
        self._remember()
        gone = set(self.copies) - set(StoredImage.objects.values_list("pk", flat=True))
        keyless = {
            deployment.pk
            for deployment in Deployment.objects.filter(status__in=image_store.TAKES_NO_IMAGES)
            if not hasattr(deployment, "key")
        }
        for image_id in gone:
            copy = self.copies[image_id]
            assert not image_store.path_of(image_id).exists() or self._is_stray(image_id)
            if copy.deployment_id in keyless:
                assert not _opens(copy)

    @invariant()
    def the_ledger_agrees(self) -> None:
        told = {finding.what for finding in reconcile().findings}
        waiting = {
            "overdue",
            "partition_without_deployment",
            "key_without_anything_to_open",
            "file_without_row",
        }
        assert told <= (set() if self.is_fresh else waiting)
        erased = Alert.objects.exclude(erased_at=None).count()
        assert erased == sum(
            row.count
            for deployment in Deployment.objects.all()
            for row in deployment.erasures.filter(kind__in=("alert", "false_alert"))
        )

    def _one(self, which: int, status: Status) -> Deployment | None:
        found = list(Deployment.objects.filter(status=status).order_by("pk"))
        return found[which % len(found)] if found else None

    def _over_for(self, period: timedelta) -> Iterator[Deployment]:
        for deployment in Deployment.objects.exclude(ended_at=None):
            assert deployment.ended_at is not None
            if deployment.ended_at + period <= timezone.now():
                yield deployment

    def _remember(self) -> None:
        for image in StoredImage.objects.exclude(pk__in=self.copies):
            data = image_store.path_of(image.pk).read_bytes()
            self.copies[image.pk] = Copy(image.pk, image.deployment_id, data)

    def _is_stray(self, image_id: uuid.UUID) -> bool:
        """Left by a crash, and young: the next sweep after ten minutes takes it."""
        path: Path = image_store.path_of(image_id)
        return path.stat().st_mtime > self.real_now().timestamp() - 600


def _opens(copy: Copy) -> bool:
    """Put back from a backup, row and file."""
    image = StoredImage(pk=copy.image_id, deployment_id=copy.deployment_id)
    path = image_store.path_of(copy.image_id)
    path.parent.mkdir(parents=True, exist_ok=True)
    was_there = path.exists()
    path.write_bytes(copy.data)
    try:
        image_store.read(image)
    except Unreadable:
        return False
    finally:
        if not was_there:
            path.unlink()
    return True


def _clock_ahead(hours: int) -> Any:
    real = timezone.now

    def moved() -> datetime:
        return real() + timedelta(hours=hours)

    return mock.patch.object(timezone, "now", moved)


@contextmanager
def _files_follow() -> Iterator[None]:
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
    owner: Any = {
        "record": erasure_ledger,
        "erase_each": image_store,
        "drop": template_store,
        "destroy_key": image_store,
        "_unlink": image_store,
    }[where]
    real, calls = getattr(owner, where), 0

    def dying(*arguments: Any, **named: Any) -> Any:
        nonlocal calls
        calls += 1
        answer = None if where == "_unlink" else real(*arguments, **named)
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


def test_whatever_happens_nothing_outlives_its_rule(db: None, file_store: Path):
    assert RULES["watchlist"].period == RULES["alert"].period == timedelta(hours=24)
    examples = int(os.environ.get("LFR_EXAMPLES", "12"))
    run_state_machine_as_test(
        Retention,
        settings=hypothesis_settings(
            max_examples=examples,
            stateful_step_count=14,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )


@pytest.mark.parametrize("hours", [-30, -1, 1, 30])
def test_a_clock_that_was_wrong_for_a_while_loses_and_keeps_nothing_for_good(db: None, hours: int):
    """Set back, erasure waits and is made up for; put forward, what it erased is gone, and the
    ledger says when by that clock."""
    make_cast()
    live = make_deployment(status=Status.LIVE, entries=2)
    lifecycle.end(live, by=None, reason="Over.")
    settle()
    real_now = timezone.now
    with _clock_ahead(hours):
        purge.purge()
        assert reconcile().findings == ()
    assert live.entries.exists() == (hours < 24)

    purge.purge()
    assert {due.rule.kind for due in purge.everything_held()} <= {"watchlist", "session"}
    with _clock_ahead(25):
        purge.purge()
        assert reconcile(now=real_now() + timedelta(hours=25)).findings == ()

    assert not live.entries.exists()
    assert sum(row.count for row in live.erasures.filter(kind="watchlist")) == 2
    assert all(row.done_at >= row.due_at for row in live.erasures.all())
