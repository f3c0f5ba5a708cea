"""What the checks found when recognition was begun, as it was then."""

from django.db import models

from deployments.append_only import append_only
from deployments.models.deployment import Deployment
from deployments.models.person import User


class StartCheckRecord(models.Model):
    """Written with the transition, in its transaction, and never changed.

    `checks` is a list of name, passed, evidence, lines and looked_at."""

    deployment = models.ForeignKey(Deployment, models.PROTECT, related_name="start_check_records")
    transition = models.CharField(max_length=20)
    at = models.DateTimeField(auto_now_add=True)
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    checks = models.JSONField()

    class Meta:
        ordering = ("at", "pk")
        triggers = append_only("start_check")

    def __str__(self) -> str:
        return f"Checks of {self.deployment} at {self.at:%Y-%m-%d %H:%M}"
