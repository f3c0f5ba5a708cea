"""Work that rests: how long, and never while somebody waits for what it holds."""

import itertools
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection, transaction
from pytest_django.fixtures import Settings

from deployments import pacing, purge
from deployments.enums import Status
from deployments.pacing import Unhurried
from tests.factories import Cast, make_deployment

AUDIT = "INSERT INTO deployments_auditevent"


class _Clock:
    """Its own time: each statement takes a second, a rest as long as it is asked for."""

    def __init__(self) -> None:
        self.now, self.of_processor = 0.0, 0.0
        self.rests: list[float] = []

    def perf_counter(self) -> float:
        return self.now

    def thread_time(self) -> float:
        return self.of_processor

    def sleep(self, seconds: float) -> None:
        self.now += seconds
        self.rests.append(seconds)

    def execute(self, *_: object) -> str:
        self.now += 1.0
        return "rows"


def test_it_rests_in_proportion_to_the_work_since_the_last_rest(monkeypatch: pytest.MonkeyPatch):
    clock = _Clock()
    monkeypatch.setattr(pacing, "time", clock)
    pace = Unhurried(rest=0.5)

    answers = [pace(clock.execute, "SELECT 1", (), False, {}) for _ in range(3)]
    clock.now += 7.0  # it waits for the disk
    clock.of_processor += 2.0  # and works, outside the database
    pace(clock.execute, "SELECT 1", (), False, {})

    assert answers == ["rows"] * 3
    assert clock.rests == [0.0, 0.5, 0.5, 1.5]


@pytest.mark.django_db(transaction=True)
def test_a_purge_never_rests_between_an_audit_event_and_its_commit(
    cast: Cast, settings: Settings, monkeypatch: pytest.MonkeyPatch
):
    for _ in range(2):
        make_deployment(status=Status.ENDED, entries=3)
    settings.RETENTION_PERIODS_S = {"watchlist": 0, "watchlist_templates": 0}
    log: list[str] = []
    clock = _Clock()
    monkeypatch.setattr(clock, "sleep", lambda _: log.append("rest"))
    monkeypatch.setattr(pacing, "time", clock)

    def logged(execute: Callable[..., Any], sql: str, *rest: Any) -> Any:
        answer = execute(sql, *rest)
        if AUDIT in sql:
            log.append("audit")
            transaction.on_commit(lambda: log.append("commit"))
        return answer

    with connection.execute_wrapper(logged):
        purge.purge()

    after_audit = [after for each, after in itertools.pairwise(log) if each == "audit"]
    assert len(after_audit) >= 4
    assert set(after_audit) == {"commit"}
    assert log.count("rest") > len(after_audit)
