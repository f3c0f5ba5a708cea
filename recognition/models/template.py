"""Face templates of watchlists, in pgvector.

The table is partitioned by deployment; each partition is UNLOGGED (never in the write-ahead log,
a replica or a backup) and is made and dropped by functions of the database's owner, because
dropping the partition is the only deletion that leaves no bytes behind. The migration
`recognition.0002_templates` holds the SQL."""

from django.db import models
from pgvector.django import VectorField

from deployments.models import Deployment, WatchlistEntry


class Template(models.Model):
    pk = models.CompositePrimaryKey("deployment_id", "entry_id")
    deployment = models.ForeignKey(Deployment, models.DO_NOTHING, related_name="templates")
    entry = models.ForeignKey(WatchlistEntry, models.DO_NOTHING, related_name="templates")
    profile = models.CharField(max_length=40)
    profile_version = models.CharField(max_length=80)
    embedding = VectorField()

    class Meta:
        managed = False
        db_table = "recognition_template"

    def __str__(self) -> str:
        return f"Template of entry {self.entry_id}"
