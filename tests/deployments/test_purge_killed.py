"""kill -9 in the middle of a purge and of the destruction of a key: what is done is done and in the
ledger, the rest is done by the next run, and nothing disagrees afterwards."""

import os
import signal
from datetime import timedelta
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
from django.utils import timezone
from pytest_django.fixtures import Settings

from alerts import erasure as alert_erasure
from alerts.enums import AlertStatus
from deployments import erasure_ledger, image_store, lifecycle, purge, strays
from deployments.encryption import Unreadable
from deployments.enums import Status
from deployments.file_places import IN_FLIGHT_S
from deployments.models import AuditEvent, Deployment, DeploymentKey, ErasureRecord, StoredImage
from deployments.reconciliation import reconcile
from recognition import template_store
from recognition.models import Template
from recognition.results import publish_due_results
from tests.deployments.killed import (
    dies_after,
    dies_instead_of,
    purge_in_a_child,
    purge_killed_after,
)
from tests.deployments.uptime import uptime_ahead
from tests.factories import make_alert, make_cast, make_deployment

pytestmark = pytest.mark.django_db(transaction=True)

LATER = timedelta(hours=1)
AT_ONCE = {"watchlist": 0, "alert": 0, "sign_photograph": 0}


@pytest.fixture
def ended(settings: Settings) -> Deployment:
    """With people and alerts of every kind; all of it is due."""
    cast = make_cast()
    live = make_deployment(status=Status.LIVE, entries=5)
    for status in (AlertStatus.DISMISSED, AlertStatus.RAISED, AlertStatus.RESOLVED):
        make_alert(live, status=status)
    lifecycle.end(live, by=cast.alice, reason="Over.")
    settings.RETENTION_PERIODS_S = AT_ONCE
    publish_due_results()
    return live


def _moments() -> dict[str, Any]:
    """Where it dies: inside a transaction, between one and the next, among the files."""
    return {
        "partition dropped, not committed": dies_after(template_store, "drop"),
        "image rows deleted, not committed": dies_after(image_store, "erase_each", call=2),
        "alerts emptied, not committed": dies_after(alert_erasure, "emit_each"),
        "ledger written, not committed": dies_after(erasure_ledger, "record"),
        "last ledger row written, not committed": dies_after(erasure_ledger, "record", call=4),
        "committed, files there": dies_instead_of(image_store, "_unlink"),
        "committed, some files there": dies_after(os, "unlink", call=3),
        "before the sweep": dies_instead_of(strays, "sweep"),
        "key destroyed, not committed": dies_after(image_store, "destroy_key"),
        "key destroyed and in the ledger, not committed": dies_after(
            erasure_ledger, "record", call=5
        ),
        "key destroyed, not closed": dies_instead_of(purge, "_close_the_empty"),
        "closed": dies_after(purge, "close"),
    }


@pytest.mark.parametrize("moment", _moments())
def test_after_a_death_the_next_run_finishes_and_all_agrees(
    ended: Deployment, file_store: Path, moment: str
):
    people = {kind: due.count for due in purge.everything_held() if (kind := due.rule.kind)}

    assert purge_in_a_child(_moments()[moment]) == signal.SIGKILL

    assert reconcile().findings == (), "what was committed agrees at once"
    erased = _erased()
    assert all(erased[kind] <= people.get(kind, 1) for kind in erased)
    _all_is_gone_after_the_next(ended, file_store)


def test_killed_anywhere_again_and_again_it_comes_to_its_end(ended: Deployment, file_store: Path):
    for milliseconds in (1, 5, 10, 20, 40, 80, 160):
        purge_killed_after(milliseconds / 1000)
        assert reconcile().findings == ()

    _all_is_gone_after_the_next(ended, file_store)


def test_a_killed_batch_is_done_once(ended: Deployment, monkeypatch: pytest.MonkeyPatch):
    """Of five entries in batches of two, the second is lost with its process; the first stays."""
    monkeypatch.setattr(purge, "BATCH", 2)
    before = set(ended.entries.values_list("pk", flat=True))

    assert purge_in_a_child(_dies_in_the_second_batch()) == signal.SIGKILL

    left = set(ended.entries.values_list("pk", flat=True))
    assert len(before - left) == 2
    assert _erased()["watchlist"] == 2
    purge.purge()
    assert _erased()["watchlist"] == len(before)
    assert reconcile().findings == ()


def _dies_in_the_second_batch() -> Any:
    """Not of the kinds before it."""
    real, calls = erasure_ledger.record, 0

    def dying(kind: str, **named: Any) -> None:
        nonlocal calls
        real(kind, **named)
        calls += kind == "watchlist"
        if calls == 2:
            os.kill(os.getpid(), signal.SIGKILL)

    return mock.patch.object(erasure_ledger, "record", dying)


def test_a_key_that_was_destroyed_before_the_death_opens_no_copy(
    ended: Deployment, file_store: Path
):
    image = ended.images.all()[0]
    copies = {path: path.read_bytes() for path in file_store.rglob("*") if path.is_file()}

    patch = dies_instead_of(purge, "_close_the_empty")
    assert purge_in_a_child(patch) == signal.SIGKILL

    assert not DeploymentKey.objects.exists()
    for path, data in copies.items():
        path.write_bytes(data)
    with pytest.raises(Unreadable):
        image_store.read(image)


def _erased() -> dict[str, int]:
    found: dict[str, int] = dict.fromkeys(
        ("watchlist", "watchlist_templates", "alert", "false_alert", "deployment_key"), 0
    )
    for kind, count in ErasureRecord.objects.values_list("kind", "count"):
        found[kind] = found.get(kind, 0) + count
    return found


def _all_is_gone_after_the_next(ended: Deployment, file_store: Path) -> None:
    purge.purge()

    with uptime_ahead(seconds=IN_FLIGHT_S):
        purge.purge()
    ended.refresh_from_db()
    assert ended.status == Status.CLOSED
    assert [path for path in file_store.rglob("*") if path.is_file()] == []
    assert StoredImage.objects.count() == Template.objects.count() == 0
    assert DeploymentKey.objects.count() == 0
    assert reconcile(now=timezone.now() + LATER).findings == ()
    assert _erased()["watchlist"] == _erased()["watchlist_templates"]
    assert AuditEvent.objects.filter(action=erasure_ledger.ACTION).count() == (
        ErasureRecord.objects.count()
    )
