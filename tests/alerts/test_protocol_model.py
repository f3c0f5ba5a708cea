"""Clients that come and go, fall silent and come back, against a model of the protocol.

A client keeps what docs/protocol.md tells it to keep. Whatever happened on the way, what it holds
in the end is what the database holds, and each event came once, in order, marked as missed where
it was."""

import asyncio
import json
from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from alerts import lifecycle
from alerts.enums import AlertStatus, DismissalReason
from alerts.models import Alert
from deployments.enums import Status
from deployments.models import Deployment
from tests.alerts.sockets import Socket, open_socket
from tests.factories import make_alert, make_deployment, make_entry, person

pytestmark = [pytest.mark.django_db(transaction=True)]

CLIENTS = st.integers(0, 2)
# Small, so that short runs reach them.
MAX_MISSED, MAX_UNACKNOWLEDGED = 6, 4


@dataclass
class Client:
    """`facts` are the last of each alert; `head` the log's end when the socket opened."""

    socket: Socket | None = None
    sequence: int | None = None
    head: int = 0
    facts: dict[str, dict[str, Any]] = field(default_factory=dict)
    is_opening: bool = False
    may_resync: bool = False

    def hear(self, message: dict[str, Any]) -> None:
        kind = message["type"]
        if kind == "hello":
            self.head = message["sequence"]
        elif kind in ("snapshot", "resync"):
            assert kind == "resync" or self.sequence is None, "a snapshot replaced what was known"
            assert kind == "snapshot" or self.may_resync, "resynchronised without a reason"
            self.sequence = message["sequence"]
            self.facts = {facts["uuid"]: facts for facts in message["alerts"]}
            self.may_resync = False
        elif kind == "event":
            assert self.sequence is not None, "an event before the snapshot"
            assert message["sequence"] == self.sequence + 1, "lost, doubled or out of order"
            assert message["missed"] == (message["sequence"] <= self.head)
            self.sequence = message["sequence"]
            self.facts[message["alert"]["uuid"]] = message["alert"]
        else:
            assert kind == "heartbeat"


class Protocol(RuleBasedStateMachine):
    """The loop that the sockets live in runs only while a rule waits for one of them."""

    deployment: Deployment
    runner: asyncio.Runner

    def __init__(self) -> None:
        super().__init__()
        self.clients = [Client() for _ in range(3)]
        self.alice = person("alice")

    @rule(claims=st.booleans(), dismisses=st.booleans())
    def an_alert_comes(self, claims: bool, dismisses: bool) -> None:
        status = AlertStatus.RAISED
        if claims:
            status = AlertStatus.DISMISSED if dismisses else AlertStatus.CLAIMED
        make_alert(self.deployment, entry=make_entry(self.deployment), status=status)

    @rule()
    def an_alert_is_given_back_or_dismissed(self) -> None:
        alert = self.deployment.alerts.filter(status=AlertStatus.CLAIMED).first()
        if alert is None:
            return
        if alert.pk % 2:
            lifecycle.release(alert, by=self.alice)
        else:
            lifecycle.dismiss(alert, by=self.alice, reason=DismissalReason.POOR_IMAGE)

    @rule(number=CLIENTS)
    def a_client_comes(self, number: int) -> None:
        client = self.clients[number]
        if client.socket is not None:
            return
        head = self._head()
        missing = head - (client.sequence or 0)
        client.may_resync = client.sequence is not None and missing > MAX_MISSED
        client.socket = self.runner.run(self._open(client.sequence))
        self.runner.run(self._until(client, head))

    @rule(number=CLIENTS)
    def a_client_goes(self, number: int) -> None:
        client = self.clients[number]
        if client.socket is not None:
            self.runner.run(client.socket.disconnect())
            client.socket = None

    @rule(number=CLIENTS)
    def a_client_hears_everything(self, number: int) -> None:
        client = self.clients[number]
        if client.socket is not None:
            self.runner.run(self._follow(client, self._head()))

    @rule(number=CLIENTS)
    @precondition(lambda self: any(client.socket for client in self.clients))
    def a_client_acknowledges_again(self, number: int) -> None:
        client = self.clients[number]
        if client.socket is not None and client.sequence is not None:
            self.runner.run(self._acknowledge(client))

    @invariant()
    def nobody_knows_more_than_there_is(self) -> None:
        head = self._head()
        assert all((client.sequence or 0) <= head for client in self.clients)

    def teardown(self) -> None:
        for number, client in enumerate(self.clients):
            self.a_client_comes(number)
            self.runner.run(self._follow(client, self._head()))
            self._holds_what_is_stored(client)
            self.a_client_goes(number)

    def _holds_what_is_stored(self, client: Client) -> None:
        for alert in Alert.objects.filter(deployment=self.deployment):
            known = client.facts.get(str(alert.uuid))
            is_open = alert.status in (AlertStatus.RAISED, AlertStatus.CLAIMED)
            assert known or not is_open, "an open alert is not shown"
            if known:
                assert known["status"] == alert.status
                assert known["claimed_by_id"] == alert.claimed_by_id

    def _head(self) -> int:
        self.deployment.refresh_from_db(fields=["event_sequence"])
        return self.deployment.event_sequence

    async def _open(self, since: int | None) -> Socket:
        socket = await open_socket(self.deployment, self.alice, since=since, versions="2")
        await socket.connect(timeout=10)
        return socket

    async def _follow(self, client: Client, head: int) -> None:
        """Up to the head; a client with too much unacknowledged is sent no more until it speaks."""
        while (client.sequence or 0) < head:
            client.may_resync = True  # events came while the loop stood still
            await self._hear_one(client)
            await self._acknowledge(client)

    async def _until(self, client: Client, head: int) -> None:
        while client.sequence is None or client.sequence < head:
            await self._hear_one(client)
        client.may_resync = False

    async def _hear_one(self, client: Client) -> None:
        assert client.socket is not None
        client.hear(json.loads(await client.socket.receive_from(10)))

    async def _acknowledge(self, client: Client) -> None:
        assert client.socket is not None
        said = json.dumps({"type": "ack", "sequence": client.sequence or 0})
        await client.socket.send_to(said)


def test_protocol_holds_whatever_happens(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("opening", "feed_reads", "catch_up"):
        monkeypatch.setattr(f"alerts.{module}.MAX_MISSED", MAX_MISSED)
    monkeypatch.setattr("alerts.delivery.MAX_UNACKNOWLEDGED", MAX_UNACKNOWLEDGED)
    with asyncio.Runner() as runner:
        Protocol.runner = runner
        Protocol.deployment = make_deployment(status=Status.LIVE)
        run_state_machine_as_test(
            Protocol,
            settings=settings(
                max_examples=12,
                stateful_step_count=14,
                deadline=None,
                suppress_health_check=list(HealthCheck),
            ),
        )
