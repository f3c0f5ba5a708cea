"""What is uploaded never lies on a disk in clear, not even for the moment of its reception.

The web server and Django each keep the body of a large request in a temporary file. Here that file
is sealed under a key that only this process's memory holds."""

from __future__ import annotations

import io
import os
import tempfile
from collections.abc import Awaitable, Callable
from typing import IO, Any

from django.core.exceptions import RequestAborted
from django.core.handlers.asgi import ASGIHandler

from deployments.encrypted_file import CHUNK_BYTES, SALT_BYTES, SEALED_BYTES, ChunkCipher
from deployments.encryption import new_key

IN_MEMORY_BYTES = 1024 * 1024

Receive = Callable[[], Awaitable[dict[str, Any]]]


class EncryptedSpool(io.IOBase):
    """A file to write once, from the beginning, and then to read: in memory while it is small,
    then sealed in a temporary file that has no name."""

    def __init__(self) -> None:
        super().__init__()
        self._memory = bytearray()
        self._file: IO[bytes] | None = None
        self._cipher = ChunkCipher(key=new_key(), record_id="body", salt=os.urandom(SALT_BYTES))
        self._sealed_chunks = 0
        self._size = self._at = 0
        self._held_number, self._held = -1, b""

    def write(self, data: bytes) -> int:
        self._memory += data
        self._size += len(data)
        self._at = self._size
        if self._size > IN_MEMORY_BYTES:
            self._spill()
        return len(data)

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        self._at = {os.SEEK_SET: 0, os.SEEK_CUR: self._at, os.SEEK_END: self._size}[whence] + offset
        return self._at

    def read(self, size: int | None = -1) -> bytes:
        left = self._size - self._at
        wanted = left if size is None or size < 0 else min(size, left)
        parts = []
        while wanted > 0:
            part = self._part(wanted)
            parts.append(part)
            self._at += len(part)
            wanted -= len(part)
        return b"".join(parts)

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def writable(self) -> bool:
        return True

    def close(self) -> None:
        self._memory.clear()
        self._held = b""
        if self._file is not None:
            self._file.close()
        super().close()

    def _part(self, wanted: int) -> bytes:
        """Some bytes from where we are: of one chunk, or of what is still in memory."""
        in_file = self._sealed_chunks * CHUNK_BYTES
        if self._at >= in_file:
            start = self._at - in_file
            return bytes(self._memory[start : start + wanted])
        number, start = divmod(self._at, CHUNK_BYTES)
        if number != self._held_number:
            assert self._file is not None
            self._file.seek(number * SEALED_BYTES)
            sealed = self._file.read(SEALED_BYTES)
            self._held = self._cipher.unseal(sealed, number=number, is_last=False)
            self._held_number = number
        return self._held[start : start + wanted]

    def _spill(self) -> None:
        if self._file is None:
            self._file = tempfile.TemporaryFile()  # noqa: SIM115 - closed with the body
        while len(self._memory) >= CHUNK_BYTES:
            chunk = bytes(self._memory[:CHUNK_BYTES])
            sealed = self._cipher.seal(chunk, number=self._sealed_chunks, is_last=False)
            self._file.seek(0, os.SEEK_END)
            self._file.write(sealed)
            self._sealed_chunks += 1
            del self._memory[:CHUNK_BYTES]


class EncryptedBodyHandler(ASGIHandler):
    """Django's own, but for where it keeps a body."""

    async def read_body(self, receive: Receive) -> EncryptedSpool:  # type: ignore[override]
        body = EncryptedSpool()
        while True:
            message = await receive()
            if message["type"] == "http.disconnect":
                body.close()
                raise RequestAborted
            body.write(message.get("body", b""))
            if not message.get("more_body", False):
                break
        body.seek(0)
        return body


def seal_bodies_of_daphne() -> None:
    """Twisted, below Daphne, writes a body of 100 kB and more to a temporary file of its own, and
    then reads the whole of a form's into memory to parse what nobody asks it for."""
    from daphne.http_protocol import WebRequest  # type: ignore[import-untyped]

    def got_length(request: Any, length: int | None) -> None:  # noqa: ARG001
        request.content = EncryptedSpool()
        request._parsePOSTFormSubmission = False  # noqa: SLF001

    WebRequest.gotLength = got_length
