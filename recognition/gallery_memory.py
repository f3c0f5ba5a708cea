"""Exact search over templates held in memory: one matrix product."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from recognition.types import Candidate, Floats

# So many similarities are held at a time (32 MB), however long the list and the batch are.
MAX_SIMILARITIES = 8 * 2**20
# The best of a row are looked for only in the blocks with the highest peaks.
BLOCK = 64


class MemoryGallery:
    """The templates of one deployment, replaced as a whole.

    A search reads one immutable snapshot, so that it may run in any thread while another
    thread calls `replace`. An entry may have several templates; it is ranked by the best.
    """

    def __init__(self, dimension: int) -> None:
        self.dimension = dimension
        self._snapshot = _Snapshot(np.zeros(0, np.int64), np.zeros((0, dimension), np.float32))

    def __len__(self) -> int:
        return len(self._snapshot.ids)

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
        self._snapshot = _Snapshot(ids, matrix)

    def search(self, probes: Floats, *, limit: int) -> list[list[Candidate]]:
        """At most `limit` different entries for each probe, most alike first."""
        return self._snapshot.search(np.asarray(probes, np.float32), limit=limit)


class _Snapshot:
    """Templates that nobody changes any more, in the order of their entries: of two that are
    equally alike the earlier entry comes first, as in the database."""

    def __init__(self, ids: NDArray[np.int64], matrix: Floats) -> None:
        if (ids[1:] < ids[:-1]).any():
            order = np.argsort(ids, kind="stable")
            ids, matrix = ids[order], matrix[order]
        self.ids = ids
        self._matrix = matrix
        self._most_of_one = int(np.unique(ids, return_counts=True)[1].max(initial=1))

    def search(self, probes: Floats, *, limit: int) -> list[list[Candidate]]:
        if not len(self.ids) or not len(probes):
            return [[] for _ in probes]
        # Among so many of the best templates there are `limit` different entries.
        count = min(self._most_of_one * (limit - 1) + 1, len(self.ids))
        rows, similarities = self._best(probes, count)
        return [
            _different(ids, values, limit)
            for ids, values in zip(self.ids[rows].tolist(), similarities.tolist(), strict=True)
        ]

    def _best(self, probes: Floats, count: int) -> tuple[NDArray[np.intp], Floats]:
        """Rows and similarities (each P × count) of the most alike, best first."""
        found: list[tuple[NDArray[np.intp], Floats]] = []
        step = max(BLOCK, MAX_SIMILARITIES // len(probes))
        for start in range(0, len(self._matrix), step):
            similarities = probes @ self._matrix[start : start + step].T
            columns = best_columns(similarities, min(count, similarities.shape[1]))
            values = np.take_along_axis(similarities, columns, axis=1)
            found.append((columns + start, values))
        if len(found) == 1:
            return found[0]
        rows, values = (np.concatenate(parts, axis=1) for parts in zip(*found, strict=True))
        order = np.argsort(-values, axis=1, kind="stable")[:, :count]
        return np.take_along_axis(rows, order, axis=1), np.take_along_axis(values, order, axis=1)


def best_columns(values: Floats, count: int) -> NDArray[np.intp]:
    """Of each row the columns of the `count` highest values, highest first.

    The highest of a row lie in the blocks with the highest peaks; to find the peaks costs one
    pass over the row, to partition the whole row several.
    """
    width = values.shape[1]
    blocks = width // BLOCK
    if blocks <= count:
        return np.argsort(-values, axis=1, kind="stable")[:, :count]
    peaks = values[:, : blocks * BLOCK].reshape(len(values), blocks, BLOCK).max(axis=2)
    chosen = np.sort(np.argpartition(peaks, blocks - count, axis=1)[:, blocks - count :], axis=1)
    inside = (chosen[:, :, None] * BLOCK + np.arange(BLOCK)).reshape(len(values), -1)
    rest = np.arange(blocks * BLOCK, width)
    columns = np.concatenate([inside, np.broadcast_to(rest, (len(values), len(rest)))], axis=1)
    order = np.argsort(-np.take_along_axis(values, columns, axis=1), axis=1, kind="stable")
    return np.take_along_axis(columns, order[:, :count], axis=1)


def _different(ids: list[int], values: list[float], limit: int) -> list[Candidate]:
    best: dict[int, float] = {}
    for entry_id, value in zip(ids, values, strict=True):
        best.setdefault(entry_id, value)
    return [Candidate(entry_id, value) for entry_id, value in list(best.items())[:limit]]
