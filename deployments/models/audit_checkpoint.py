"""What was signed of the audit trail, and what verifying it found."""

from django.db import models

from deployments.append_only import append_only


class AuditCheckpoint(models.Model):
    """The trail as it was at `sequence`, signed: as a row here and as a file outside."""

    sequence = models.PositiveBigIntegerField(primary_key=True)
    at = models.DateTimeField()
    head = models.CharField(max_length=64)
    text = models.TextField(help_text="What was signed, and the signature.")

    class Meta:
        ordering = ("-sequence",)
        triggers = append_only("checkpoint")

    def __str__(self) -> str:
        return f"Checkpoint at event {self.sequence}"

    @property
    def file_name(self) -> str:
        """In the order of the events, and the same wherever the file is copied to."""
        return f"audit-{self.sequence:012}.txt"


class AuditVerification(models.Model):
    """One reading of the whole trail: how far, against how many checkpoints, and every fault."""

    at = models.DateTimeField(auto_now_add=True)
    by = models.CharField(max_length=150, help_text="A user name, or system.")
    count = models.PositiveBigIntegerField()
    head = models.CharField(max_length=64)
    checkpoints = models.PositiveIntegerField()
    seconds = models.FloatField()
    faults = models.JSONField(default=list)

    class Meta:
        ordering = ("-at", "-pk")
        triggers = append_only("verification")

    def __str__(self) -> str:
        return f"{'Sound' if self.is_sound else 'Broken'} at {self.at:%Y-%m-%d %H:%M}"

    @property
    def is_sound(self) -> bool:
        return not self.faults
