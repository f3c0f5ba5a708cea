"""Two operators reach for the same alert at the same moment, hundreds of times."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection

from alerts import lifecycle
from alerts.enums import AlertStatus, EventKind
from alerts.models import Alert, AlertEvent
from deployments.enums import Status
from deployments.lifecycle import Refused
from deployments.models import AuditEvent, User
from tests.factories import make_alert, make_deployment, person

pytestmark = [pytest.mark.django_db(transaction=True)]

ROUNDS = 200


class Operator:
    """Claims in a thread, and so on a database connection, of their own."""

    def __init__(self, user: User, barrier: Barrier) -> None:
        self.user = user
        self.barrier = barrier
        self.won = 0
        self.told: list[str] = []

    def claim_and_release(self, alert: Alert) -> None:
        try:
            for _ in range(ROUNDS):
                self.barrier.wait(timeout=60)
                try:
                    lifecycle.claim(Alert.objects.get(pk=alert.pk), by=self.user)
                except Refused as words:
                    self.told.append(str(words))
                    self.barrier.wait(timeout=60)
                else:
                    self.won += 1
                    self.barrier.wait(timeout=60)
                    lifecycle.release(Alert.objects.get(pk=alert.pk), by=self.user)
        finally:
            connection.close()


def test_exactly_one_wins_and_the_other_learns_who() -> None:
    alert = make_alert(make_deployment(status=Status.LIVE))
    barrier = Barrier(2)
    alice, bob = (Operator(person(name), barrier) for name in ("alice", "bob"))

    with ThreadPoolExecutor(2) as threads:
        for running in [threads.submit(each.claim_and_release, alert) for each in (alice, bob)]:
            running.result(timeout=300)

    assert alice.won + bob.won == ROUNDS
    assert Counter(alice.told) + Counter(bob.told) == Counter(
        {
            f"This alert is with {bob.user}.": bob.won,
            f"This alert is with {alice.user}.": alice.won,
        }
    )
    events = Counter(AlertEvent.objects.values_list("kind", flat=True))
    assert events == {EventKind.RAISED: 1, EventKind.CLAIMED: ROUNDS, EventKind.RELEASED: ROUNDS}
    assert AuditEvent.objects.filter(action="alert.claimed").count() == ROUNDS
    alert.refresh_from_db()
    assert alert.status == AlertStatus.RAISED
