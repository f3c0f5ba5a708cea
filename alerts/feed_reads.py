"""What the feed of a deployment reads in one go: new events, rights, and the state of things."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from channels.db import database_sync_to_async
from django.utils import timezone

from alerts import attendance, clock
from alerts import viewers as standing
from alerts.presenters import event_message
from alerts.protocol import MAX_MISSED, CloseCode, Heartbeat
from alerts.queries import cameras_of, deployment_state, is_in_field, log_after, operators_of
from alerts.viewers import Viewer
from deployments.models import Deployment


@dataclass(frozen=True, slots=True)
class Entry:
    """An event as it is sent. `in_field`: it is about an alert that officers were sent to."""

    sequence: int
    text: str
    in_field: bool


@dataclass(frozen=True, slots=True)
class Look:
    """What one read found. `state_text` is empty where it was not asked for."""

    entries: list[Entry]
    refused: list[tuple[Viewer, CloseCode]]
    state_text: str


def read(uuid: UUID, sequence: int, *, viewers: Sequence[Viewer], with_state: bool) -> Look:
    """Events after `sequence`; then the rights, so that none is sent on rights older than itself.
    Without `with_state` the state of things is left out."""
    deployment_id = Deployment.objects.values_list("pk", flat=True).get(uuid=uuid)
    entries = [
        Entry(
            event.sequence,
            json.dumps(event_message(event, missed=False)),
            is_in_field(event),
        )
        for event in log_after(deployment_id, sequence)[:MAX_MISSED]
    ]
    deployment = Deployment.objects.get(pk=deployment_id)
    refused = standing.refused(viewers, deployment)
    text = ""
    if with_state:
        last = entries[-1].sequence if entries else sequence
        text = json.dumps(heartbeat_message(deployment, sequence=last))
    return Look(entries, refused, text)


def pass_time(uuid: UUID, *, present: Sequence[int]) -> None:
    """Note who is here and do what falls due. It waits for the deployment's lock, as a storm of
    alerts does, so no read waits for it; what it changes is told by a knock."""
    deployment_id = Deployment.objects.values_list("pk", flat=True).get(uuid=uuid)
    attendance.note(deployment_id, present)
    clock.tick(deployment_id)


# Of its own thread: a read that waits for the database holds up nobody else's.
look = database_sync_to_async(read, thread_sensitive=False)
time_passes = database_sync_to_async(pass_time, thread_sensitive=False)


def heartbeat_message(deployment: Deployment, *, sequence: int) -> Heartbeat:
    return {
        "type": "heartbeat",
        "sequence": sequence,
        "server_time": timezone.now().timestamp(),
        "deployment": deployment_state(deployment),
        "cameras": cameras_of(deployment),
        "operators": operators_of(deployment, present=attendance.present(deployment)),
    }
