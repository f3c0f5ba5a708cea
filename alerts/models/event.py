"""What happened to alerts, in the one order that every console shows.

`sequence` counts within a deployment and is taken under the deployment's row lock, so events
cannot commit out of order. Ids only: what a console needs it asks for, with its rights checked."""

from django.db import models

from alerts.enums import EventKind
from alerts.models.alert import Alert
from deployments.append_only import append_only
from deployments.models import Deployment


class AlertEvent(models.Model):
    deployment = models.ForeignKey(Deployment, models.PROTECT, related_name="alert_events")
    sequence = models.PositiveBigIntegerField()
    kind = models.CharField(max_length=12, choices=EventKind)
    alert = models.ForeignKey(Alert, models.PROTECT, related_name="events")
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("deployment", "sequence")
        constraints = [
            models.UniqueConstraint(
                fields=("deployment", "sequence"), name="one_order_of_events_a_deployment"
            ),
        ]
        triggers = append_only("alert_event")

    def __str__(self) -> str:
        return f"{self.sequence} {self.kind}"
