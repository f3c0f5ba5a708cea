"""What a person is trained to do, until when, and the briefing they had before a deployment."""

import pgtrigger
from django.db import models
from django.db.models import F, Q

from deployments.append_only import append_only
from deployments.enums import TrainingKind
from deployments.models.deployment import Deployment
from deployments.models.person import User


class Training(models.Model):
    """One course of one person, as the system administrator recorded it. Training that no longer
    counts expires earlier; it is never taken off the record."""

    person = models.ForeignKey(User, models.PROTECT, related_name="trainings")
    kind = models.CharField("trained as", max_length=30, choices=TrainingKind)
    completed_on = models.DateField()
    expires_on = models.DateField(help_text="The last day on which it counts.")
    recorded_by = models.ForeignKey(User, models.PROTECT, related_name="+", editable=False)
    recorded_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("person", "kind", "-expires_on")
        verbose_name_plural = "training"
        constraints = [
            models.CheckConstraint(
                condition=Q(expires_on__gte=F("completed_on")),
                name="training_expires_after_it_is_completed",
                violation_error_message="Training cannot expire before it is completed.",
            ),
            models.CheckConstraint(
                condition=~Q(recorded_by=F("person")),
                name="training_is_recorded_by_somebody_else",
                violation_error_message="Nobody records their own training.",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=TrainingKind.values),
                name="training_is_of_a_known_kind",
            ),
        ]
        indexes = [models.Index(fields=("person", "kind", "expires_on"), name="training_current")]
        triggers = [pgtrigger.Protect(name="keep_training", operation=pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.person}"


class Briefing(models.Model):
    """A person read what the deployment's figures mean, and how errors differ between groups.

    It names the threshold and the profile that it explained: under others it does not count."""

    deployment = models.ForeignKey(Deployment, models.CASCADE, related_name="briefings")
    person = models.ForeignKey(User, models.PROTECT, related_name="briefings")
    threshold = models.FloatField()
    profile = models.CharField(max_length=40)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("at", "pk")
        constraints = [
            models.UniqueConstraint(
                fields=("deployment", "person", "threshold", "profile"),
                name="briefed_once_for_the_same_figures",
            ),
        ]
        triggers = append_only("briefing")

    def __str__(self) -> str:
        return f"Briefing of {self.person} for {self.deployment}"
