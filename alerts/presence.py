"""Who has a console of a deployment open, in this process and in the others."""

from collections.abc import Iterable
from time import monotonic
from typing import Any
from uuid import uuid4

from alerts.protocol import HEARTBEAT_S, Audience
from alerts.viewers import Viewer

HERE = "console.here"
# What this process is called in its announcements.
PROCESS = uuid4().hex
GONE_AFTER_S = 4 * HEARTBEAT_S


class Presence:
    """Operators by id and name. What another process said counts until it goes quiet."""

    def __init__(self) -> None:
        self._elsewhere: dict[str, tuple[float, list[tuple[int, str]]]] = {}

    def hear(self, process: str, people: Iterable[tuple[int, str]]) -> None:
        if process != PROCESS:
            said = [(int(pk), str(name)) for pk, name in people]
            self._elsewhere[process] = (monotonic(), said)

    def people(self, viewers: Iterable[Viewer]) -> dict[int, str]:
        now = monotonic()
        self._elsewhere = {
            process: said
            for process, said in self._elsewhere.items()
            if now - said[0] < GONE_AFTER_S
        }
        everyone = here(viewers)
        for _, people in self._elsewhere.values():
            everyone |= dict(people)
        return everyone


def here(viewers: Iterable[Viewer]) -> dict[int, str]:
    return {
        viewer.user_id: viewer.name for viewer in viewers if viewer.audience == Audience.CONSOLE
    }


def announcement(viewers: Iterable[Viewer]) -> dict[str, Any]:
    """What this process tells the others, once a heartbeat."""
    return {"type": HERE, "process": PROCESS, "people": list(here(viewers).items())}
