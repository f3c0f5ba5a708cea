"""An alert is locked below its deployment (see deployments.locking)."""

from alerts.models import Alert
from deployments.locking import lock


def lock_alert(alert: Alert) -> Alert:
    """Read the alert and hold it, and its deployment, until the transaction ends."""
    lock(alert.deployment_id)
    return Alert.objects.select_for_update(no_key=True).get(pk=alert.pk)
