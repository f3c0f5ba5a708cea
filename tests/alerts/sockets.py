"""Sockets of signed-in people, through the whole ASGI application: origin, session, routing."""

import json
from typing import Any

from asgiref.testing import ApplicationCommunicator
from channels.db import database_sync_to_async
from channels.testing import WebsocketCommunicator
from django.test import Client

from deployments.models import Deployment, User

ORIGIN = b"http://localhost"


@database_sync_to_async
def cookies_of(user: User) -> bytes:
    """The session cookie of a fresh sign-in."""
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return f"sessionid={client.cookies['sessionid'].value}".encode()


class Socket(WebsocketCommunicator):
    """Speaks the protocol: skips heartbeats unless asked for them."""

    # Channels' own versions keep database connections open for tests inside a transaction; these
    # tests commit, and the feed reads in threads of its own.
    send_input = ApplicationCommunicator.send_input
    receive_output = ApplicationCommunicator.receive_output

    async def next(self, *types: str, timeout_s: float = 5.0) -> dict[str, Any]:
        """The next message that is no heartbeat, or the next of these types."""
        while True:
            message: dict[str, Any] = json.loads(await self.receive_from(timeout_s))
            if message["type"] in types or (not types and message["type"] != "heartbeat"):
                return message

    async def closing_code(self, timeout_s: float = 5.0) -> int:
        while True:
            output = await self.receive_output(timeout_s)
            if output["type"] == "websocket.close":
                return int(output["code"])

    async def events(self, count: int) -> list[dict[str, Any]]:
        return [await self.next("event") for _ in range(count)]


async def open_socket(
    deployment: Deployment,
    user: User | None,
    *,
    page: str = "console",
    since: int | None = None,
    versions: str = "",
    cookie: bytes | None = None,
    origin: bytes = ORIGIN,
) -> Socket:
    if cookie is None and user is not None:
        cookie = await cookies_of(user)
    from lfr_site.asgi import application  # builds the middleware, which wants the test's settings

    query = f"?versions={versions}" + ("" if since is None else f"&since={since}")
    headers = [(b"origin", origin), (b"host", b"localhost")]
    if cookie:
        headers.append((b"cookie", cookie))
    return Socket(application, f"/ws/deployments/{deployment.uuid}/{page}/{query}", headers)
