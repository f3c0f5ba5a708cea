"""The wire between a console in a browser and the server: it can be cut, fall silent and say things
twice, and knows what the page must make of what came through."""

import json
import re
from typing import Any
from urllib.parse import parse_qs, urlparse

from playwright.sync_api import Page, WebSocketRoute

LOST = 3001  # no code of the protocol: the page is to come back by itself


class Wire:
    """`handled` is the model: the newest sequence that the page has handled. What contradicts the
    protocol on either side is in `faults`; a handler of Playwright's cannot fail a test."""

    def __init__(self, page: Page) -> None:
        self.faults: list[str] = []
        self.is_cut = False
        self.handled: int | None = None
        self._head = 0
        self._route: WebSocketRoute | None = None
        self._server: WebSocketRoute | None = None
        self._is_held = self._may_resync = False
        self._waiting: list[str] = []
        self._events: list[str] = []
        page.route_web_socket(re.compile(r"/ws/"), self._join)

    @property
    def is_open(self) -> bool:
        return not self.is_cut and not self._is_held

    def begin(self) -> None:
        """The page is loaded anew and remembers nothing."""
        self.is_cut = self._is_held = self._may_resync = False
        self.handled, self._waiting, self._events = None, [], []
        self._route = self._server = None

    def cut(self) -> None:
        self.is_cut = True
        route, server, self._route, self._server = self._route, self._server, None, None
        if route is not None and server is not None:
            server.close()
            route.close(code=LOST)
        self._waiting, self._is_held = [], False

    def mend(self) -> None:
        self.is_cut = False

    def hold(self) -> None:
        self._is_held = True

    def release(self) -> None:
        """What waited comes all at once. The server may have given the page up for slow."""
        self._is_held, self._may_resync = False, True
        waiting, self._waiting = self._waiting, []
        for text in waiting:
            self._deliver(text)

    def repeat(self, count: int) -> None:
        """The last events once more. The page has handled them: the model does not change."""
        if self._route is not None:
            for text in self._events[-count:]:
                self._route.send(text)

    def _join(self, route: WebSocketRoute) -> None:
        if self.is_cut:
            route.close(code=LOST)
            return
        since = parse_qs(urlparse(route.url).query).get("since", [None])[0]
        if since != (None if self.handled is None else str(self.handled)):
            self._fault(f"resumed from {since}, had handled {self.handled}")
        self._route, self._server = route, route.connect_to_server()
        self._waiting = []
        server = self._server
        server.on_message(lambda text: self._hear(server, str(text)))
        route.on_message(lambda text: self._acknowledged(server, str(text)))

    def _hear(self, server: WebSocketRoute, text: str) -> None:
        if server is not self._server:
            return
        if self._is_held:
            self._waiting.append(text)
        else:
            self._deliver(text)

    def _deliver(self, text: str) -> None:
        if self._route is None:
            return
        self._route.send(text)
        self._handle(json.loads(text))
        if json.loads(text)["type"] == "event":
            self._events.append(text)

    def _handle(self, message: dict[str, Any]) -> None:
        kind, sequence = message["type"], message.get("sequence")
        if kind == "hello":
            self._head = message["sequence"]
        elif kind in ("snapshot", "resync"):
            if (kind == "snapshot") != (self.handled is None):
                self._fault(f"{kind} at {self.handled}")
            if kind == "resync" and not self._may_resync:
                self._fault("resynchronised without a reason")
            self.handled, self._may_resync = sequence, False
        elif kind == "event":
            if self.handled is None or sequence != self.handled + 1:
                self._fault(f"event {sequence} after {self.handled}")
            if message["missed"] != (message["sequence"] <= self._head):
                self._fault(f"event {sequence} marked {message['missed']}")
            self.handled = sequence

    def _acknowledged(self, server: WebSocketRoute, text: str) -> None:
        """The page says what it has handled: never more than came through."""
        if server is not self._server:
            return
        said = json.loads(text)
        if said["type"] != "ack" or said["sequence"] > (self.handled or 0):
            self._fault(f"the page said {text}, had handled {self.handled}")
        server.send(text)

    def _fault(self, words: str) -> None:
        self.faults.append(words)
