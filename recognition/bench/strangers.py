"""Templates of people who do not exist, in any number: what a gallery is filled with."""

import numpy as np
from django.db import connection

from recognition.types import Floats

# Entries of random templates have ids that no entry of a watchlist has.
FIRST_ID = 1_000_000_000


def random_templates(count: int, *, dimension: int, seed: int = 0) -> Floats:
    """Float32 N × D, L2-normalised. Random directions are harder for an index than faces."""
    rows = np.random.default_rng(seed).standard_normal((count, dimension), dtype=np.float32)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    return rows


def alike(templates: Floats, *, spread: float, seed: int = 1) -> Floats:
    """Another picture of each: the template moved by noise of this length, L2-normalised."""
    noise = random_templates(len(templates), dimension=templates.shape[1], seed=seed)
    moved = templates + np.float32(spread) * noise
    return np.asarray(moved / np.linalg.norm(moved, axis=1, keepdims=True), np.float32)


def insert(deployment_id: int, templates: Floats, *, profile: str, profile_version: str) -> None:
    """Fill a deployment's partition as fast as PostgreSQL takes rows."""
    rows = (
        "COPY recognition_template (deployment_id, entry_id, profile, profile_version, embedding)"
        " FROM STDIN"
    )
    with connection.cursor() as cursor:
        cursor.execute("SELECT make_template_partition(%s)", [deployment_id])
        with cursor.copy(rows) as into:
            for number, template in enumerate(templates):
                text = "[" + ",".join(map(repr, template.tolist())) + "]"
                entry_id = FIRST_ID + number
                into.write_row((deployment_id, entry_id, profile, profile_version, text))
