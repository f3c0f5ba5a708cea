"""Exact search in the deployment's partition, by PostgreSQL."""

import numpy as np
from django.db import connection
from pgvector import Vector

from recognition.types import Candidate, Floats

# One statement for all probes of a frame: the partition is pruned by the deployment's id.
SEARCH = """
    SELECT probe.number, found.entry_id, found.similarity
    FROM unnest(%s::vector[]) WITH ORDINALITY AS probe(embedding, number)
    CROSS JOIN LATERAL (
        SELECT entry_id, 1 - (embedding <=> probe.embedding) AS similarity
        FROM recognition_template
        WHERE deployment_id = %s AND profile_version = %s
        ORDER BY embedding <=> probe.embedding, entry_id
        LIMIT %s
    ) AS found
    ORDER BY probe.number, found.similarity DESC
"""


class PgvectorGallery:
    """The templates of one deployment under one profile version. An addition or withdrawal is
    seen by the next search."""

    def __init__(self, *, deployment_id: int, profile_version: str) -> None:
        self.deployment_id = deployment_id
        self.profile_version = profile_version

    def search(self, probes: Floats, *, limit: int) -> list[list[Candidate]]:
        """At most `limit` entries for each probe (float32 N × D), most alike first. A probe of
        zeros, which is no face, finds nobody."""
        found: list[list[Candidate]] = [[] for _ in probes]
        usable = [i for i, probe in enumerate(probes) if np.isfinite(probe).all() and probe.any()]
        if not usable:
            return found
        texts = [Vector(probes[i]).to_text() for i in usable]
        with connection.cursor() as cursor:
            cursor.execute(SEARCH, [texts, self.deployment_id, self.profile_version, limit])
            for number, entry_id, similarity in cursor:
                found[usable[number - 1]].append(Candidate(entry_id, similarity))
        return found
