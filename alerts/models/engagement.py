"""The officers' engagement. An engaged person's details never enter the system: nothing here is
free text."""

import pgtrigger
from django.db import models
from django.db.models import F, Q

from alerts.enums import Outcome
from alerts.models.alert import Alert
from alerts.models.field import engaged_once_sent_sql, own_assessment_sql
from deployments.models import User
from deployments.trained_sql import trained_field_sql


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
                name="engaged_once_sent",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update,
                func=engaged_once_sent_sql(),
            ),
            pgtrigger.Trigger(
                name="own_assessment",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                func=own_assessment_sql(),
            ),
            pgtrigger.Trigger(
                name="trained_engagement",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                func=trained_field_sql(or_operator=True),
            ),
        ]

    def __str__(self) -> str:
        return f"Engagement on {self.alert}"
