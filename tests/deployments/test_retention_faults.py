"""The walk over retention can fail: each fault planted here, one at a time, is seen by it."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest import mock

import pytest
from django.db import connection
from django.utils import timezone

from alerts.enums import AlertStatus
from deployments import erasure_ledger, image_store, purge, retention, strays
from deployments.enums import SubjectAccessStatus
from deployments.file_places import all_places
from deployments.footage import retention as footage_retention
from deployments.footage import store as footage_store
from deployments.models import FootageSegment
from deployments.retention import RULES
from deployments.subject_access import store as access_store
from tests.deployments.machine.footage_and_access import FootageAndAccess
from tests.tampering import settle

Step = tuple[str, dict[str, Any]]


def _step(name: str, **arguments: Any) -> Step:
    return name, arguments


STARTS = _step("a_deployment_starts", entries=2)
ALERT = _step("an_alert_is_raised", which=0, status=AlertStatus.RAISED)
RECORDED = _step("a_camera_is_recorded", which=0)
HELD = _step("a_segment_is_held", which=0, days=14)
ENDS = _step("it_ends", which=0)
HOUSEKEEPING = _step("housekeeping_runs")
AN_HOUR = _step("time_passes", hours=1)
A_DAY = _step("time_passes", hours=25)
A_MONTH = _step("time_passes", hours=24 * 32)


@dataclass(frozen=True)
class Fault:
    """What happens before it is planted, and after."""

    plant: Callable[[], AbstractContextManager[Any]]
    before: tuple[Step, ...]
    after: tuple[Step, ...]


def _kind_is_forgotten(kind: str) -> Callable[[], AbstractContextManager[Any]]:
    """Nobody even lists it as due."""
    return lambda: mock.patch.dict(retention._holders, {kind: (list, retention.holder_of(kind)[1])})


def _does_nothing(target: Any, name: str) -> Callable[[], AbstractContextManager[Any]]:
    return lambda: mock.patch.object(target, name, mock.Mock(return_value=1))


def _period_is_longer(kind: str) -> Callable[[], AbstractContextManager[Any]]:
    def longer() -> AbstractContextManager[Any]:
        rule = RULES[kind]
        assert rule.default is not None
        twice = replace(rule, default=2 * rule.default, maximum=4 * rule.default)
        return mock.patch.dict(RULES, {kind: twice})

    return longer


@contextmanager
def _holds_are_ignored() -> Iterator[None]:
    """By the code and by the database."""
    settle()
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE deployments_footagesegment DISABLE TRIGGER USER")
    everything = FootageSegment.objects.filter(erased_at=None).exclude(ended_at=None)
    with mock.patch.object(footage_retention, "unheld", everything.all):
        yield


def _keeps_the_keys_of_footage() -> AbstractContextManager[Any]:
    find, _ = retention.holder_of("footage")

    def erase(due: retention.Due) -> int:
        over = FootageSegment.objects.filter(deployment=due.deployment, erased_at=None)
        ids = list(over.values_list("pk", flat=True))
        over.update(erased_at=timezone.now())
        footage_store.unlink_each(ids)
        return len(ids)

    return mock.patch.dict(retention._holders, {"footage": (find, erase)})


def _believes_in_the_latest_clock() -> AbstractContextManager[Any]:
    """Nothing can be due that was not when it was later already."""
    real, latest = purge.overdue, [timezone.now()]

    def overdue() -> list[retention.Due]:
        now: datetime = timezone.now()
        if now < latest[0]:
            return []
        latest[0] = now
        return real()

    return mock.patch.object(purge, "overdue", overdue)


def _sweeps_by_the_wall_clock() -> AbstractContextManager[Any]:
    def sweep() -> None:
        for place in all_places():
            for path in place.strays():
                path.unlink()

    return mock.patch.object(strays, "sweep", sweep)


def _erases_in_pieces() -> AbstractContextManager[Any]:
    """What dies between the rows and their ledger leaves one without the other."""
    return mock.patch.object(purge, "transaction", SimpleNamespace(atomic=nullcontext))


FAULTS = {
    "a kind is forgotten": Fault(
        _kind_is_forgotten("watchlist"), (STARTS, ENDS), (A_DAY, HOUSEKEEPING)
    ),
    "templates stay for a day": Fault(
        _kind_is_forgotten("watchlist_templates"), (STARTS, ENDS), (HOUSEKEEPING,)
    ),
    "false alerts wait for the end": Fault(
        _kind_is_forgotten("false_alert"),
        (STARTS, _step("an_alert_is_raised", which=0, status=AlertStatus.DISMISSED)),
        (_step("the_clock_is_put_forward", hours=1), HOUSEKEEPING),
    ),
    "uploads stay": Fault(
        _kind_is_forgotten("watchlist_import"),
        (STARTS, _step("a_sheet_is_uploaded", which=0)),
        (A_DAY, HOUSEKEEPING),
    ),
    "signs stay": Fault(
        _kind_is_forgotten("sign_photograph"),
        (STARTS, _step("a_sign_is_photographed", which=0)),
        (A_DAY, HOUSEKEEPING),
    ),
    "footage stays": Fault(
        _kind_is_forgotten("footage"), (STARTS, RECORDED), (A_MONTH, HOUSEKEEPING)
    ),
    "pictures for subject access stay": Fault(
        _kind_is_forgotten("subject_access_copy"),
        (STARTS, RECORDED, _step("somebody_asks_for_access", which=0)),
        (A_MONTH, _step("time_passes", hours=24 * 8), HOUSEKEEPING),
    ),
    "a period is longer": Fault(_period_is_longer("alert"), (STARTS, ALERT), (A_DAY, HOUSEKEEPING)),
    "a key is not destroyed": Fault(
        _does_nothing(image_store, "destroy_key"), (STARTS, ENDS), (A_DAY, HOUSEKEEPING)
    ),
    "a key of footage is not destroyed": Fault(
        _keeps_the_keys_of_footage, (STARTS, RECORDED), (A_MONTH, HOUSEKEEPING)
    ),
    "files of images stay": Fault(
        _does_nothing(image_store, "_unlink"), (STARTS, ENDS), (A_DAY, HOUSEKEEPING)
    ),
    "files of footage stay": Fault(
        _does_nothing(footage_store, "unlink"), (STARTS, RECORDED), (A_MONTH, HOUSEKEEPING)
    ),
    "an image stays of who was withdrawn": Fault(
        _does_nothing(image_store, "erase"),
        (STARTS,),
        (_step("an_entry_is_withdrawn", which=0),),
    ),
    "a hold is ignored": Fault(
        _holds_are_ignored, (STARTS, RECORDED, HELD), (A_MONTH, HOUSEKEEPING)
    ),
    "what an answer used stays": Fault(
        _does_nothing(access_store, "forget"),
        (STARTS, RECORDED, _step("somebody_asks_for_access", which=0)),
        (_step("access_is_answered", which=0, answer=SubjectAccessStatus.REFUSED),),
    ),
    "a clock that was set back holds erasure up": Fault(
        _believes_in_the_latest_clock,
        (STARTS, ENDS),
        (
            _step("the_clock_is_put_forward", hours=5),
            HOUSEKEEPING,
            _step("the_clock_is_set_back", hours=1),
            _step("policy_shortens", kind="watchlist"),
            HOUSEKEEPING,
        ),
    ),
    "the wall clock says what is old": Fault(
        _sweeps_by_the_wall_clock,
        (STARTS, _step("a_picture_is_being_written", which=0)),
        (_step("the_clock_is_put_forward", hours=1), HOUSEKEEPING),
    ),
    "nothing is swept": Fault(
        _does_nothing(strays, "sweep"),
        (STARTS, _step("a_picture_is_being_written", which=0)),
        (AN_HOUR, HOUSEKEEPING, A_DAY, HOUSEKEEPING),
    ),
    "the ledger is not written": Fault(
        _does_nothing(erasure_ledger, "record"), (STARTS, ALERT, ENDS), (A_DAY, HOUSEKEEPING)
    ),
    "an erasure is not whole": Fault(
        _erases_in_pieces,
        (STARTS, ENDS),
        (A_DAY, _step("housekeeping_crashes", where="erase_each", call=1)),
    ),
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_is_seen(db: None, file_store: Path, name: str):
    fault = FAULTS[name]
    _walk(fault, plant=nullcontext)

    with pytest.raises(AssertionError) as seen:
        _walk(fault, plant=fault.plant)
    # By the walk itself, not by an assertion of the product.
    assert Path(seen.traceback[-1].path).parent.name == "machine"


def _walk(fault: Fault, *, plant: Callable[[], AbstractContextManager[Any]]) -> None:
    machine = FootageAndAccess()
    try:
        machine.run(*fault.before)
        with plant():
            machine.run(*fault.after)
    finally:
        machine.teardown()
