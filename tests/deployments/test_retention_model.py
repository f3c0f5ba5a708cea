"""Deployments, a clock and crashes in any order: nothing outlives its rule, nothing biometric is
readable after its time, and the ledger always agrees with what is there."""

import os
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
from django.utils import timezone
from hypothesis import HealthCheck, Phase
from hypothesis import settings as hypothesis_settings
from hypothesis.stateful import run_state_machine_as_test

from deployments import lifecycle, purge
from deployments.enums import Status
from deployments.reconciliation import reconcile
from deployments.retention import RULES
from tests.deployments.machine.footage_and_access import FootageAndAccess
from tests.deployments.machine.passing_time import PROMISED, files_follow
from tests.factories import make_cast, make_deployment
from tests.tampering import settle


def test_whatever_happens_nothing_outlives_its_rule(db: None, file_store: Path):
    run_state_machine_as_test(
        FootageAndAccess,
        settings=hypothesis_settings(
            # A longer walk: WALK_EXAMPLES=150 (not LFR_…, which the tests' servers clear away).
            max_examples=int(os.environ.get("WALK_EXAMPLES", "12")),
            stateful_step_count=int(os.environ.get("WALK_STEPS", "20")),
            deadline=None,
            # An example takes seconds: to make a failing one shorter would take many minutes.
            phases=(Phase.explicit, Phase.reuse, Phase.generate),
            suppress_health_check=list(HealthCheck),
        ),
    )


def test_the_machine_holds_the_rules_to_what_was_promised():
    assert {kind: RULES[kind].period for kind in PROMISED} == PROMISED


def _clock_ahead(hours: int) -> Any:
    real = timezone.now

    def moved() -> datetime:
        return real() + timedelta(hours=hours)

    return mock.patch.object(timezone, "now", moved)


def _housekeeping() -> None:
    with files_follow():
        purge.purge()


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
        _housekeeping()
        assert reconcile().findings == ()
    assert live.entries.exists() == (hours < 24)

    _housekeeping()
    assert {due.rule.kind for due in purge.everything_held()} <= {"watchlist", "session"}
    with _clock_ahead(25):
        _housekeeping()
        assert reconcile(now=real_now() + timedelta(hours=25)).findings == ()

    assert not live.entries.exists()
    assert sum(row.count for row in live.erasures.filter(kind="watchlist")) == 2
    assert all(row.done_at >= row.due_at for row in live.erasures.all())
