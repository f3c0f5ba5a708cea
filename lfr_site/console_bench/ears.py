"""Many consoles in a process of their own, without a screen: each keeps what it hears, and when.

Reads its task as JSON from the first line of its input, says "ready" once every console has its
snapshot, and at the next line, a JSON with the last sequence there is, waits for it and reports."""

import asyncio
import json
import sys
import time
from dataclasses import dataclass, field
from typing import Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Origin

ACK_EVERY_S = 0.5
CATCHES_UP_WITHIN_S = 60.0
TOGETHER = 20  # sockets opened at once


@dataclass(slots=True)
class Ear:
    """`order` are the sequences as they came; a resynchronisation stands for all up to its own."""

    order: list[int] = field(default_factory=list)
    raised: dict[str, float] = field(default_factory=dict)
    resyncs: int = 0
    sequence: int = -1
    opened_at: float = 0.0
    caught_up_at: float = 0.0

    def hear(self, text: str) -> None:
        now = time.time()
        message: dict[str, Any] = json.loads(text)
        if message["type"] in ("snapshot", "resync"):
            self.resyncs += message["type"] == "resync"
            self.sequence = message["sequence"]
        elif message["type"] == "event":
            self.order.append(message["sequence"])
            self.sequence = max(self.sequence, message["sequence"])
            self.caught_up_at = now
            if message["kind"] == "raised":
                self.raised.setdefault(message["alert"]["uuid"], now)


async def listen(ear: Ear, task: dict[str, Any], cookie: str, gate: asyncio.Semaphore) -> None:
    async with gate:
        ear.opened_at = time.time()
        connection = await connect(
            task["socket"],
            origin=Origin(task["origin"]),
            additional_headers={"Cookie": cookie},
            max_size=None,
            open_timeout=60,
            ping_interval=None,
            compression=None,
        )
    acknowledging = asyncio.create_task(acknowledge(ear, connection))
    try:
        async for text in connection:
            ear.hear(str(text))
    finally:
        acknowledging.cancel()


async def acknowledge(ear: Ear, connection: ClientConnection) -> None:
    while True:
        await asyncio.sleep(ACK_EVERY_S)
        if ear.sequence >= 0:
            await connection.send(json.dumps({"type": "ack", "sequence": ear.sequence}))


async def until(condition: Any, *, within_s: float) -> bool:
    deadline = time.monotonic() + within_s
    while not condition():
        if time.monotonic() > deadline:
            return False
        await asyncio.sleep(0.02)
    return True


async def main() -> None:
    task = json.loads(sys.stdin.readline())
    ears = [Ear() for _ in range(task["count"])]
    gate = asyncio.Semaphore(TOGETHER)
    cookies = task["cookies"]
    listening = [
        asyncio.create_task(listen(ear, task, cookies[index % len(cookies)], gate))
        for index, ear in enumerate(ears)
    ]
    say("ready" if await until(lambda: all(e.sequence >= 0 for e in ears), within_s=120) else "no")
    line = await asyncio.get_running_loop().run_in_executor(None, sys.stdin.readline)
    last = json.loads(line)["last"]
    await until(lambda: all(e.sequence >= last for e in ears), within_s=CATCHES_UP_WITHIN_S)
    say(json.dumps({"ears": [report(ear) for ear in ears]}))
    for each in listening:
        each.cancel()


def report(ear: Ear) -> dict[str, Any]:
    return {
        "order": ear.order,
        "raised": ear.raised,
        "resyncs": ear.resyncs,
        "sequence": ear.sequence,
        "catch_up_s": ear.caught_up_at - ear.opened_at,
    }


def say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    asyncio.run(main())
