"""The published result: outcomes after (REQUIREMENTS 8). Numbers only, so it is kept."""

from django.db import models

from deployments.models.deployment import Deployment


class DeploymentResult(models.Model):
    deployment = models.OneToOneField(Deployment, models.PROTECT, related_name="result")
    published_at = models.DateTimeField(auto_now_add=True)
    watchlist_size = models.PositiveIntegerField()
    faces_seen = models.PositiveIntegerField()
    alerts = models.PositiveIntegerField()
    true_alerts = models.PositiveIntegerField()
    false_alerts = models.PositiveIntegerField()
    # Of these, what officers found on the ground.
    confirmed_true_alerts = models.PositiveIntegerField(default=0)
    confirmed_false_alerts = models.PositiveIntegerField(default=0)
    undecided_alerts = models.PositiveIntegerField()
    engagements = models.PositiveIntegerField()
    outcomes = models.JSONField(default=dict)
    profile_version = models.CharField(max_length=80)
    threshold = models.FloatField()

    def __str__(self) -> str:
        return f"Result of {self.deployment}"

    @property
    def false_alert_rate(self) -> float | None:
        """False alerts over faces seen, 0 to 1; None where nobody was seen."""
        return self.false_alerts / self.faces_seen if self.faces_seen else None
