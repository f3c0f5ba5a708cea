"""Search in the deployment's partition, by PostgreSQL: exact, or by an index where a long list
has one."""

import time
from typing import Any

import numpy as np
from django.db import connection, transaction
from pgvector import Vector

from recognition import template_store
from recognition.types import Candidate, Floats

# One statement for all probes of a frame: the partition is pruned by the deployment's id.
EXACT = """
    SELECT probe.number, found.entry_id, found.similarity
    FROM unnest(%(probes)s::vector[]) WITH ORDINALITY AS probe(embedding, number)
    CROSS JOIN LATERAL (
        SELECT entry_id, 1 - (embedding <=> probe.embedding) AS similarity
        FROM recognition_searched_template
        WHERE deployment_id = %(deployment)s AND profile_version = %(version)s
        ORDER BY embedding <=> probe.embedding, entry_id
        LIMIT %(limit)s
    ) AS found
    ORDER BY probe.number, found.similarity DESC
"""
# The index proposes by half precision; what it proposes is ranked by the templates themselves.
# The partition is named: a condition on the deployment would offer the planner its primary key.
INDEXED = """
    SELECT probe.number, found.entry_id, found.similarity
    FROM unnest(%(probes)s::vector[]) WITH ORDINALITY AS probe(embedding, number)
    CROSS JOIN LATERAL (
        SELECT entry_id, 1 - (embedding <=> probe.embedding) AS similarity
        FROM (
            SELECT entry_id, embedding
            FROM {partition}
            WHERE profile_version = %(version)s AND NOT EXISTS (
                -- OFFSET 0: asked of each proposal, not made a join that would leave the index.
                SELECT FROM deployments_watchlistentry AS entry
                WHERE entry.id = entry_id AND entry.status <> 'enrolled' OFFSET 0
            )
            ORDER BY embedding::halfvec({dimension}) <=> probe.embedding::halfvec({dimension})
            LIMIT %(proposals)s
        ) AS proposed
        ORDER BY embedding <=> probe.embedding, entry_id
        LIMIT %(limit)s
    ) AS found
    ORDER BY probe.number, found.similarity DESC
"""
# The breadth of the index's search: recall for time (docs/performance.md).
EF_SEARCH = 400
PROPOSALS = 20
LOOK_FOR_INDEX_EVERY_S = 5.0


class PgvectorGallery:
    """The templates of one deployment under one profile version. An addition or withdrawal is
    seen by the next search."""

    def __init__(self, *, deployment_id: int, profile_version: str) -> None:
        self.deployment_id = deployment_id
        self.profile_version = profile_version
        self._is_indexed = False
        self._looked_at = float("-inf")

    def search(self, probes: Floats, *, limit: int) -> list[list[Candidate]]:
        """At most `limit` entries for each probe (float32 N × D), most alike first. A probe of
        zeros, which is no face, finds nobody."""
        found: list[list[Candidate]] = [[] for _ in probes]
        usable = np.flatnonzero(np.isfinite(probes).all(axis=1) & probes.any(axis=1)).tolist()
        if not usable:
            return found
        values = {
            "probes": [Vector(probes[i]).to_text() for i in usable],
            "deployment": self.deployment_id,
            "version": self.profile_version,
            "limit": limit,
            "proposals": max(limit, PROPOSALS),
        }
        for number, entry_id, similarity in self._rows(values, probes.shape[1]):
            found[usable[number - 1]].append(Candidate(entry_id, similarity))
        return found

    def _rows(self, values: dict[str, Any], dimension: int) -> list[tuple[int, int, float]]:
        if not self._has_index():
            with connection.cursor() as cursor:
                cursor.execute(EXACT, values)
                return list(cursor.fetchall())
        with transaction.atomic(), connection.cursor() as cursor:
            # The planner does not know that the same few pages answer every probe.
            cursor.execute("SET LOCAL enable_seqscan = off")
            cursor.execute(f"SET LOCAL hnsw.ef_search = {EF_SEARCH}")
            partition = f"recognition_template_{self.deployment_id:d}"
            cursor.execute(INDEXED.format(dimension=dimension, partition=partition), values)
            return list(cursor.fetchall())

    def _has_index(self) -> bool:
        now = time.monotonic()
        if now - self._looked_at > LOOK_FOR_INDEX_EVERY_S:
            self._is_indexed = template_store.has_index(self.deployment_id)
            self._looked_at = now
        return self._is_indexed
