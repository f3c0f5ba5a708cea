"""What consoles missed, made ready once for all that come back: when a server was away, hundreds
ask for the same events at the same moment.

Held for each deployment: its last events and the facts of their alerts *as they are now*. A look at
the log adds what is new and renews the facts of the alerts concerned, so that an event of a minute
ago shows who has dealt with it since."""

import json
from collections import OrderedDict, deque
from dataclasses import dataclass, field
from threading import Lock
from uuid import UUID

from alerts.models import AlertEvent
from alerts.permissions import FIELD_STATES
from alerts.presenters import event_message
from alerts.protocol import MAX_MISSED, Audience
from alerts.queries import FIELD_KINDS, log_after
from deployments.models import Deployment

# Deployments whose last events a process holds.
MOST_HELD = 8


@dataclass(frozen=True, slots=True)
class Missed:
    """`frame` is the message without its alert."""

    sequence: int
    alert_id: int
    kind: str
    frame: str


@dataclass(frozen=True, slots=True)
class Facts:
    text: str
    is_in_field: bool


@dataclass
class Held:
    """Events after `first`, up to `head`, of one deployment."""

    first: int
    head: int
    events: deque[Missed] = field(default_factory=lambda: deque(maxlen=MAX_MISSED))
    facts: dict[int, Facts] = field(default_factory=dict)
    lock: Lock = field(default_factory=Lock)

    def covers(self, since: int) -> bool:
        oldest = self.events[0].sequence - 1 if self.events else self.first
        return since >= oldest

    def reach(self, deployment_id: int, head: int) -> None:
        if self.head >= head:
            return
        for event in log_after(deployment_id, self.head).filter(sequence__lte=head):
            self._take(event)
        wanted = {event.alert_id for event in self.events}
        self.facts = {pk: facts for pk, facts in self.facts.items() if pk in wanted}

    def texts(self, since: int, until: int, *, audience: Audience) -> list[str]:
        return [
            f'{event.frame[:-1]}, "alert": {self.facts[event.alert_id].text}}}'
            for event in self.events
            if since < event.sequence <= until
            and (audience == Audience.CONSOLE or self._is_in_field(event))
        ]

    def _is_in_field(self, event: Missed) -> bool:
        return event.kind in FIELD_KINDS and self.facts[event.alert_id].is_in_field

    def _take(self, event: AlertEvent) -> None:
        message = dict(event_message(event, missed=True))
        facts = json.dumps(message.pop("alert"))
        self.facts[event.alert_id] = Facts(facts, event.alert.status in FIELD_STATES)
        self.events.append(Missed(event.sequence, event.alert_id, event.kind, json.dumps(message)))
        self.head = event.sequence


_held: OrderedDict[UUID, Held] = OrderedDict()
_lock = Lock()


def missed(deployment: Deployment, since: int, until: int, *, audience: Audience) -> list[str]:
    """The messages of the events after `since` and up to `until`, at most MAX_MISSED of them."""
    held = _of(deployment, since)
    with held.lock:
        held.reach(deployment.pk, until)
        return held.texts(since, until, audience=audience)


def _of(deployment: Deployment, since: int) -> Held:
    with _lock:
        held = _held.get(deployment.uuid)
        if held is None or not held.covers(since):
            held = _held[deployment.uuid] = Held(first=since, head=since)
        _held.move_to_end(deployment.uuid)
        while len(_held) > MOST_HELD:
            _held.popitem(last=False)
        return held
