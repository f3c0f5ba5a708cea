"""What a console hears: everything, once, in order, while it may."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
from channels.db import database_sync_to_async

from alerts import lifecycle
from alerts.enums import AlertStatus
from alerts.models import Alert, AlertEvent
from alerts.protocol import CloseCode
from deployments.enums import Status
from deployments.models import Deployment, User
from tests.alerts.sockets import Socket, cookies_of, open_socket
from tests.factories import make_alert, make_deployment, make_entry, person

pytestmark = [pytest.mark.django_db(transaction=True)]

in_database = database_sync_to_async
Opener = Callable[..., Awaitable[Socket]]


@pytest.fixture
async def sockets() -> AsyncIterator[Opener]:
    """Opens sockets and closes them after the test."""
    opened: list[Socket] = []

    async def opener(*args: Any, **options: Any) -> Socket:
        socket = await open_socket(*args, **options)
        connected, _ = await socket.connect(timeout=5)
        assert connected
        opened.append(socket)
        return socket

    yield opener
    for socket in opened:
        await socket.disconnect()


@pytest.fixture
async def deployment() -> Deployment:
    return await in_database(make_deployment)(status=Status.LIVE)


@pytest.fixture
async def alice() -> User:
    return await in_database(person)("alice")


async def make(deployment: Deployment, **options: Any) -> Alert:
    return await in_database(make_alert)(deployment, **options)


async def test_console_begins_with_hello_and_what_is_open(
    sockets: Opener, deployment: Deployment, alice: User
) -> None:
    alert = await make(deployment)

    socket = await sockets(deployment, alice)

    hello = await socket.next()
    snapshot = await socket.next()
    assert (hello["type"], hello["version"], hello["you"]["name"]) == ("hello", 2, str(alice))
    assert [facts["uuid"] for facts in snapshot["alerts"]] == [str(alert.uuid)]
    assert snapshot["sequence"] == hello["sequence"] == 1


async def test_alert_arrives_without_asking(
    sockets: Opener, deployment: Deployment, alice: User
) -> None:
    socket = await sockets(deployment, alice)
    await socket.next("snapshot")

    alert = await make(deployment)

    event = await socket.next("event")
    assert (event["kind"], event["sequence"], event["missed"]) == ("raised", 1, False)
    assert event["alert"]["uuid"] == str(alert.uuid)
    assert event["alert"]["captured_at"] == pytest.approx(alert.captured_at.timestamp())


async def test_events_come_once_and_in_order_at_every_console(
    sockets: Opener, deployment: Deployment, alice: User
) -> None:
    bob = await in_database(person)("bob")
    consoles = [await sockets(deployment, user) for user in (alice, bob, alice)]
    for console in consoles:
        await console.next("snapshot")
    entries = [await in_database(make_entry)(deployment) for _ in range(4)]

    await asyncio.gather(
        *(make(deployment, entry=entry, status=AlertStatus.RESOLVED) for entry in entries)
    )

    for console in consoles:
        events = await console.events(28)
        assert [event["sequence"] for event in events] == list(range(1, 29))


async def test_reconnecting_console_gets_what_it_missed_marked_as_missed(
    sockets: Opener, deployment: Deployment, alice: User
) -> None:
    await make(deployment, status=AlertStatus.DISPATCHED)

    socket = await sockets(deployment, alice, since=1)

    assert (await socket.next())["type"] == "hello"
    missed = await socket.events(3)
    assert [(event["sequence"], event["kind"]) for event in missed] == [
        (2, "claimed"),
        (3, "confirmed"),
        (4, "dispatched"),
    ]
    assert all(event["missed"] for event in missed)
    await make(deployment)
    assert (await socket.next("event"))["missed"] is False


@pytest.mark.parametrize("since", [9999, 10**30])
async def test_console_from_another_time_is_resynchronised(
    sockets: Opener, deployment: Deployment, alice: User, since: int
) -> None:
    alert = await make(deployment)

    socket = await sockets(deployment, alice, since=since)

    await socket.next("hello")
    resync = await socket.next()
    assert resync["type"] == "resync"
    assert [facts["uuid"] for facts in resync["alerts"]] == [str(alert.uuid)]


async def test_console_far_behind_is_resynchronised(
    sockets: Opener, deployment: Deployment, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("alerts.opening.MAX_MISSED", 2)
    await make(deployment, status=AlertStatus.DISPATCHED)

    socket = await sockets(deployment, alice, since=1)

    await socket.next("hello")
    assert (await socket.next())["type"] == "resync"


async def test_lost_knock_costs_a_heartbeat(
    sockets: Opener, deployment: Deployment, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    socket = await sockets(deployment, alice)
    await socket.next("snapshot")
    monkeypatch.setattr("alerts.events.knock", lambda _: None)

    await make(deployment)

    assert (await socket.next("event"))["sequence"] == 1


async def test_heartbeat_tells_the_state_of_things(
    sockets: Opener, deployment: Deployment, alice: User
) -> None:
    camera = await in_database(deployment.cameras.get)()
    socket = await sockets(deployment, alice)

    state = await socket.next("heartbeat")

    assert state["deployment"]["status"] == "live"
    assert state["deployment"]["watchlist_size"] == 1
    assert 0 < state["deployment"]["window_left_s"] <= 4 * 3600
    assert [facts["name"] for facts in state["cameras"]] == [camera.name]
    assert state["operators"] == [{"name": str(alice), "present": True, "holding": 0}]


async def test_alert_of_another_deployment_never_arrives(
    sockets: Opener, deployment: Deployment, alice: User
) -> None:
    other = await in_database(make_deployment)(status=Status.LIVE)
    socket = await sockets(deployment, alice)
    await socket.next("snapshot")

    await make(other)
    mine = await make(deployment)

    assert (await socket.next("event"))["alert"]["uuid"] == str(mine.uuid)


async def test_handheld_hears_only_of_alerts_that_officers_were_sent_to(
    sockets: Opener, deployment: Deployment, alice: User
) -> None:
    officer = await in_database(person)("engagement_officer")
    socket = await sockets(deployment, officer, page="handheld")
    assert (await socket.next("snapshot"))["alerts"] == []

    alert = await make(deployment, status=AlertStatus.CONFIRMED)
    await in_database(lifecycle.dispatch)(alert, by=alice, source="pnc")

    event = await socket.next("event")
    assert (event["kind"], event["sequence"]) == ("dispatched", 4)


async def test_messages_hold_nothing_personal(
    sockets: Opener, deployment: Deployment, alice: User
) -> None:
    entry = await in_database(make_entry)(deployment, name="Zebulon Quux", reference="ZQ-771")
    await make(deployment, entry=entry)
    socket = await sockets(deployment, alice)
    said = [await socket.next(kind) for kind in ("snapshot", "heartbeat")]
    await make(deployment, entry=entry, status=AlertStatus.RAISED)
    other = await in_database(make_entry)(deployment, name="Zebulon Quux", reference="ZQ-772")
    await make(deployment, entry=other, similarity=0.7312)
    said.append(await socket.next("event"))

    text = json.dumps(said)
    for secret in ("Zebulon", "ZQ-77", "0.73", "similarity", "face_box"):
        assert secret not in text


async def test_erased_alert_is_told_without_its_images(
    sockets: Opener, deployment: Deployment, alice: User
) -> None:
    from alerts.erasure import forget_entry

    alert = await make(deployment)
    socket = await sockets(deployment, alice)
    await socket.next("snapshot")
    assert alert.entry is not None

    await in_database(forget_entry)(alert.entry)

    event = await socket.next("event")
    assert (event["kind"], event["alert"]["erased"], event["alert"]["images"]) == (
        "erased",
        True,
        None,
    )


async def test_slow_client_is_held_back_and_then_resynchronised(
    sockets: Opener, deployment: Deployment, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("alerts.delivery.MAX_UNACKNOWLEDGED", 2)
    socket = await sockets(deployment, alice)
    await socket.next("snapshot")
    await make(deployment)
    await make(deployment)
    assert [event["sequence"] for event in await socket.events(2)] == [1, 2]

    late = await make(deployment)
    state = await socket.next("heartbeat")
    while state["sequence"] < 3:
        state = await socket.next("heartbeat", "event")
        assert state["type"] == "heartbeat", "an event was sent to a client that shows none"

    await in_database(lifecycle.claim)(late, by=alice)
    await socket.send_to(json.dumps({"type": "ack", "sequence": 2}))
    resync = await socket.next()
    assert (resync["type"], resync["sequence"]) == ("resync", 4)
    assert resync["alerts"][-1]["status"] == "claimed"
    await make(deployment)
    assert (await socket.next("event"))["sequence"] == 5


async def test_client_that_stays_silent_is_closed(
    sockets: Opener, deployment: Deployment, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("alerts.delivery.MAX_SILENCE_S", 0.0)
    socket = await sockets(deployment, alice)

    assert await socket.closing_code() == CloseCode.TOO_SLOW


@pytest.mark.parametrize(
    "said", [" ", "{", "[]", '{"type": "ack"}', '{"type": "claim"}', "9" * 600]
)
async def test_malformed_message_ends_the_conversation(
    sockets: Opener, deployment: Deployment, alice: User, said: str
) -> None:
    socket = await sockets(deployment, alice)

    await socket.send_to(said)

    assert await socket.closing_code() == CloseCode.MALFORMED


async def test_newest_version_of_both_is_spoken(
    sockets: Opener, deployment: Deployment, alice: User
) -> None:
    socket = await sockets(deployment, alice, versions="1,2,77")

    assert (await socket.next("hello"))["version"] == 2


async def test_client_of_another_time_is_told_to_load_again(
    sockets: Opener, deployment: Deployment, alice: User
) -> None:
    socket = await sockets(deployment, alice, versions="1")

    assert (await socket.next())["code"] == CloseCode.VERSION
    assert await socket.closing_code() == CloseCode.VERSION


async def test_log_and_what_was_heard_agree(
    sockets: Opener, deployment: Deployment, alice: User
) -> None:
    """Consoles that come and go in the middle of a stream end with the whole log."""
    cookie = await cookies_of(alice)
    entries = [await in_database(make_entry)(deployment) for _ in range(6)]
    stream = asyncio.gather(
        *(make(deployment, entry=entry, status=AlertStatus.DISPATCHED) for entry in entries)
    )
    heard: list[int] = []
    while len(heard) < 24:
        socket = await open_socket(
            deployment, alice, cookie=cookie, since=heard[-1] if heard else 0
        )
        await socket.connect(timeout=5)
        heard += [event["sequence"] for event in await socket.events(3)]
        await socket.disconnect()
    await stream

    sequences = await in_database(
        lambda: list(AlertEvent.objects.order_by("sequence").values_list("sequence", flat=True))
    )()
    assert heard == sequences
