"""The operators' judgements: a first look at the features alone, the decision, and what a second
operator says without knowing what the first thinks."""

import pgtrigger
from django.db import models
from django.db.models import F, Q

from alerts.enums import DismissalReason, Verdict
from alerts.models.alert import Alert
from alerts.models.comparison import Comparison, of_closed_lists
from alerts.transitions import judgement_stands_sql, opinion_stands_sql
from deployments.append_only import no_truncate
from deployments.models import User
from deployments.trained_sql import trained_answer_sql, trained_judgement_sql

KEPT = ("alert_id", "by_id", "at", "in_favour", "against")


class FirstLook(Comparison):
    """The operator's own view of the two faces, before the name and the score are shown."""

    alert = models.ForeignKey(Alert, models.PROTECT, related_name="first_looks")
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("at", "pk")
        constraints = [
            models.UniqueConstraint(fields=("alert", "by"), name="one_first_look_each"),
            *of_closed_lists("first_look"),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="first_look_stands",
                when=pgtrigger.Before,
                operation=pgtrigger.Update | pgtrigger.Delete,
                func=judgement_stands_sql(KEPT),
            ),
            pgtrigger.Trigger(
                name="trained_first_look",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                declare=[("judged", "alerts_alert%ROWTYPE")],
                func=trained_judgement_sql(),
            ),
            no_truncate("first_look"),
        ]

    def __str__(self) -> str:
        return f"First look at {self.alert}"


class Adjudication(Comparison):
    alert = models.ForeignKey(Alert, models.PROTECT, related_name="adjudications")
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    at = models.DateTimeField(auto_now_add=True)
    verdict = models.CharField(max_length=10, choices=Verdict)
    dismissal_reason = models.CharField(max_length=20, choices=DismissalReason, blank=True)
    undone_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("at", "pk")
        constraints = [
            models.CheckConstraint(
                condition=~Q(verdict="dismissed") | ~Q(dismissal_reason=""),
                name="dismissal_has_a_reason",
                violation_error_message="Choose why the alert is dismissed.",
            ),
            *of_closed_lists("judgement"),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="judgement_stands",
                when=pgtrigger.Before,
                operation=pgtrigger.Update | pgtrigger.Delete,
                func=judgement_stands_sql(
                    (*KEPT, "verdict", "dismissal_reason"), once=("undone_at",)
                ),
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


class SecondOpinion(Comparison):
    """Who asked, who answered. `ended_at` without an answer: the question was taken back."""

    alert = models.ForeignKey(Alert, models.PROTECT, related_name="second_opinions")
    asked_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(auto_now_add=True)
    answered_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    answered_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    verdict = models.CharField(max_length=10, choices=Verdict, blank=True)

    class Meta:
        ordering = ("asked_at", "pk")
        constraints = [
            models.CheckConstraint(
                condition=~Q(answered_by=F("asked_by")), name="second_operator_is_another"
            ),
            models.CheckConstraint(
                condition=Q(answered_by=None, answered_at=None, verdict="")
                | (Q(answered_by__isnull=False, answered_at__isnull=False) & ~Q(verdict="")),
                name="second_opinion_answered_whole",
            ),
            models.UniqueConstraint(
                fields=("alert",),
                condition=Q(answered_at=None, ended_at=None),
                name="one_open_question_an_alert",
            ),
            *of_closed_lists("opinion"),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="opinion_stands",
                when=pgtrigger.Before,
                operation=pgtrigger.Update | pgtrigger.Delete,
                func=opinion_stands_sql(),
            ),
            pgtrigger.Trigger(
                name="trained_opinion",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                declare=[("judged", "alerts_alert%ROWTYPE")],
                func=trained_answer_sql(),
            ),
            no_truncate("opinion"),
        ]

    def __str__(self) -> str:
        return f"Second opinion on {self.alert}"
