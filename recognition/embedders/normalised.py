"""Bringing embeddings to length 1, with a guard against numbers that are none."""

from __future__ import annotations

import numpy as np

from recognition.types import Floats

# Below this length an embedding points nowhere.
SHORTEST = 1e-6


def normalised(embeddings: Floats) -> Floats:
    """float32 N × D, each row of length 1; zeros, which match nobody, where a row is not finite."""
    rows = np.asarray(embeddings, np.float32)
    lengths = np.linalg.norm(rows.astype(np.float64), axis=1, keepdims=True)
    sound = np.isfinite(lengths) & (lengths > SHORTEST)
    result = np.zeros_like(rows)
    np.divide(rows, lengths, out=result, where=sound, casting="unsafe")
    return result
