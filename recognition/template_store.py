"""Templates of a deployment: its own partition, made at the first enrolment, dropped at erasure."""

import numpy as np
from django.db import connection

from deployments.enums import EntryStatus
from deployments.models import Deployment, WatchlistEntry
from recognition.models import Template
from recognition.types import Floats


def save(entry: WatchlistEntry, embedding: Floats, *, profile: str, profile_version: str) -> None:
    """Insert or replace the entry's template (float32, L2-normalised)."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT make_template_partition(%s)", [entry.deployment_id])
    Template.objects.filter(deployment_id=entry.deployment_id, entry_id=entry.pk).delete()
    Template.objects.create(
        deployment_id=entry.deployment_id,
        entry_id=entry.pk,
        profile=profile,
        profile_version=profile_version,
        embedding=embedding,
    )


def holds(entry: WatchlistEntry) -> bool:
    return Template.objects.filter(deployment_id=entry.deployment_id, entry_id=entry.pk).exists()


def remove(entry: WatchlistEntry) -> None:
    """Take one person's template away and rewrite the partition, so that its bytes go too."""
    Template.objects.filter(deployment_id=entry.deployment_id, entry_id=entry.pk).delete()
    with connection.cursor() as cursor:
        cursor.execute("SELECT rewrite_template_partition(%s)", [entry.deployment_id])


def drop(deployment: Deployment) -> int:
    """Drop the partition. Returns how many templates it held."""
    count = Template.objects.filter(deployment=deployment).count()
    with connection.cursor() as cursor:
        cursor.execute("SELECT drop_template_partition(%s)", [deployment.pk])
    return count


def all_of(deployment_id: int, *, profile_version: str) -> tuple[list[int], Floats]:
    """Entry ids and their templates (N × D)."""
    rows = Template.objects.filter(
        deployment_id=deployment_id, profile_version=profile_version
    ).values_list("entry_id", "embedding")
    ids, vectors = [], []
    for entry_id, vector in rows.iterator(chunk_size=5000):
        ids.append(entry_id)
        vectors.append(np.asarray(vector, np.float32))
    return ids, np.stack(vectors) if vectors else np.zeros((0, 0), np.float32)


def missing(deployment: Deployment) -> list[int]:
    """Entries that are enrolled but have no template: an unlogged table is empty after a crash
    of the database, and is rebuilt from the encrypted images."""
    held = Template.objects.filter(deployment=deployment).values("entry_id")
    return list(
        deployment.entries.filter(status=EntryStatus.ENROLLED)
        .exclude(pk__in=held)
        .values_list("pk", flat=True)
    )
