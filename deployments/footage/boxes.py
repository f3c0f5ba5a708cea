"""The boxes of a fragmented MP4 file (ISO/IEC 14496-12): as much as is needed to end a file that
was cut off after its last whole fragment, so that every player takes it."""

from collections.abc import Iterable, Iterator
from typing import Final

_HEADER: Final = 8
_LARGE: Final = 16


def whole_length(pieces: Iterable[bytes]) -> int:
    """How many bytes from the beginning are a playable file: up to the end of the last whole
    `mdat`. 0 where there is none."""
    whole, box_at, seen = 0, 0, 0
    header = b""
    box: tuple[bytes, int] | None = None
    for piece in pieces:
        at, seen = seen, seen + len(piece)
        while True:
            if box is None:
                begins = box_at + len(header) - at
                header += piece[begins : begins + _LARGE - len(header)]
                box = _box(header)
                if box is None:
                    break
            kind, size = box
            if box_at + size > seen:
                break
            box_at += size
            if kind == b"mdat":
                whole = box_at
            box, header = None, b""
    return whole


def _box(header: bytes) -> tuple[bytes, int] | None:
    """Kind and size; None while too little of the header is there."""
    if len(header) < _HEADER:
        return None
    size = int.from_bytes(header[:4], "big")
    if size == 1:
        if len(header) < _LARGE:
            return None
        size = int.from_bytes(header[8:16], "big")
    return header[4:8], max(size, _HEADER)


def first(length: int, pieces: Iterable[bytes]) -> Iterator[bytes]:
    """The first so many bytes."""
    for piece in pieces:
        if length <= 0:
            return
        yield piece[:length]
        length -= len(piece)
