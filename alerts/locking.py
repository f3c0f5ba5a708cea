"""An alert is locked below its deployment (see deployments.locking)."""

from alerts.models import Alert
from deployments.locking import lock


def lock_alert(alert: Alert) -> Alert:
    """Read the alert and hold it, and its deployment, until the transaction ends."""
    lock(alert.deployment_id)
    return _held(alert)


def lock_alert_alone(alert: Alert) -> Alert:
    """For whoever goes on to lock nothing else, the deployment and the audit chain included: what
    an operator is writing down holds up no other alert."""
    return _held(alert)


def _held(alert: Alert) -> Alert:
    return Alert.objects.select_for_update(no_key=True).get(pk=alert.pk)
