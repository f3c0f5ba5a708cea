"""Measured accuracy of a model profile: what a deployment's threshold must rest on.

Figures about pictures of a data set, nothing personal. Rows are written once, by
`recognition.operating_points`."""

from django.db import models
from django.db.models import F, Q


class OperatingPoint(models.Model):
    """At `threshold`, on a watchlist of `watchlist` people, so many false alerts and so many found.

    `target_fpir` is the rate that the threshold was set for, `fpir` the one measured there with
    Wilson's interval at 95 %; `is_carried` says whether there were non-mated probes enough to
    measure it. The rows of one evaluation share `measured_at`.
    """

    profile = models.CharField(max_length=40)
    profile_version = models.CharField(max_length=80)
    dataset = models.CharField(max_length=120)
    target_fpir = models.FloatField()
    threshold = models.FloatField()
    fpir = models.FloatField()
    fpir_low = models.FloatField()
    fpir_high = models.FloatField()
    tpir = models.FloatField()
    tpir_low = models.FloatField()
    tpir_high = models.FloatField()
    is_carried = models.BooleanField()
    watchlist = models.PositiveIntegerField()
    mated = models.PositiveIntegerField()
    non_mated = models.PositiveIntegerField()
    failure_to_acquire = models.FloatField()
    draws = models.PositiveIntegerField()
    seed = models.PositiveBigIntegerField()
    measured_at = models.DateTimeField()

    class Meta:
        ordering = ("profile_version", "-measured_at", "-target_fpir")
        constraints = [
            models.CheckConstraint(
                condition=Q(tpir_low__lte=F("tpir"), tpir__lte=F("tpir_high"))
                & Q(fpir_low__lte=F("fpir"), fpir__lte=F("fpir_high")),
                name="operating_point_within_its_interval",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.profile_version} at {self.threshold:.4f}"
