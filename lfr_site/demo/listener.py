"""A console's ear: keeps what the server says and when it was heard."""

import json
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Origin

from lfr_site.demo.visitor import Visitor


@dataclass(slots=True)
class Heard:
    """An alert as the console first heard of it. Times are seconds since 1970."""

    facts: dict[str, Any]
    heard_at: float

    @property
    def latency_ms(self) -> float:
        """From the capture of the picture to this console."""
        return 1000 * (self.heard_at - float(self.facts["captured_at"]))


@dataclass(slots=True)
class ConsoleListener:
    """Listens on a thread until the server says goodbye or `close` is called."""

    connection: ClientConnection
    alerts: dict[str, Heard] = field(default_factory=dict)
    state: dict[str, Any] = field(default_factory=dict)
    sequences: list[int] = field(default_factory=list)
    closed_at: float = 0.0  # in seconds since 1970; 0 while it is open
    _changed: threading.Condition = field(default_factory=threading.Condition)

    def start(self) -> "ConsoleListener":
        threading.Thread(target=self._listen, daemon=True).start()
        return self

    def wait_for(self, condition: Callable[["ConsoleListener"], bool], *, timeout_s: float) -> bool:
        with self._changed:
            return self._changed.wait_for(lambda: condition(self), timeout=timeout_s)

    def close(self) -> None:
        self.connection.close()

    def _listen(self) -> None:
        with suppress(ConnectionClosed):
            for text in self.connection:
                heard_at = time.time()
                with self._changed:
                    self._take(json.loads(text), heard_at)
                    self._changed.notify_all()
        with self._changed:
            self.closed_at = time.time()
            self._changed.notify_all()

    def _take(self, message: dict[str, Any], heard_at: float) -> None:
        if message["type"] == "heartbeat":
            self.state = message
            self._acknowledge(message["sequence"])
        elif message["type"] == "snapshot":
            for facts in message["alerts"]:
                self.alerts.setdefault(facts["uuid"], Heard(facts, heard_at))
        elif message["type"] == "event":
            self.sequences.append(message["sequence"])
            self.alerts.setdefault(message["alert"]["uuid"], Heard(message["alert"], heard_at))
            self.alerts[message["alert"]["uuid"]].facts = message["alert"]
            self._acknowledge(message["sequence"])

    def _acknowledge(self, sequence: int) -> None:
        self.connection.send(json.dumps({"type": "ack", "sequence": sequence}))


def listen(visitor: Visitor, path: str) -> ConsoleListener:
    """Open the socket as this signed-in person."""
    cookies = "; ".join(f"{name}={value}" for name, value in visitor.session.cookies.items())
    connection = connect(
        visitor.base_url.replace("http", "ws", 1) + path,
        origin=Origin(visitor.base_url),
        additional_headers={"Cookie": cookies},
    )
    return ConsoleListener(connection).start()
