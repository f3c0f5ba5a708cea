"""Reading a weight file from the network, with every way it fails in words."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPException, HTTPResponse
from io import BufferedIOBase
from typing import BinaryIO, cast
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

from recognition.model_files import NotInstalled
from recognition.profiles import Weights

TIMEOUT_S = 30.0
# No weights are larger; a server that never ends must not fill the disk.
MAX_BYTES = 4 << 30
BY_HAND = "Get it on another machine and use --from FOLDER."


@contextmanager
def opened(weights: Weights, *, timeout_s: float = TIMEOUT_S) -> Iterator[tuple[BinaryIO, int]]:
    """The stream of a weight file and its length, 0 where the server does not say.

    Raises NotInstalled for no network, an HTTP error, a stream cut short or one without an end.
    """
    name = weights.file
    if urlsplit(weights.source).scheme not in ("https", "http"):
        raise NotInstalled(
            f"{name} cannot be downloaded; it comes from {weights.source}. {BY_HAND}"
        )
    request = Request(weights.source, headers={"User-Agent": "live-facial-recognition"})  # noqa: S310  checked
    try:
        with urlopen(request, timeout=timeout_s) as response:  # noqa: S310  checked above
            length = int(response.headers.get("Content-Length") or 0)
            if length > MAX_BYTES:
                raise NotInstalled(
                    f"{name} would be {length >> 20} MiB large: that is no weight file."
                )
            yield cast("BinaryIO", _Counted(response, name=name, length=length)), length
    except HTTPError as error:
        error.close()  # it is the response, too
        raise NotInstalled(
            f"{name}: the server answers {error.code} {error.reason}. {BY_HAND}"
        ) from None
    except (URLError, HTTPException, TimeoutError, ConnectionError) as error:
        reason = getattr(error, "reason", None) or str(error) or type(error).__name__
        raise NotInstalled(f"{name} cannot be downloaded: {reason}. {BY_HAND}") from None


class _Counted(BufferedIOBase):
    """A response that says when it was cut short or does not end."""

    def __init__(self, response: HTTPResponse, *, name: str, length: int) -> None:
        self._response = response
        self._name = name
        self._length = length
        self._read = 0

    def read(self, size: int | None = -1, /) -> bytes:
        chunk = self._response.read(size)
        self._read += len(chunk)
        if self._read > MAX_BYTES:
            raise NotInstalled(f"{self._name} does not end: that is no weight file.")
        if not chunk and self._read < self._length:
            raise NotInstalled(
                f"{self._name} was cut short after {self._read} of {self._length} bytes: try again."
            )
        return chunk
