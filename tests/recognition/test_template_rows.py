"""PostgreSQL's binary rows, read in place."""

import struct

import numpy as np
import pytest

from recognition.template_rows import HEADER, TRAILER, compose, parse


def row(entry_id: int, *values: float) -> bytes:
    vector = struct.pack(f">hh{len(values)}f", len(values), 0, *values)
    return struct.pack(">q", entry_id) + vector


def test_rows_come_back_as_arrays_of_their_own() -> None:
    ids, vectors = parse(row(7, 0.5, -0.25) + row(2**40, 1.0, 2.0))

    assert ids.tolist() == [7, 2**40]
    assert vectors.tolist() == [[0.5, -0.25], [1.0, 2.0]]
    assert (str(ids.dtype), str(vectors.dtype)) == ("int64", "float32")
    assert vectors.base is None, "the bytes read are not kept in memory beside it"


def test_no_rows_are_no_templates() -> None:
    ids, vectors = parse(b"")

    assert len(ids) == len(vectors) == 0


@pytest.mark.parametrize(
    "rows",
    [
        (row(1, 0.5, 0.5), row(2, 0.5)),
        (row(1, 0.5), row(2, 0.5, 0.5)),
        # Together as long as two rows of two: told by the lengths inside.
        (row(1, 0.5, 0.5), row(2, 0.5), row(3, *[0.5] * 5)),
    ],
)
def test_templates_of_two_dimensions_are_refused(rows: tuple[bytes, ...]) -> None:
    with pytest.raises(ValueError, match="differ in dimension"):
        parse(b"".join(rows))


def test_what_is_cut_off_is_refused() -> None:
    with pytest.raises(ValueError, match="differ in dimension"):
        parse(row(1, 0.5)[:-1])


def test_rows_are_composed_as_copy_reads_them() -> None:
    vectors = np.array([[0.5, -0.25], [1.0, 2.0]], np.float32)

    composed = compose((3, b"name"), [7, 2**40], vectors)

    def expected(entry_id: int, *values: float) -> bytes:
        vector = struct.pack(">hh2f", 2, 0, *values)
        common = struct.pack(">hiqi4s", 4, 8, 3, 4, b"name")
        return common + struct.pack(">iqi", 8, entry_id, len(vector)) + vector

    rows = expected(7, 0.5, -0.25) + expected(2**40, 1.0, 2.0)
    assert composed == HEADER + rows + TRAILER
