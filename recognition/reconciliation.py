"""Partitions of templates: each belongs to a deployment that may search it, or is about to go."""

from collections.abc import Iterator
from datetime import datetime

from django.db import connection

from deployments import image_store, overdue, reconciliation
from deployments.reconciliation import Finding

PARTITIONS = """
    SELECT count(*) FROM pg_inherits
    JOIN pg_class AS part ON part.oid = inhrelid
    LEFT JOIN deployments_deployment AS owner ON part.relname = template_partition(owner.id)
    WHERE inhparent = 'recognition_template'::regclass
      AND (owner.id IS NULL OR (owner.status = ANY(%s) AND owner.status_at <= %s))
"""


def register() -> None:
    reconciliation.register(partitions_without_deployment)


def partitions_without_deployment(at: datetime) -> Iterator[Finding]:
    with connection.cursor() as cursor:
        over = [status.value for status in image_store.TAKES_NO_IMAGES]
        cursor.execute(PARTITIONS, [over, at - overdue.GRACE])
        count = int(cursor.fetchone()[0])
    yield Finding(
        "partition_without_deployment",
        f"{count} partitions of face templates whose deployment is over or not there. The next "
        "purge drops those of a deployment; drop others by hand as the owner.",
        count,
    )
