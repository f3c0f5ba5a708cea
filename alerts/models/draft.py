"""What an operator has begun to write down of an alert and not yet decided. It is kept for them
alone, so that a reload or a lost connection costs nothing, and is no judgement."""

import pgtrigger
from django.db import models

from alerts.drafts_sql import draft_of_who_weighs_sql
from alerts.enums import DismissalReason
from alerts.models.alert import Alert
from alerts.models.comparison import Comparison, of_closed_lists
from deployments.models import User


class JudgementDraft(Comparison):
    alert = models.ForeignKey(Alert, models.PROTECT, related_name="drafts")
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    saved_at = models.DateTimeField(auto_now=True)
    reason = models.CharField(max_length=20, choices=DismissalReason, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=("alert", "by"), name="one_draft_each"),
            *of_closed_lists("draft"),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="draft_of_who_weighs",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update,
                declare=[("weighed", "alerts_alert%ROWTYPE")],
                func=draft_of_who_weighs_sql(),
            ),
        ]

    def __str__(self) -> str:
        return f"Draft on {self.alert}"
