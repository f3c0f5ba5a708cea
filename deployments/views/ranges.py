"""Parts of a large file, as a player asks for them (RFC 9110, section 14), and streams."""

import re
from collections.abc import AsyncIterator, Iterator
from typing import IO

from asgiref.sync import sync_to_async
from django.core.handlers.asgi import ASGIRequest
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse

# A player that asks for all of it is given so much at once, and asks again for the rest: the
# web process holds no more of a video than this.
MOST_AT_ONCE = 1 << 20
_RANGE = re.compile(r"bytes=(\d*)-(\d*)$")


def ranged(
    request: HttpRequest, file: IO[bytes], *, size: int, content_type: str
) -> HttpResponseBase:
    """The part that is asked for; all of it where none is."""
    asked = request.headers.get("Range")
    if asked is None:
        return _whole(request, file, size=size, content_type=content_type)
    bounds = _bounds(asked, size=size)
    if bounds is None:
        file.close()
        return HttpResponse(status=416, headers={"Content-Range": f"bytes */{size}"})
    begins, ends = bounds
    ends = min(ends, begins + MOST_AT_ONCE - 1)
    with file:
        file.seek(begins)
        data = file.read(ends - begins + 1)
    response = HttpResponse(data, status=206, content_type=content_type)
    response["Content-Range"] = f"bytes {begins}-{ends}/{size}"
    response["Accept-Ranges"] = "bytes"
    return response


def streamed(
    request: HttpRequest, pieces: Iterator[bytes], *, content_type: str
) -> StreamingHttpResponse:
    """Piece by piece, whichever server answers."""
    if isinstance(request, ASGIRequest):
        return StreamingHttpResponse(_in_turn(pieces), content_type=content_type)
    return StreamingHttpResponse(pieces, content_type=content_type)


async def _in_turn(pieces: Iterator[bytes]) -> AsyncIterator[bytes]:
    following = sync_to_async(lambda: next(pieces, None))
    while (piece := await following()) is not None:
        yield piece


def _whole(
    request: HttpRequest, file: IO[bytes], *, size: int, content_type: str
) -> StreamingHttpResponse:
    def pieces() -> Iterator[bytes]:
        with file:
            while piece := file.read(MOST_AT_ONCE):
                yield piece

    response = streamed(request, pieces(), content_type=content_type)
    response["Content-Length"] = str(size)
    response["Accept-Ranges"] = "bytes"
    return response


def _bounds(asked: str, *, size: int) -> tuple[int, int] | None:
    """First and last byte, both counted; None where there is no such part."""
    found = _RANGE.match(asked.strip())
    if found is None or found[1] == found[2] == "":
        return None
    if found[1] == "":
        begins, ends = max(0, size - int(found[2])), size - 1
    else:
        begins, ends = int(found[1]), min(int(found[2] or size - 1), size - 1)
    return (begins, ends) if begins <= ends and begins < size else None
