"""The ordered event log of a deployment and the knock on the door that tells consoles to read it.

The knock carries no content and may get lost: a console reads the log from its last sequence on
every knock and on a timer, so nothing is lost, doubled or out of order."""

from asgiref.sync import async_to_sync
from channels.layers import get_channel_layer
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
    deployments = Deployment.objects.filter(pk=alert.deployment_id)
    with transaction.atomic():
        deployments.update(event_sequence=F("event_sequence") + 1)  # holds the row until commit
        sequence, uuid = deployments.values_list("event_sequence", "uuid").get()
        event = AlertEvent.objects.create(
            deployment_id=alert.deployment_id, sequence=sequence, kind=kind, alert=alert
        )
        transaction.on_commit(lambda: knock(uuid), robust=True)
    return event


def knock(deployment_uuid: object) -> None:
    """Tell the deployment's consoles that something changed. Never fails: a lost knock costs a
    console one poll interval."""
    layer = get_channel_layer()
    try:
        async_to_sync(layer.group_send)(console_group(deployment_uuid), {"type": "log.grew"})
    except (OSError, RedisError) as error:
        log.warning("console_knock_failed", error=type(error).__name__)
