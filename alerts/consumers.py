"""The WebSocket of the operators' console and of the officers' handheld.

A socket begins with what is open, or with what was missed since a sequence, and then sends each
event once and in order. `docs/protocol.md` describes the messages and the closing codes."""

import asyncio
import json
from contextlib import suppress
from time import monotonic
from typing import Any
from urllib.parse import parse_qs

from channels.generic.websocket import AsyncWebsocketConsumer
from django.db import DatabaseError
from structlog import get_logger

from alerts import feed as feeds
from alerts.delivery import Delivery, Step
from alerts.feed import Feed
from alerts.opening import Opening, Refusal, Request, open_socket, snapshot_text
from alerts.protocol import MAX_CLIENT_MESSAGE, Audience, CloseCode, bye, parse_ack
from alerts.viewers import Viewer

log = get_logger(__name__)


class ConsoleConsumer(AsyncWebsocketConsumer):
    """An operator's console."""

    audience = Audience.CONSOLE
    # The feed listens for all sockets of a deployment; a socket needs no channel of its own, and
    # so opens, and catches up, while Redis is away.
    channel_layer_alias = "none"

    viewer: Viewer | None = None
    feed: Feed | None = None
    pump: asyncio.Task[None] | None = None

    async def connect(self) -> None:
        await self.accept()
        opening = await self._open()
        if isinstance(opening, Refusal):
            await self._close(opening.code)
            return
        self.delivery = Delivery(opening.sequence, heard_at=monotonic())
        self.viewer = opening.viewer
        self.feed = feeds.join(opening.deployment_uuid, opening.viewer, sequence=opening.sequence)
        self.pump = asyncio.create_task(self._pump(self.feed, opening))

    async def disconnect(self, code: int) -> None:
        if self.pump is not None and self.pump is not asyncio.current_task():
            self.pump.cancel()
            with suppress(asyncio.CancelledError):
                await self.pump
        if self.feed is not None and self.viewer is not None:
            await feeds.leave(self.feed, self.viewer)

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        """An acknowledgement; anything else ends the conversation."""
        sequence = _acknowledged(text_data)
        if sequence is None:
            await self._refuse(CloseCode.MALFORMED)
        elif self.viewer is not None:
            self.viewer.heard_at = monotonic()
            self.delivery.acknowledge(sequence, now=self.viewer.heard_at)
            if self.delivery.is_held:
                self.viewer.woken.set()

    async def _open(self) -> Opening | Refusal:
        try:
            return await open_socket(self.scope, self._request())
        except DatabaseError as error:
            log.warning("console_open_failed", error=type(error).__name__)
            return Refusal(CloseCode.TRY_AGAIN)

    def _request(self) -> Request:
        """What the address asks for. `since` is where the client left off: None where it never
        was here or says it badly."""
        query = parse_qs(self.scope.get("query_string", b"").decode("latin-1"))
        since = query.get("since", [""])[0]
        return Request(
            audience=self.audience,
            since=int(since) if since.isascii() and since.isdigit() else None,
            versions=tuple(query.get("versions", [""])[0].replace(",", " ").split()),
        )

    async def _pump(self, feed: Feed, opening: Opening) -> None:
        """Send what opens the connection, then whatever the feed has that was not sent."""
        for text in opening.texts:
            await self.send(text)
        shown = -1
        while True:
            if opening.viewer.over is not None:
                await self._close(opening.viewer.over)
                return
            await self._send_new(feed, opening)
            if feed.state_number != shown and feed.state_text:
                shown = feed.state_number
                await self.send(feed.state_text)
            await opening.viewer.woken.wait()
            opening.viewer.woken.clear()

    async def _send_new(self, feed: Feed, opening: Opening) -> None:
        step = self.delivery.next_step(now=monotonic())
        if step == Step.CLOSE:
            opening.viewer.end(CloseCode.TOO_SLOW)
        elif step == Step.RESYNCHRONISE:
            await self._resynchronise(opening)
        elif step == Step.SEND:
            entries = feed.after(self.delivery.sent, audience=self.audience)
            if entries is None:
                await self._resynchronise(opening)
                return
            sequence = feed.sequence  # before the first await: the feed goes on meanwhile
            for entry in entries:
                await self.send(entry.text)
            self.delivery.sent_up_to(sequence, now=monotonic())

    async def _resynchronise(self, opening: Opening) -> None:
        with suppress(DatabaseError):  # the next heartbeat tries again
            sequence, text = await snapshot_text(opening.deployment_uuid, self.audience)
            await self.send(text)
            self.delivery.restart(sequence)

    async def _refuse(self, code: CloseCode) -> None:
        """Let the pump close, so that nothing is sent after the close."""
        if self.viewer is None:
            await self._close(code)
        else:
            self.viewer.end(code)

    async def _close(self, code: CloseCode) -> None:
        log.warning("socket_refused", audience=self.audience.value, code=code.value)
        await self.send(json.dumps(bye(code)))
        await self.close(code.value)


class HandheldConsumer(ConsoleConsumer):
    """An engagement officer's handheld: only alerts that officers were sent to."""

    audience = Audience.HANDHELD


def _acknowledged(text: str | None) -> int | None:
    if text is None or len(text) > MAX_CLIENT_MESSAGE:
        return None
    try:
        content: Any = json.loads(text)
    except ValueError:
        return None
    return parse_ack(content)
