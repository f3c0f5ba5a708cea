"""Templates in and out of PostgreSQL as one array, without an object for each.

20,000 templates so take milliseconds instead of seconds.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from recognition.types import Floats

# https://www.postgresql.org/docs/current/sql-copy.html, "Binary Format": a signature, flags and
# the length of an extension that nobody has defined yet.
HEADER = b"PGCOPY\n\xff\r\n\0" + bytes(8)
TRAILER = b"\xff\xff"
# A bigint and a vector in PostgreSQL's binary form, of many rows in one value.
READ = "string_agg(int8send(entry_id) || vector_send(embedding), ''::bytea)"


def parse(aggregated: bytes) -> tuple[NDArray[np.int64], Floats]:
    """What `READ` gives of N rows → ids (N) and vectors (float32 N × D).

    Raises ValueError when it is anything else, or the vectors differ in dimension.
    """
    if not aggregated:
        return np.zeros(0, np.int64), np.zeros((0, 0), np.float32)
    sides = int.from_bytes(aggregated[8:10], "big")
    row = np.dtype([("id", ">i8"), *_vector(sides)])
    if len(aggregated) % row.itemsize:
        raise ValueError("the templates differ in dimension")
    rows = np.frombuffer(aggregated, row)
    if (rows["dimension"] != sides).any():
        raise ValueError("the templates differ in dimension")
    return rows["id"].astype(np.int64), rows["vector"].astype(np.float32)


def compose(before: Sequence[bytes | int], ids: Sequence[int], vectors: Floats) -> bytes:
    """Rows for COPY in binary: some values that all have in common (bigint or text), then each
    row's id (bigint) and vector (N × D)."""
    common = [_bigint(each) if isinstance(each, int) else each for each in before]
    fields: list[tuple[str, str] | tuple[str, str, tuple[int]]] = [("fields", ">i2")]
    for number, value in enumerate(common):
        fields += [(f"bytes_{number}", ">i4"), (f"value_{number}", f"V{len(value)}")]
    fields += [("id_bytes", ">i4"), ("id", ">i8"), ("vector_bytes", ">i4")]
    rows = np.zeros(len(ids), np.dtype([*fields, *_vector(vectors.shape[1])]))
    for number, value in enumerate(common):
        rows[f"bytes_{number}"], rows[f"value_{number}"] = len(value), np.void(value)
    rows["fields"], rows["id_bytes"], rows["id"] = len(common) + 2, 8, ids
    rows["dimension"], rows["vector"] = vectors.shape[1], vectors
    rows["vector_bytes"] = 4 + 4 * vectors.shape[1]
    return HEADER + rows.tobytes() + TRAILER


def _bigint(value: int) -> bytes:
    return value.to_bytes(8, "big", signed=True)


def _vector(dimension: int) -> list[tuple[str, str] | tuple[str, str, tuple[int]]]:
    """As pgvector sends one: it begins with its dimension."""
    return [("dimension", ">i2"), ("unused", ">i2"), ("vector", ">f4", (dimension,))]
