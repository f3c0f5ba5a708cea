"""Large files: nothing in clear, nothing altered unnoticed, any place read without the rest."""

import io
import os
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from deployments.encrypted_file import (
    CHUNK_BYTES,
    HEADER_BYTES,
    SEALED_BYTES,
    EncryptedWriter,
    open_encrypted,
)
from deployments.encryption import Unreadable, new_key

KEY = new_key()
SIZES = (0, 1, CHUNK_BYTES - 1, CHUNK_BYTES, CHUNK_BYTES + 1, 3 * CHUNK_BYTES, 200_001)


def written(path: Path, data: bytes, *, step: int = 7_777, record_id: str = "a") -> Path:
    writer = EncryptedWriter(path, key=KEY, record_id=record_id)
    for start in range(0, len(data), step):
        writer.write(data[start : start + step])
    writer.finish()
    return path


def read(path: Path, *, key: bytes = KEY, record_id: str = "a") -> bytes:
    with open_encrypted(path, key=key, record_id=record_id) as file:
        return file.read()


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("step", [1_000, CHUNK_BYTES, 10**6])
def test_what_was_written_is_read(tmp_path: Path, size: int, step: int):
    data = os.urandom(size)

    assert read(written(tmp_path / "f", data, step=step)) == data


def test_it_is_read_in_any_order(tmp_path: Path):
    data = os.urandom(4 * CHUNK_BYTES + 5)
    path = written(tmp_path / "f", data)

    with open_encrypted(path, key=KEY, record_id="a") as file:
        assert file.seek(0, io.SEEK_END) == len(data)
        for start in (3 * CHUNK_BYTES - 2, 0, len(data) - 3, CHUNK_BYTES):
            file.seek(start)
            assert file.read(5) == data[start : start + 5]
        assert file.read() == data[CHUNK_BYTES + 5 :]


def test_a_zip_file_is_opened_in_it(tmp_path: Path):
    plain = io.BytesIO()
    with zipfile.ZipFile(plain, "w") as archive:
        archive.writestr("a.jpg", b"picture" * 30_000)
    path = written(tmp_path / "f", plain.getvalue())

    with open_encrypted(path, key=KEY, record_id="a") as file, zipfile.ZipFile(file) as archive:
        assert archive.read("a.jpg") == b"picture" * 30_000


def test_nothing_lies_in_clear_not_even_while_it_is_written(tmp_path: Path):
    sentence = b"Nobody may read this sentence. "
    writer = EncryptedWriter(tmp_path / "f", key=KEY, record_id="a")
    writer.write(sentence * 10_000)

    assert [path.suffix for path in tmp_path.iterdir()] == [".part"]
    assert not any(sentence in path.read_bytes() for path in tmp_path.iterdir())
    writer.finish()
    assert sentence not in (tmp_path / "f").read_bytes()
    assert (tmp_path / "f").stat().st_mode & 0o077 == 0


def test_one_that_is_given_up_leaves_nothing(tmp_path: Path):
    writer = EncryptedWriter(tmp_path / "f", key=KEY, record_id="a")
    writer.write(b"x" * 200_000)
    writer.discard()

    assert list(tmp_path.iterdir()) == []


def sealed_chunks(path: Path) -> tuple[bytes, list[bytes]]:
    raw = path.read_bytes()
    body = raw[HEADER_BYTES:]
    return raw[:HEADER_BYTES], [
        body[start : start + SEALED_BYTES] for start in range(0, len(body), SEALED_BYTES)
    ]


@pytest.mark.parametrize(
    "change",
    [
        lambda chunks: chunks[:-1],
        lambda chunks: chunks[:0],
        lambda chunks: [chunks[1], chunks[0], *chunks[2:]],
        lambda chunks: [*chunks, chunks[-1]],
        lambda chunks: [chunks[0], *chunks],
        lambda chunks: [*chunks[:-1], chunks[-1][:-1]],
        lambda chunks: [bytes([chunks[0][0] ^ 1]) + chunks[0][1:], *chunks[1:]],
    ],
    ids=["cut short", "emptied", "reordered", "longer", "doubled", "a byte less", "a bit turned"],
)
def test_what_was_altered_does_not_open(
    tmp_path: Path, change: Callable[[list[bytes]], list[bytes]]
):
    path = written(tmp_path / "f", os.urandom(3 * CHUNK_BYTES))
    header, chunks = sealed_chunks(path)

    path.write_bytes(header + b"".join(change(chunks)))

    with pytest.raises(Unreadable):
        read(path)


def test_a_chunk_of_another_file_does_not_open(tmp_path: Path):
    one = written(tmp_path / "f", os.urandom(2 * CHUNK_BYTES))
    other = written(tmp_path / "g", os.urandom(2 * CHUNK_BYTES))
    header, chunks = sealed_chunks(one)
    _, foreign = sealed_chunks(other)

    one.write_bytes(header + foreign[0] + chunks[1])

    with pytest.raises(Unreadable):
        read(one)


def test_neither_another_key_nor_another_record_opens_it(tmp_path: Path):
    path = written(tmp_path / "f", b"data")

    with pytest.raises(Unreadable):
        read(path, key=new_key())
    with pytest.raises(Unreadable):
        read(path, record_id="b")


def test_a_file_that_is_gone_or_never_was_one_says_so(tmp_path: Path):
    with pytest.raises(Unreadable, match="was erased"):
        read(tmp_path / "f")
    (tmp_path / "f").write_bytes(b"reference,name\n" * 10)
    with pytest.raises(Unreadable, match="not a file that was encrypted here"):
        read(tmp_path / "f")
