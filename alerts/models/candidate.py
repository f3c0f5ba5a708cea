"""The other people of the watchlist who are almost as similar, for the operator to compare with.
They go with the alert, and with their entry."""

from django.db import models

from alerts.models.alert import Alert
from deployments.models import WatchlistEntry


class OtherCandidate(models.Model):
    """`rank` 1 is the nearest after the alert's own entry."""

    alert = models.ForeignKey(Alert, models.PROTECT, related_name="others")
    entry = models.ForeignKey(WatchlistEntry, models.CASCADE, related_name="other_alerts")
    rank = models.PositiveSmallIntegerField()
    similarity = models.FloatField()

    class Meta:
        ordering = ("alert", "rank")
        constraints = [
            models.UniqueConstraint(fields=("alert", "entry"), name="candidate_once_an_alert"),
            models.UniqueConstraint(fields=("alert", "rank"), name="candidates_in_one_order"),
        ]

    def __str__(self) -> str:
        return f"Candidate {self.rank} of {self.alert}"
