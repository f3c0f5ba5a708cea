"""Large files, encrypted as they are written and read in any order: what is uploaded, what a camera
records. Nothing of them lies in clear on a disk, and nothing is held in memory but one chunk.

A file is a header and chunks of 64 KiB, each sealed with AES-256-GCM under a key of the file's
own, which is derived from the deployment's. The associated data of a chunk says which it is and
whether it is the last, so that a file cut short, put together otherwise or taken for another does
not open."""

import contextlib
import io
import os
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from deployments.encryption import Unreadable, keyed_digest

CHUNK_BYTES = 64 * 1024
TAG_BYTES = 16
SEALED_BYTES = CHUNK_BYTES + TAG_BYTES
MAGIC = b"LFRFILE1"
SALT_BYTES = 16
HEADER_BYTES = len(MAGIC) + SALT_BYTES


class ChunkCipher:
    """Seals the chunks of one file. The salt makes the key the file's own, so that its number is
    nonce enough."""

    def __init__(self, *, key: bytes, record_id: str, salt: bytes) -> None:
        own_key = keyed_digest(salt + record_id.encode(), key=key, purpose="encrypted file")
        self._cipher = AESGCM(own_key)
        self._record_id = record_id

    def seal(self, data: bytes, *, number: int, is_last: bool) -> bytes:
        return self._cipher.encrypt(_nonce(number), data, self._bound_to(number, is_last))

    def unseal(self, sealed: bytes, *, number: int, is_last: bool) -> bytes:
        """Raises Unreadable."""
        try:
            return self._cipher.decrypt(_nonce(number), sealed, self._bound_to(number, is_last))
        except (InvalidTag, ValueError) as error:
            raise Unreadable("the encrypted file was altered, or its key is another") from error

    def _bound_to(self, number: int, is_last: bool) -> bytes:  # noqa: FBT001
        return f"{self._record_id}:{number}:{int(is_last)}".encode()


def _nonce(number: int) -> bytes:
    return number.to_bytes(12, "big")


class EncryptedWriter:
    """Writes one file from its beginning to its end. It appears under its name once it is
    finished; one that is not is left as `.part`."""

    def __init__(self, path: Path, *, key: bytes, record_id: str) -> None:
        self._path, self._partial = path, path.with_suffix(".part")
        salt = os.urandom(SALT_BYTES)
        self._cipher = ChunkCipher(key=key, record_id=record_id, salt=salt)
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(self._partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        self._file = os.fdopen(descriptor, "wb")
        self._file.write(MAGIC + salt)
        self._waiting = bytearray()
        self._number = 0
        self.byte_count = 0

    def write(self, data: bytes) -> int:
        self._waiting += data
        self.byte_count += len(data)
        # One chunk is always held back: it may turn out to be the last.
        while len(self._waiting) > CHUNK_BYTES:
            self._seal(bytes(self._waiting[:CHUNK_BYTES]), is_last=False)
            del self._waiting[:CHUNK_BYTES]
        return len(data)

    def finish(self) -> None:
        self._seal(bytes(self._waiting), is_last=True)
        self._waiting.clear()
        self._file.flush()
        os.fsync(self._file.fileno())
        self._file.close()
        self._partial.rename(self._path)

    def discard(self) -> None:
        self.abandon()
        self._partial.unlink(missing_ok=True)

    def abandon(self) -> None:
        """Leave the `.part` as it is: what is whole of it can still be read."""
        self._waiting.clear()
        with contextlib.suppress(OSError):  # the disk may be what gave way
            self._file.close()

    def _seal(self, data: bytes, *, is_last: bool) -> None:
        self._file.write(self._cipher.seal(data, number=self._number, is_last=is_last))
        # With the operating system, so that a process that is killed loses this chunk no more.
        self._file.flush()
        self._number += 1


def whole_chunks(partial: Path, *, key: bytes, record_id: str) -> Iterator[bytes]:
    """What a writer that was cut off had written: each chunk that is whole, from the first on.
    Raises Unreadable where not even the first opens."""
    with partial.open("rb") as file:
        header = file.read(HEADER_BYTES)
        if len(header) != HEADER_BYTES or not header.startswith(MAGIC):
            return  # cut off before anything came
        cipher = ChunkCipher(key=key, record_id=record_id, salt=header[len(MAGIC) :])
        number = 0
        while sealed := file.read(SEALED_BYTES):
            data = _opened_either_way(cipher, sealed, number=number)
            if data is None:
                if number == 0 and len(sealed) == SEALED_BYTES:
                    raise Unreadable("the encrypted file was altered, or its key is another")
                return
            yield data
            number += 1


def _opened_either_way(cipher: ChunkCipher, sealed: bytes, *, number: int) -> bytes | None:
    """The last chunk is sealed as such, and may be there although the file was never renamed."""
    for is_last in (False, True):
        try:
            return cipher.unseal(sealed, number=number, is_last=is_last)
        except Unreadable:
            continue
    return None


class EncryptedReader(io.RawIOBase):
    """A file of `EncryptedWriter` as a file to read and to seek in."""

    def __init__(self, path: Path, *, key: bytes, record_id: str) -> None:
        """Raises Unreadable, at once where the end of the file is missing."""
        super().__init__()
        try:
            self._file: IO[bytes] = path.open("rb")
        except FileNotFoundError as error:
            raise Unreadable("the file was erased") from error
        header = self._file.read(HEADER_BYTES)
        if len(header) != HEADER_BYTES or not header.startswith(MAGIC):
            self._file.close()
            raise Unreadable("this is not a file that was encrypted here")
        salt = header[len(MAGIC) :]
        self._cipher = ChunkCipher(key=key, record_id=record_id, salt=salt)
        sealed = self._file.seek(0, os.SEEK_END) - HEADER_BYTES
        self._last = max(0, -(-sealed // SEALED_BYTES) - 1)
        self._at, self._held_number, self._held = 0, -1, b""
        try:
            self.byte_count = self._last * CHUNK_BYTES + len(self._chunk(self._last))
        except Unreadable:
            self._file.close()
            raise

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        base = {os.SEEK_SET: 0, os.SEEK_CUR: self._at, os.SEEK_END: self.byte_count}[whence]
        if base + offset < 0:
            raise ValueError("no place before the beginning")
        self._at = base + offset
        return self._at

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        if self._at >= self.byte_count:
            return 0
        number, start = divmod(self._at, CHUNK_BYTES)
        part = self._chunk(number)[start : start + len(buffer)]
        buffer[: len(part)] = part
        self._at += len(part)
        return len(part)

    def close(self) -> None:
        if not self.closed:
            self._held = b""
            self._file.close()
        super().close()

    def _chunk(self, number: int) -> bytes:
        if number != self._held_number:
            self._file.seek(HEADER_BYTES + number * SEALED_BYTES)
            sealed = self._file.read(SEALED_BYTES)
            self._held = self._cipher.unseal(sealed, number=number, is_last=number == self._last)
            self._held_number = number
        return self._held


def open_encrypted(path: Path, *, key: bytes, record_id: str) -> IO[bytes]:
    """Buffered, for libraries that read a few bytes at a time. Raises Unreadable."""
    return io.BufferedReader(EncryptedReader(path, key=key, record_id=record_id), CHUNK_BYTES)
