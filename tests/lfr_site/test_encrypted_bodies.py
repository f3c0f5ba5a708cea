"""A body on its way in: read as it was sent, and nowhere on a disk in clear."""

import asyncio
import os
import tempfile
from pathlib import Path
from typing import Any

import pytest
from daphne.http_protocol import WebRequest  # type: ignore[import-untyped]
from django.core.exceptions import RequestAborted
from django.core.handlers.asgi import ASGIRequest

from lfr_site.encrypted_bodies import (
    IN_MEMORY_BYTES,
    EncryptedBodyHandler,
    EncryptedSpool,
    seal_bodies_of_daphne,
)

LARGE = 3 * IN_MEMORY_BYTES + 12_345


@pytest.fixture
def named_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Temporary files that can be looked into."""

    def named(*_: object, **__: object) -> Any:
        return tempfile.NamedTemporaryFile(dir=tmp_path, delete=False)

    monkeypatch.setattr(tempfile, "TemporaryFile", named)
    return tmp_path


def filled(data: bytes, *, step: int = 50_000) -> EncryptedSpool:
    spool = EncryptedSpool()
    for start in range(0, len(data), step):
        spool.write(data[start : start + step])
    return spool


@pytest.mark.parametrize("size", [0, 1, IN_MEMORY_BYTES, LARGE])
@pytest.mark.parametrize("step", [1_000, 65_536, 10**7])
def test_it_is_read_as_it_was_written(size: int, step: int):
    data = os.urandom(size)
    spool = filled(data, step=step)
    assert spool.tell() == size
    spool.seek(0)

    pieces = list(iter(lambda: spool.read(70_001), b""))

    assert b"".join(pieces) == data
    spool.seek(size // 2)
    assert spool.read() == data[size // 2 :]
    spool.close()
    assert spool.closed


def test_nothing_of_a_large_body_is_on_a_disk_in_clear(named_files: Path):
    sentence = b"The name of somebody sought. "
    spool = filled(sentence * (LARGE // len(sentence)))

    (file,) = named_files.iterdir()
    assert file.stat().st_size > IN_MEMORY_BYTES
    assert sentence not in file.read_bytes()
    spool.close()


def test_django_keeps_a_body_so(named_files: Path):
    sent = [os.urandom(400_000) for _ in range(4)]
    messages = [{"type": "http.request", "body": part, "more_body": True} for part in sent]
    messages.append({"type": "http.request", "body": b"", "more_body": False})
    queue = iter(messages)

    async def receive() -> dict[str, Any]:
        return next(queue)

    body = asyncio.run(EncryptedBodyHandler().read_body(receive))

    assert body.read() == b"".join(sent)
    assert not any(sent[0][:100] in path.read_bytes() for path in named_files.iterdir())
    body.close()


def test_a_form_is_read_from_it():
    picture = os.urandom(LARGE)
    disposition = b'Content-Disposition: form-data; name="image"; filename="a.jpg"'
    head = b"--not-in-a-picture\r\n" + disposition + b"\r\n\r\n"
    body = head + picture + b"\r\n--not-in-a-picture--\r\n"
    spool = filled(body)
    spool.seek(0)
    headers = [
        (b"content-type", b"multipart/form-data; boundary=not-in-a-picture"),
        (b"content-length", str(len(body)).encode()),
    ]
    scope = {"type": "http", "method": "POST", "path": "/", "query_string": b"", "headers": headers}

    request = ASGIRequest(scope, spool)  # type: ignore[arg-type]

    assert request.FILES["image"].read() == picture  # type: ignore[union-attr]
    request.close()


def test_a_visitor_who_goes_away_leaves_nothing():
    async def receive() -> dict[str, Any]:
        return {"type": "http.disconnect"}

    with pytest.raises(RequestAborted):
        asyncio.run(EncryptedBodyHandler().read_body(receive))


def test_daphne_keeps_a_body_so(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(WebRequest, "gotLength", WebRequest.gotLength)
    seal_bodies_of_daphne()

    class Request:
        content: Any = None

    request = Request()
    WebRequest.gotLength(request, 10**9)

    assert isinstance(request.content, EncryptedSpool)
