"""PostgreSQL's binary rows, read in place."""

import struct

import pytest

from recognition.template_rows import HEADER, TRAILER, parse


def row(entry_id: int, *values: float) -> bytes:
    vector = struct.pack(f">hh{len(values)}f", len(values), 0, *values)
    return struct.pack(">hiqi", 2, 8, entry_id, len(vector)) + vector


def copied(*rows: bytes) -> bytes:
    return HEADER + b"".join(rows) + TRAILER


def test_rows_come_back_as_arrays_of_their_own() -> None:
    ids, vectors = parse(copied(row(7, 0.5, -0.25), row(2**40, 1.0, 2.0)))

    assert ids.tolist() == [7, 2**40]
    assert vectors.tolist() == [[0.5, -0.25], [1.0, 2.0]]
    assert (str(ids.dtype), str(vectors.dtype)) == ("int64", "float32")
    assert vectors.base is None, "the copied bytes are not kept in memory beside it"


def test_no_rows_are_no_templates() -> None:
    ids, vectors = parse(copied())

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
        parse(copied(*rows))


@pytest.mark.parametrize("data", [b"", HEADER, b"\0" * 100, copied(row(1, 0.5))[:-1]])
def test_what_is_cut_off_or_no_copy_is_refused(data: bytes) -> None:
    with pytest.raises(ValueError, match="as PostgreSQL copies them"):
        parse(data)
