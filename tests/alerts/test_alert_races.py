"""Claims, sightings, consultations and withdrawals at the same moment, on real connections."""

import threading
from collections.abc import Callable
from functools import partial
from typing import Any
from unittest import mock

import pytest
from django.db import transaction

from alerts import lifecycle, raising
from alerts.enums import AlertStatus
from alerts.findings import Findings
from alerts.models import Alert, AlertEvent
from deployments import audit, watchlist
from deployments.audit_verification import verify
from deployments.enums import AuditKind, Status
from deployments.lifecycle import Refused
from deployments.locking import lock
from deployments.models import AuditEvent, User, WatchlistEntry
from tests.concurrency import at_once, wait_until_blocked
from tests.factories import (
    make_alert,
    make_cast,
    make_deployment,
    make_entry,
    new_alert,
)

FINDINGS = Findings(texts={"subject": "Same scar on the left cheek."})


@pytest.mark.django_db(transaction=True)
def test_hundreds_of_attempts_to_claim_have_one_winner_each():
    cast, live = make_cast(), make_deployment(status=Status.LIVE)
    camera = live.cameras.get()
    with mock.patch.object(raising, "_extend", return_value=None):  # one person, many alerts
        entry = make_entry(live)
        alerts = [raising.raise_alert(live, camera, new_alert(entry)) for _ in range(50)]
    start_line = threading.Barrier(4)

    def claims_all(by: User) -> list[bool]:
        won = []
        for alert in alerts:
            assert alert is not None
            start_line.wait(30)
            try:
                won.append(lifecycle.claim(alert, by=by).claimed_by == by)
            except Refused:
                won.append(False)
        return won

    results = at_once([partial(claims_all, by) for by in (cast.alice, cast.bob) * 2])

    assert [sum(won) for won in zip(*results, strict=True)] == [1] * len(alerts)
    claimed = AuditEvent.objects.filter(action="alert.claimed")
    assert claimed.count() == AlertEvent.objects.filter(kind="claimed").count() == len(alerts)
    assert verify().is_sound


@pytest.mark.django_db(transaction=True)
def test_a_sighting_and_a_claim_do_not_wait_for_each_other():
    """The recogniser holds the deployment and extends the alert, while an operator claims it."""
    cast, live = make_cast(), make_deployment(status=Status.LIVE)
    entry, camera = make_entry(live), live.cameras.get()
    alert = make_alert(live, entry=entry)
    held = threading.Event()

    def sees_again() -> Alert | None:
        with transaction.atomic():
            lock(live.pk)
            held.set()
            wait_until_blocked()
            return raising.raise_alert(live, camera, new_alert(entry))

    def claims() -> Alert:
        assert held.wait(30)
        return lifecycle.claim(alert, by=cast.alice)

    extended, claimed = at_once([sees_again, claims])

    assert isinstance(extended, Alert)
    assert isinstance(claimed, Alert)
    alert.refresh_from_db()
    assert (alert.status, alert.sighting_count) == (AlertStatus.CLAIMED, 2)


@pytest.mark.django_db(transaction=True)
def test_a_consultation_and_a_sighting_do_not_wait_for_each_other():
    """Who looks at an image holds the audit chain, and their event refers to the deployment."""
    cast, live = make_cast(), make_deployment(status=Status.LIVE)
    entry, camera = make_entry(live), live.cameras.get()
    recorded = threading.Event()

    def looks() -> None:
        with transaction.atomic():
            audit.record(
                "image.viewed",
                kind=AuditKind.CONSULTATION,
                by=cast.alice,
                deployment=live,
                reason="Judging the alert.",
            )
            recorded.set()
            wait_until_blocked()

    def sees() -> Alert | None:
        assert recorded.wait(30)
        return raising.raise_alert(live, camera, new_alert(entry))

    looked, seen = at_once([looks, sees])

    assert looked is None
    assert isinstance(seen, Alert)


@pytest.mark.django_db(transaction=True)
def test_a_withdrawal_and_a_sighting_of_the_same_person_end_well():
    cast, live = make_cast(), make_deployment(status=Status.LIVE)
    camera = live.cameras.get()

    for _ in range(6):
        entry = make_entry(live)
        new = new_alert(entry)
        make_alert(live, entry=entry)
        results = at_once(
            [
                partial(raising.raise_alert, live, camera, new),
                partial(
                    watchlist.withdraw_entry, entry, by=cast.watchlist_manager, reason="Arrested."
                ),
                partial(raising.raise_alert, live, camera, new),
            ]
        )
        assert not [result for result in results if isinstance(result, Exception)]
    assert not Alert.objects.filter(erased_at=None).exists()


@pytest.mark.django_db(transaction=True)
def test_a_storm_of_everything_at_once_leaves_one_order_and_no_deadlock():
    cast, live = make_cast(), make_deployment(status=Status.LIVE)
    camera = live.cameras.get()
    entries = [make_entry(live) for _ in range(4)]

    def operator(by: User) -> None:
        for alert in Alert.objects.filter(deployment=live, status=AlertStatus.RAISED):
            try:
                held = lifecycle.claim(alert, by=by)
                lifecycle.confirm(held, by=by, findings=FINDINGS)
                lifecycle.dispatch(held, by=by, source="pnc")
            except Refused:
                continue

    def recogniser(entry: WatchlistEntry) -> None:
        for _ in range(6):
            raising.raise_alert(live, camera, new_alert(entry))

    calls: list[Callable[[], Any]] = [partial(recogniser, entry) for entry in entries]
    calls += [lambda: operator(cast.alice), lambda: operator(cast.bob)]
    calls += [lambda: lifecycle.escalate_unclaimed(after_s=0)]
    results = at_once(calls)

    assert [result for result in results if isinstance(result, Exception)] == []
    sequences = list(live.alert_events.values_list("sequence", flat=True))
    assert sequences == list(range(1, len(sequences) + 1))
    assert Alert.objects.filter(deployment=live).count() == len(entries)
    assert verify().is_sound
