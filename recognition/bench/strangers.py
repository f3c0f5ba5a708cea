"""Templates of people who do not exist, in any number: what a gallery is filled with."""

import numpy as np
from django.db import connection

from recognition.types import Floats

# Entries of random templates have ids that no entry of a watchlist has.
FIRST_ID = 1_000_000_000


def random_templates(count: int, *, dimension: int, seed: int = 0, likeness: float = 0.0) -> Floats:
    """Float32 N × D, L2-normalised; any two have about this similarity.

    Real templates crowd together: strangers are 0.85 alike in dlib's network.
    """
    rows = np.random.default_rng(seed).standard_normal((count, dimension), dtype=np.float32)
    rows /= np.sqrt(np.float32(dimension))
    # What all have in common, so long that its share of the similarity is `likeness`.
    rows[:, 0] += np.float32(np.sqrt(likeness / (1.0 - likeness)))
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    return rows


def alike(templates: Floats, *, similarity: float, seed: int = 1) -> Floats:
    """Another picture of each: L2-normalised, about this similar to it."""
    noise = random_templates(len(templates), dimension=templates.shape[1], seed=seed)
    moved = templates + np.float32(np.sqrt(similarity**-2 - 1.0)) * noise
    return np.asarray(moved / np.linalg.norm(moved, axis=1, keepdims=True), np.float32)


def insert(
    deployment_id: int,
    templates: Floats,
    *,
    profile: str,
    profile_version: str,
    first_id: int = FIRST_ID,
) -> None:
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
                entry_id = first_id + number
                into.write_row((deployment_id, entry_id, profile, profile_version, text))
