"""The ordered event log of a deployment and the knock on the door that tells consoles to read it.

The knock carries no content and may get lost: a console reads the log from its last sequence on
every knock and on a timer, so nothing is lost, doubled or out of order."""

import asyncio
import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Lock

from channels.layers import BaseChannelLayer, get_channel_layer
from django.core.exceptions import ImproperlyConfigured
from django.db import transaction
from django.db.models import F
from redis.exceptions import RedisError
from structlog import get_logger

from alerts.enums import EventKind
from alerts.models import Alert, AlertEvent
from deployments.models import Deployment

log = get_logger(__name__)


def console_group(deployment_uuid: object) -> str:
    return f"console.{deployment_uuid}"


def emit(alert: Alert, kind: EventKind) -> AlertEvent:
    """Append to the log, within the caller's transaction if there is one, and knock after it
    commits."""
    return _append(alert.deployment_id, [alert.pk], kind)[0]


def emit_each(deployment: Deployment, alert_ids: Sequence[int], kind: EventKind) -> None:
    """The same for several alerts at once, in their order."""
    if alert_ids:
        _append(deployment.pk, alert_ids, kind)


def _append(deployment_id: int, alert_ids: Sequence[int], kind: EventKind) -> list[AlertEvent]:
    deployments = Deployment.objects.filter(pk=deployment_id)
    count = len(alert_ids)
    with transaction.atomic():
        # Holds the row until the commit.
        deployments.update(event_sequence=F("event_sequence") + count)
        last, uuid = deployments.values_list("event_sequence", "uuid").get()
        events = AlertEvent.objects.bulk_create(
            AlertEvent(deployment_id=deployment_id, sequence=sequence, kind=kind, alert_id=pk)
            for sequence, pk in enumerate(alert_ids, start=last - count + 1)
        )
        transaction.on_commit(lambda: knock(uuid), robust=True)
    return events


def channel_layer() -> BaseChannelLayer:
    layer = get_channel_layer()
    if layer is None:
        raise ImproperlyConfigured("CHANNEL_LAYERS names no default layer.")
    return layer


def knock(deployment_uuid: object) -> None:
    """Tell the deployment's consoles that something changed. Never fails and never waits: it runs
    in a thread of its own, and a lost knock costs a console one heartbeat."""
    group = console_group(deployment_uuid)
    with _lock:
        if group in _waiting:
            return  # the one on its way tells of this as well
        _waiting.add(group)
    _knocker.submit(_send, group)


def _send(group: str) -> None:
    with _lock:
        _waiting.discard(group)
    try:
        asyncio.run(channel_layer().group_send(group, {"type": "log.grew"}))
    except (OSError, RedisError, RuntimeError) as error:  # RuntimeError: the interpreter ends
        log.warning("console_knock_failed", error=type(error).__name__)


def _begin_anew() -> None:
    """A forked process has the list of threads but not the threads."""
    global _knocker, _lock  # noqa: PLW0603
    _lock = Lock()
    _knocker = ThreadPoolExecutor(max_workers=1, thread_name_prefix="knock")
    _waiting.clear()


_lock = Lock()
_waiting: set[str] = set()
_knocker = ThreadPoolExecutor(max_workers=1, thread_name_prefix="knock")
os.register_at_fork(after_in_child=_begin_anew)
