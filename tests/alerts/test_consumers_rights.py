"""Who hears nothing, and who hears no more."""

import json

import pytest
from channels.db import database_sync_to_async
from django.contrib.sessions.models import Session
from django.test import Client
from structlog.testing import capture_logs

from alerts.protocol import CloseCode
from deployments import lifecycle
from deployments.enums import Role, Status
from deployments.models import AuditEvent, Briefing, Deployment, User
from tests.alerts.sockets import Socket, cookies_of, open_socket
from tests.factories import make_alert, make_deployment, person
from tests.tampering import force_status, triggers_disabled

pytestmark = [pytest.mark.django_db(transaction=True)]

in_database = database_sync_to_async


@pytest.fixture
async def deployment() -> Deployment:
    return await in_database(make_deployment)(status=Status.LIVE)


@pytest.fixture
async def alice() -> User:
    return await in_database(person)("alice")


def forget_briefing(deployment: Deployment, user: User) -> None:
    with triggers_disabled("deployments_briefing"):
        Briefing.objects.filter(deployment=deployment, person=user).delete()


async def code_of_refusal(socket: Socket) -> int:
    """The closing code of a socket that is told good-bye and nothing else."""
    await socket.connect(timeout=5)
    bye = await socket.next()
    assert bye["type"] == "bye"
    code = await socket.closing_code()
    assert code == bye["code"]
    return code


async def listening(socket: Socket) -> Socket:
    await socket.connect(timeout=5)
    await socket.next("snapshot")
    await socket.next("heartbeat")
    return socket


async def test_anonymous_is_refused(deployment: Deployment) -> None:
    assert await code_of_refusal(await open_socket(deployment, None)) == CloseCode.SIGNED_OUT


async def test_guessed_session_is_refused(deployment: Deployment) -> None:
    socket = await open_socket(deployment, None, cookie=b"sessionid=" + b"a" * 32)

    assert await code_of_refusal(socket) == CloseCode.SIGNED_OUT


@pytest.mark.parametrize(
    "username", ["charlie", "applicant", "watchlist_manager", "auditor", "engagement_officer"]
)
async def test_only_operators_open_a_console(deployment: Deployment, username: str) -> None:
    user = await in_database(person)(username)

    socket = await open_socket(deployment, user)

    assert await code_of_refusal(socket) == CloseCode.FORBIDDEN
    refusals = AuditEvent.objects.filter(action="console.refused", actor=username)
    assert await in_database(refusals.count)() == 1


async def test_operator_opens_no_handheld(deployment: Deployment, alice: User) -> None:
    socket = await open_socket(deployment, alice, page="handheld")

    assert await code_of_refusal(socket) == CloseCode.FORBIDDEN


async def test_unknown_deployment_is_refused(alice: User) -> None:
    socket = await open_socket(Deployment(), alice)

    assert await code_of_refusal(socket) == CloseCode.NOT_FOUND
    refusals = AuditEvent.objects.filter(action="console.refused", actor="alice", deployment=None)
    assert await in_database(refusals.count)() == 1


@pytest.mark.parametrize("status", [Status.DRAFT, Status.AUTHORISED, Status.CLOSED])
async def test_no_console_of_a_deployment_that_is_not_open(alice: User, status: Status) -> None:
    deployment = await in_database(make_deployment)(status=status)

    socket = await open_socket(deployment, alice)

    assert await code_of_refusal(socket) == CloseCode.DEPLOYMENT_CLOSED


async def test_foreign_origin_is_refused_before_anything_is_said(
    deployment: Deployment, alice: User
) -> None:
    socket = await open_socket(deployment, alice, origin=b"https://elsewhere.example")

    with capture_logs() as logs:
        connected, _ = await socket.connect(timeout=5)

    assert not connected
    assert [(line["event"], line["origin"]) for line in logs] == [
        ("socket_refused", "elsewhere.example")
    ]


async def test_lost_role_closes(deployment: Deployment, alice: User) -> None:
    socket = await listening(await open_socket(deployment, alice))

    await in_database(User.objects.filter(pk=alice.pk).update)(roles=[Role.APPLICANT])

    assert await socket.closing_code() == CloseCode.SIGNED_OUT


async def test_nothing_more_is_heard_with_the_role_lost(
    deployment: Deployment, alice: User
) -> None:
    socket = await listening(await open_socket(deployment, alice))

    await in_database(User.objects.filter(pk=alice.pk).update)(roles=[])
    bob = await in_database(person)("bob")
    await in_database(make_alert)(deployment, by=bob)

    assert (await socket.next("event", "bye"))["type"] == "bye"


async def test_deactivated_person_is_closed(deployment: Deployment, alice: User) -> None:
    socket = await listening(await open_socket(deployment, alice))

    await in_database(User.objects.filter(pk=alice.pk).update)(is_active=False)

    assert await socket.closing_code() == CloseCode.SIGNED_OUT


async def test_sign_out_closes(deployment: Deployment, alice: User) -> None:
    cookie = await cookies_of(alice)
    socket = await listening(await open_socket(deployment, alice, cookie=cookie))

    client = Client()
    client.cookies["sessionid"] = cookie.partition(b"=")[2].decode()
    await in_database(client.logout)()

    assert await socket.closing_code() == CloseCode.SIGNED_OUT


async def test_expired_session_closes_opens_nothing_and_is_logged(
    deployment: Deployment, alice: User
) -> None:
    cookie = await cookies_of(alice)
    socket = await listening(await open_socket(deployment, alice, cookie=cookie))

    with capture_logs() as logs:
        await in_database(Session.objects.update)(expire_date="2020-01-01T00:00:00Z")
        assert await socket.closing_code() == CloseCode.SIGNED_OUT
        again = await open_socket(deployment, alice, cookie=cookie)
        assert await code_of_refusal(again) == CloseCode.SIGNED_OUT

    refusals = [line["code"] for line in logs if line["event"] == "socket_refused"]
    assert refusals == [CloseCode.SIGNED_OUT] * 2


async def test_changed_password_closes(deployment: Deployment, alice: User) -> None:
    socket = await listening(await open_socket(deployment, alice))

    await in_database(User.objects.filter(pk=alice.pk).update)(password="!changed")

    assert await socket.closing_code() == CloseCode.SIGNED_OUT


async def test_end_closes_and_what_is_open_can_be_finished(
    deployment: Deployment, alice: User
) -> None:
    socket = await listening(await open_socket(deployment, alice))

    await in_database(lifecycle.end)(deployment, by=alice, reason="The operation is over.")
    assert await socket.closing_code() == CloseCode.DEPLOYMENT_ENDED

    socket = await listening(await open_socket(deployment, alice))
    state = await socket.next("heartbeat")
    assert state["deployment"]["status"] == "ended"
    await in_database(force_status)(deployment, Status.CLOSED)

    assert await socket.closing_code() == CloseCode.DEPLOYMENT_CLOSED


@pytest.mark.parametrize(
    "said",
    [
        {"type": "log.grew"},
        {"type": "join", "group": "console.5b0f7f4e-6c1c-4e6f-9d8e-1d7a3f8f5a10"},
        {"type": "websocket.send", "text": "{}"},
    ],
)
async def test_guessed_group_ends_the_conversation_and_is_logged(
    deployment: Deployment, alice: User, said: dict[str, str]
) -> None:
    """Groups are named on the server; a client has no word for one."""
    socket = await listening(await open_socket(deployment, alice))

    with capture_logs() as logs:
        await socket.send_to(json.dumps(said))
        assert await socket.closing_code() == CloseCode.MALFORMED

    refusals = [line for line in logs if line["event"] == "socket_refused"]
    assert [line["code"] for line in refusals] == [CloseCode.MALFORMED]


async def test_operator_of_another_deployment_takes_nothing_here(
    deployment: Deployment, alice: User
) -> None:
    """They were briefed there and not here: they hear nothing of this one, and a claim with a
    guessed address is refused and logged."""
    other = await in_database(make_deployment)(status=Status.LIVE)
    await in_database(forget_briefing)(deployment, alice)
    cookie = await cookies_of(alice)
    socket = await listening(await open_socket(other, alice, cookie=cookie))
    alert = await in_database(make_alert)(deployment)
    client = Client(headers={"Accept": "application/json"})
    client.cookies["sessionid"] = cookie.partition(b"=")[2].decode()

    with capture_logs() as logs:
        answer = await in_database(client.post)(f"/alerts/{alert.uuid}/claim/", secure=True)

    assert answer.status_code == 409
    assert "briefing of this deployment" in answer.json()["error"]
    refused = [line for line in logs if line["event"] == "decision_refused"]
    assert [(line["view"], line["user"]) for line in refused] == [("claim", alice.pk)]
    own = await in_database(make_alert)(other)
    assert (await socket.next("event"))["alert"]["uuid"] == str(own.uuid)
    await socket.disconnect()
