"""Templates of a deployment: its own partition, made at the first enrolment, dropped at erasure."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from django.db import connection
from numpy.typing import NDArray
from psycopg import sql

from deployments.entry_rules import HAS_TEMPLATE
from deployments.models import Deployment, WatchlistEntry
from recognition import template_rows
from recognition.models import Template
from recognition.types import Floats

# From so many templates on a search in the database uses an index that may miss somebody; below,
# comparing with everybody is fast enough.
INDEXED_FROM = 100_000

# Deployments that have a partition, be it empty: everybody on a list may be withdrawn.
WITH_PARTITION = """
    SELECT owner.id FROM pg_inherits JOIN pg_class AS part ON part.oid = inhrelid
    JOIN deployments_deployment AS owner ON part.relname = template_partition(owner.id)
    WHERE inhparent = 'recognition_template'::regclass
"""

# PostgreSQL makes no value of a gigabyte; so many vectors of any size are far from one.
READ_TOGETHER = 10_000
WRITE = (
    "COPY recognition_template (deployment_id, profile, profile_version, entry_id, embedding)"
    " FROM STDIN (FORMAT BINARY)"
)


def save(entry: WatchlistEntry, embedding: Floats, *, profile: str, profile_version: str) -> None:
    """Insert or replace the entry's template (float32, L2-normalised)."""
    save_each(
        entry.deployment_id,
        {entry.pk: embedding},
        profile=profile,
        profile_version=profile_version,
    )


def save_each(
    deployment_id: int, embeddings: Mapping[int, Floats], *, profile: str, profile_version: str
) -> None:
    """The templates of several entries of one list (float32, L2-normalised), by entry."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT make_template_partition(%s)", [deployment_id])
    Template.objects.filter(deployment_id=deployment_id, entry_id__in=list(embeddings)).delete()
    common = (deployment_id, profile.encode(), profile_version.encode())
    rows = template_rows.compose(common, list(embeddings), np.stack(list(embeddings.values())))
    with connection.wrap_database_errors, connection.cursor() as cursor, cursor.copy(WRITE) as copy:
        copy.write(rows)


def holds(entry: WatchlistEntry) -> bool:
    return Template.objects.filter(deployment_id=entry.deployment_id, entry_id=entry.pk).exists()


def held_of(entries: Iterable[WatchlistEntry]) -> set[int]:
    """Which of these entries have a template."""
    by_list: dict[int, list[int]] = defaultdict(list)
    for entry in entries:
        by_list[entry.deployment_id].append(entry.pk)
    held: set[int] = set()
    for deployment_id, ids in by_list.items():
        found = Template.objects.filter(deployment_id=deployment_id, entry_id__in=ids)
        held.update(found.values_list("entry_id", flat=True))
    return held


def alike(
    deployment_id: int, entry_ids: Sequence[int], *, similarity: float, profile_version: str
) -> list[tuple[int, int]]:
    """Each of these entries with every other of the list whose template is at least so similar:
    the same person under another reference, or somebody who looks like them. As one product of
    matrices it takes a third of what the database would, and the list is held meanwhile."""
    ids, templates = _copied("recognition_template", deployment_id, profile_version)
    own = np.flatnonzero(np.isin(ids, entry_ids))
    found, others = np.nonzero(templates[own] @ templates.T >= similarity)
    pairs = np.column_stack((own[found], others))
    return [(of, other) for of, other in ids[pairs].tolist() if of != other]


def remove(entry: WatchlistEntry) -> int:
    """Take one person's template away and rewrite the partition, so that its bytes go too. Returns
    how many there were."""
    held = Template.objects.filter(deployment_id=entry.deployment_id, entry_id=entry.pk)
    count, _ = held.delete()
    with connection.cursor() as cursor:
        cursor.execute("SELECT rewrite_template_partition(%s)", [entry.deployment_id])
    return count


def drop(deployment: Deployment) -> int:
    """Drop the partition. Returns how many templates it held."""
    count = Template.objects.filter(deployment=deployment).count()
    with connection.cursor() as cursor:
        cursor.execute("SELECT drop_template_partition(%s)", [deployment.pk])
    return count


def all_of(deployment_id: int, *, profile_version: str) -> tuple[list[int], Floats]:
    """Entry ids and their templates (N × D) of those who are searched for. Raises DatabaseError,
    and ValueError where templates of one model differ in dimension."""
    ids, templates = _copied("recognition_searched_template", deployment_id, profile_version)
    return ids.tolist(), templates


def _copied(
    table: str, deployment_id: int, profile_version: str
) -> tuple[NDArray[np.int64], Floats]:
    query = sql.SQL(
        "SELECT {} FROM {} WHERE deployment_id = %s AND profile_version = %s GROUP BY entry_id / %s"
    ).format(sql.SQL(template_rows.READ), sql.Identifier(table))
    with connection.cursor() as cursor:
        cursor.execute(query, [deployment_id, profile_version, READ_TOGETHER])
        return template_rows.parse(b"".join(part for (part,) in cursor.fetchall()))


def held_by_list(deployment_id: int, *, profile_version: str) -> tuple[NDArray[np.int64], Floats]:
    """Everybody on the list who has a template, reviewed or not: entries (N), templates (N × D)."""
    return _copied("recognition_template", deployment_id, profile_version)


def add_index(deployment_id: int, *, dimension: int) -> bool:
    """Build the index of a long list that is loaded; a withdrawal takes it away again. False: it
    is there, or somebody else builds it now."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT index_template_partition(%s, %s)", [deployment_id, dimension])
        return bool(cursor.fetchone()[0])


def has_index(deployment_id: int) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass(template_partition(%s) || '_hnsw')", [deployment_id])
        return cursor.fetchone()[0] is not None


def missing(deployment: Deployment) -> list[int]:
    """Entries that had a template and have none: an unlogged table is empty after a crash
    of the database, and is rebuilt from the encrypted images."""
    held = Template.objects.filter(deployment=deployment).values("entry_id")
    return list(
        deployment.entries.filter(status__in=HAS_TEMPLATE)
        .exclude(pk__in=held)
        .values_list("pk", flat=True)
    )
