"""The operator's judgement and the officers' engagement. An engaged person's details never
enter the system."""

import pgtrigger
from django.db import models
from django.db.models import F, Q

from alerts.enums import DismissalReason, Outcome, Verdict
from alerts.models.alert import Alert
from alerts.models.field import own_assessment_sql
from alerts.transitions import judgement_stands_sql
from deployments.append_only import no_truncate
from deployments.models import User
from deployments.trained_sql import trained_judgement_sql


class Adjudication(models.Model):
    alert = models.ForeignKey(Alert, models.PROTECT, related_name="adjudications")
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    at = models.DateTimeField(auto_now_add=True)
    verdict = models.CharField(max_length=10, choices=Verdict)
    dismissal_reason = models.CharField(max_length=20, choices=DismissalReason, blank=True)
    subject_factors = models.CharField(max_length=300, blank=True)
    system_factors = models.CharField(max_length=300, blank=True)
    environment_factors = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ("at", "pk")
        constraints = [
            models.CheckConstraint(
                condition=~Q(verdict="dismissed") | ~Q(dismissal_reason=""),
                name="dismissal_has_a_reason",
                violation_error_message="Choose why the alert is dismissed.",
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="judgement_stands",
                when=pgtrigger.Before,
                operation=pgtrigger.Update | pgtrigger.Delete,
                func=judgement_stands_sql(),
            ),
            pgtrigger.Trigger(
                name="trained_judgement",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                declare=[("judged", "alerts_alert%ROWTYPE")],
                func=trained_judgement_sql(),
            ),
            no_truncate("judgement"),
        ]

    def __str__(self) -> str:
        return f"{self.get_verdict_display()} ({self.alert})"


class Engagement(models.Model):
    alert = models.OneToOneField(Alert, models.PROTECT, related_name="engagement")
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    engaged_from = models.DateTimeField()
    engaged_to = models.DateTimeField(null=True)
    notice_handed_over = models.BooleanField(null=True)
    identity_confirmed = models.BooleanField(null=True)
    outcome = models.CharField(max_length=20, choices=Outcome, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(engaged_to__isnull=True) | Q(engaged_to__gte=F("engaged_from")),
                name="engagement_ends_after_it_begins",
            ),
            models.CheckConstraint(
                condition=Q(outcome="")
                | Q(notice_handed_over__isnull=False, identity_confirmed__isnull=False),
                name="outcome_says_notice_and_identity",
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="own_assessment",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                func=own_assessment_sql(),
            ),
        ]

    def __str__(self) -> str:
        return f"Engagement on {self.alert}"
