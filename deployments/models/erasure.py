"""What was erased, when and why: counts and grounds, nothing personal."""

from django.db import models

from deployments.append_only import append_only
from deployments.models.deployment import Deployment


class ErasureRecord(models.Model):
    # None: what the force keeps about its own staff's use of the system.
    deployment = models.ForeignKey(
        Deployment, models.PROTECT, related_name="erasures", null=True, blank=True
    )
    kind = models.CharField(max_length=40)
    ground = models.CharField(max_length=200)
    count = models.PositiveIntegerField()
    due_at = models.DateTimeField()
    done_at = models.DateTimeField()

    class Meta:
        ordering = ("-done_at", "-pk")
        constraints = [
            # A key of the retention table: its words are nobody's to type here.
            models.CheckConstraint(
                condition=models.Q(kind__regex="^[a-z_]+$"), name="erasure_of_a_kind"
            ),
        ]
        triggers = append_only("erasure")

    def __str__(self) -> str:
        return f"{self.kind} × {self.count}"


def kind_in_words(kind: str) -> str:
    """As the retention table names it; a kind that the table has no more, by its key."""
    from deployments.retention import RULES

    return RULES[kind].what if kind in RULES else kind
