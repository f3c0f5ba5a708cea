"""A long answer waits for its reader.

Daphne hands what a view gives to Twisted at once, and Twisted keeps in memory what the reader has
not taken: an export of the audit trail or of an hour's footage would lie there whole, for each slow
connection. Twisted says when enough waits; this makes the next piece wait until it is sent."""

import asyncio
from typing import Any


class Reader:
    """What Twisted calls a push producer: told when to pause and when to go on."""

    def __init__(self) -> None:
        self._takes = asyncio.Event()
        self._takes.set()

    async def takes_more(self) -> None:
        await self._takes.wait()

    def pauseProducing(self) -> None:  # noqa: N802 - Twisted's name
        self._takes.clear()

    def resumeProducing(self) -> None:  # noqa: N802
        self._takes.set()

    def stopProducing(self) -> None:  # noqa: N802
        """Whoever waits finds the connection gone."""
        self._takes.set()


def wait_for_slow_readers() -> None:
    from daphne.server import Server  # type: ignore[import-untyped]

    reply = Server.handle_reply

    async def handle_reply(server: Any, protocol: Any, message: dict[str, Any]) -> None:
        is_body = message["type"] == "http.response.body"
        reader = _reader_of(protocol, goes_on=message.get("more_body", False)) if is_body else None
        await reply(server, protocol, message)
        if reader is not None:
            await reader.takes_more()

    Server.handle_reply = handle_reply


def _reader_of(protocol: Any, *, goes_on: bool) -> Reader | None:
    """From the first piece of several until the last; None for an answer in one."""
    if protocol.finished or protocol.channel is None:
        return None
    if not goes_on:
        protocol.unregisterProducer()
        return None
    if protocol.producer is None:
        protocol.registerProducer(Reader(), streaming=True)
    reader: Reader = protocol.producer
    return reader
