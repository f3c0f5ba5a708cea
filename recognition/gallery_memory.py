"""Exact search over templates held in memory: one matrix product."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from recognition.types import Candidate, Floats


class MemoryGallery:
    """The templates of one deployment, replaced as a whole.

    A search reads one immutable snapshot, so that it may run in any thread while another
    thread calls `replace`. An entry may have several templates; it is ranked by the best.
    """

    def __init__(self, dimension: int) -> None:
        self.dimension = dimension
        self._snapshot: tuple[NDArray[np.int64], Floats] = (
            np.zeros(0, np.int64),
            np.zeros((0, dimension), np.float32),
        )

    def __len__(self) -> int:
        return len(self._snapshot[0])

    def replace(self, entry_ids: Sequence[int] | NDArray[np.int64], templates: Floats) -> None:
        """All templates (float32 N × D, L2-normalised) with the entry each belongs to.

        Raises ValueError when the shapes disagree or a value is not finite.
        """
        ids = np.asarray(entry_ids, dtype=np.int64)
        matrix = np.ascontiguousarray(templates, dtype=np.float32).reshape(-1, self.dimension)
        if len(ids) != len(matrix):
            raise ValueError(f"{len(ids)} entries for {len(matrix)} templates")
        if not np.isfinite(matrix).all():
            raise ValueError("a template holds values that are not finite")
        self._snapshot = ids, matrix

    def search(self, probes: Floats, *, limit: int) -> list[list[Candidate]]:
        """At most `limit` different entries for each probe, most alike first."""
        ids, matrix = self._snapshot
        if not len(ids):
            return [[] for _ in probes]
        similarities = np.asarray(probes, np.float32) @ matrix.T
        return [_best_entries(ids, row, limit) for row in similarities]


def _best_entries(ids: NDArray[np.int64], row: Floats, limit: int) -> list[Candidate]:
    """Look at ever more of the best templates until `limit` different entries are found."""
    taken = min(4 * limit, len(row))
    while True:
        top = np.argpartition(-row, taken - 1)[:taken] if taken < len(row) else np.arange(len(row))
        order = top[np.argsort(-row[top], kind="stable")]
        best: dict[int, float] = {}
        for index in order:
            best.setdefault(int(ids[index]), float(row[index]))
        if len(best) >= limit or taken == len(row):
            return [Candidate(key, value) for key, value in list(best.items())[:limit]]
        taken = min(4 * taken, len(row))
