"""One reader of a deployment's log a process, whatever the number of consoles.

It reads on every knock and at least twice a second, asks for the rights of everyone listening in
the same breath, keeps the last events as text and wakes the sockets, which take what they have not
sent yet. A lost knock, or a Redis that is down, costs half a second."""

import asyncio
from collections import deque
from contextlib import suppress
from dataclasses import dataclass, field
from time import monotonic
from uuid import UUID
from weakref import WeakKeyDictionary

from django.db import DatabaseError
from redis.exceptions import RedisError
from structlog import get_logger

from alerts.events import channel_layer, console_group
from alerts.feed_reads import Entry, Look, look, time_passes
from alerts.protocol import HEARTBEAT_S, LOOK_S, MAX_MISSED, Audience
from alerts.viewers import Viewer

log = get_logger(__name__)

# Knocks closer together than this are answered with one read.
GATHER_S = 0.02
RETRY_S = 1.0


@dataclass(eq=False)
class Feed:
    """The log of one deployment, while anyone listens."""

    uuid: UUID
    sequence: int
    entries: deque[Entry] = field(default_factory=lambda: deque(maxlen=MAX_MISSED))
    viewers: set[Viewer] = field(default_factory=set)
    state_text: str = ""
    state_number: int = 0
    _knocked: asyncio.Event = field(default_factory=asyncio.Event)
    _tasks: list[asyncio.Task[None]] = field(default_factory=list)

    def start(self) -> None:
        forever = (self._read(), self._listen(), self._pass_time())
        self._tasks = [asyncio.get_running_loop().create_task(each) for each in forever]

    async def stop(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def after(self, sequence: int, *, audience: Audience) -> list[Entry] | None:
        """Events later than `sequence`, in order; None where they are no longer held."""
        missing = self.sequence - sequence
        if missing <= 0:
            return []
        if missing > len(self.entries):
            return None
        later = list(self.entries)[-missing:]
        return [entry for entry in later if entry.in_field or audience == Audience.CONSOLE]

    async def _read(self) -> None:
        """Look, wake, wait, for ever. A database that is away is asked again."""
        state_at = looked_at = 0.0
        while True:
            with_state = monotonic() - state_at >= HEARTBEAT_S
            try:
                seen = await self._look(with_state=with_state)
            except DatabaseError as error:
                log.warning("console_feed_failed", error=type(error).__name__)
                await asyncio.sleep(RETRY_S)
                continue
            looked_at = monotonic()
            state_at = looked_at if with_state else state_at
            self._take(seen)
            await asyncio.sleep(GATHER_S)
            with suppress(TimeoutError):
                next_at = min(state_at + HEARTBEAT_S, looked_at + LOOK_S)
                left = max(0.0, next_at - monotonic())
                await asyncio.wait_for(self._knocked.wait(), timeout=left)

    async def _pass_time(self) -> None:
        while True:
            present = [viewer.user_id for viewer in self.viewers if viewer.is_here]
            try:
                await time_passes(self.uuid, present=present)
            except DatabaseError as error:
                log.warning("console_clock_failed", error=type(error).__name__)
            await asyncio.sleep(HEARTBEAT_S)

    async def _look(self, *, with_state: bool) -> Look:
        self._knocked.clear()  # before the read: a knock during it asks for another
        viewers = list(self.viewers)
        return await look(self.uuid, self.sequence, viewers=viewers, with_state=with_state)

    def _take(self, seen: Look) -> None:
        for viewer, code in seen.refused:
            viewer.end(code)
        if seen.entries:
            self.entries.extend(seen.entries)
            self.sequence = seen.entries[-1].sequence
        if seen.state_text:
            self.state_text = seen.state_text
            self.state_number += 1
        if seen.entries or seen.state_text:
            for viewer in self.viewers:
                viewer.woken.set()

    async def _listen(self) -> None:
        """Hear the knocks of the deployment's group; come back when Redis does."""
        while True:
            try:
                await self._hear()
            except (OSError, RedisError) as error:
                log.warning("console_knocks_lost", error=type(error).__name__)
                await asyncio.sleep(RETRY_S)

    async def _hear(self) -> None:
        layer = channel_layer()
        channel = await layer.new_channel()
        group = console_group(self.uuid)
        await layer.group_add(group, channel)
        try:
            while True:
                await layer.receive(channel)
                self._knocked.set()
        finally:
            with suppress(OSError, RedisError):
                await layer.group_discard(group, channel)


# A loop has its own feeds: tests and servers may run several loops in one process.
_feeds: WeakKeyDictionary[asyncio.AbstractEventLoop, dict[UUID, Feed]] = WeakKeyDictionary()


def join(uuid: UUID, viewer: Viewer, *, sequence: int) -> Feed:
    """The deployment's feed; its first viewer begins it at the `sequence` they have read."""
    feeds = _feeds.setdefault(asyncio.get_running_loop(), {})
    feed = feeds.get(uuid)
    if feed is None:
        feed = feeds[uuid] = Feed(uuid, sequence)
        feed.start()
    feed.viewers.add(viewer)
    return feed


async def leave(feed: Feed, viewer: Viewer) -> None:
    feed.viewers.discard(viewer)
    if not feed.viewers:
        feeds = _feeds.get(asyncio.get_running_loop(), {})
        if feeds.get(feed.uuid) is feed:
            del feeds[feed.uuid]
        await feed.stop()
