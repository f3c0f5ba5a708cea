"""Pictures out of a file, a stream or a device by PyAV (FFmpeg)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

from recognition.protocols import PacketTap
from recognition.types import Image

OPEN_TIMEOUT_S = 5.0
READ_TIMEOUT_S = 5.0
DECODER_THREADS = 2
# A file damaged worse than this is not worth going on with.
MAX_BAD_PACKETS = 50

Picture = tuple[Callable[[], Image], float | None]


class VideoUnreadable(Exception):
    """The source cannot be opened or went away; the message is for operators.

    It never holds the address, which may hold a password.
    """


@contextmanager
def opened(
    address: str, *, options: dict[str, str], container_format: str | None = None
) -> Iterator[Any]:
    """An open PyAV container. Raises VideoUnreadable."""
    import av

    try:
        container = av.open(
            address,
            format=container_format,
            options=options,
            timeout=(OPEN_TIMEOUT_S, READ_TIMEOUT_S),
        )
    except (av.FFmpegError, OSError, ValueError) as error:
        raise VideoUnreadable(_words(error)) from None
    try:
        if not container.streams.video:
            raise VideoUnreadable("there is no video in it")
        yield container
    finally:
        container.close()


def duration_s(container: Any) -> float | None:
    """How long the file plays; None where it does not say, as of a stream."""
    import av

    return None if not container.duration else float(container.duration / av.time_base)


def pictures(
    container: Any, *, skip_s: float = 0.0, tap: PacketTap | None = None
) -> Iterator[Picture]:
    """Each decoded picture as a function that converts it to BGR, with its media time.

    The time counts from the first picture: a file cut out of a longer one keeps the other's clock.
    `skip_s` begins so far into a file; what lies before is passed over. Damaged packets are
    skipped, as a player would. `tap` is given every packet as it came, after it was decoded.
    Raises VideoUnreadable when the source goes away or nothing but damage comes.
    """
    stream = container.streams.video[0]
    # Each further thread holds back a frame: as many as there are cores, which is FFmpeg's choice,
    # would show the street of half a second ago.
    stream.thread_type, stream.codec_context.thread_count = "AUTO", DECODER_THREADS
    good = 0
    began_s = _sought(container, stream, skip_s) if skip_s else None
    for decoded in _decoded(container, stream, tap):
        while decoded:
            good += 1
            # Popped, so that no picture stays here while the next packet is awaited.
            frame = decoded.pop(0)
            if began_s is None:
                began_s = frame.time
            position_s = None if frame.time is None or began_s is None else frame.time - began_s
            if position_s is None or position_s >= skip_s:
                yield _converter(frame), position_s
            del frame
    if not good:
        raise VideoUnreadable("there is no picture in it")


def _decoded(container: Any, stream: Any, tap: PacketTap | None) -> Iterator[list[Any]]:
    """The pictures of each packet, and the packet to who taps it."""
    import av

    bad = 0
    packets = container.demux(stream)
    if tap is not None:
        tap.connected(stream)
    while True:
        try:
            packet = next(packets, None)
        except (av.FFmpegError, OSError) as error:
            raise VideoUnreadable(_words(error)) from None
        if packet is None:
            return
        try:
            decoded = packet.decode()
        except av.FFmpegError:
            decoded, bad = [], bad + 1
            if bad >= MAX_BAD_PACKETS:
                raise VideoUnreadable("the video is damaged") from None
        if tap is not None:
            tap.packet(packet)
        yield decoded


def _sought(container: Any, stream: Any, skip_s: float) -> float | None:
    """Go to the last key frame before `skip_s`; the time of the file's first picture."""
    import av

    began_s = float((stream.start_time or 0) * stream.time_base)
    try:
        container.seek(int((began_s + skip_s) * av.time_base))
    except av.FFmpegError:
        return None
    return began_s


def _converter(frame: Any) -> Callable[[], Image]:
    return lambda: np.asarray(frame.to_ndarray(format="bgr24"), np.uint8)


def _words(error: Exception) -> str:
    """FFmpeg's own words without the address."""
    words = getattr(error, "strerror", None) or type(error).__name__
    if "Immediate exit" in str(words):
        return "no answer in time"
    return str(words).lower()
