"""The pictures of an encrypted segment, and the copy made of some of them: decoded and encoded in
memory, nothing lies in clear on a disk."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from fractions import Fraction
from typing import IO, Any

import numpy as np

from recognition.footage.muxing import MP4_OPTIONS, Bytes, Written
from recognition.readers.video import VideoUnreadable, pictures
from recognition.types import Image

# Of what is left of the picture nothing more is lost than must be.
ENCODING = {"crf": "20", "preset": "fast"}
CLOCK = Fraction(1, 90_000)


@contextmanager
def clip(file: IO[bytes]) -> Iterator[Any]:
    """An open PyAV container. Raises VideoUnreadable."""
    import av

    try:
        container = av.open(file, "r", format="mp4")
    except (av.FFmpegError, OSError, ValueError) as error:
        raise VideoUnreadable("the footage cannot be decoded") from error
    with container:
        if not container.streams.video:
            raise VideoUnreadable("there is no video in it")
        yield container


def timed_pictures(container: Any) -> Iterator[tuple[float, Any]]:
    """Time from the first picture and a function that gives it as BGR. Each time is later than
    the one before, whatever the camera's clock said. Raises VideoUnreadable."""
    last = -1.0
    for converted, position_s in pictures(container):
        at_s = max(position_s or 0.0, last + 0.001)
        last = at_s
        yield at_s, converted


class CopyWriter:
    """H.264 in fragmented MP4 from pictures alone: no sound, no metadata of the camera's."""

    def __init__(self, out: Bytes, *, size: tuple[int, int]) -> None:
        """`size` is width and height."""
        import av

        options = {**MP4_OPTIONS, "fflags": "+bitexact"}
        self._container = av.open(Written(out), "w", format="mp4", options=options)
        self._stream: Any = self._container.add_stream("libx264", options=dict(ENCODING))
        # What H.264 can hold: even sides.
        self._width, self._height = size[0] // 2 * 2, size[1] // 2 * 2
        self._stream.width, self._stream.height = self._width, self._height
        self._stream.pix_fmt = "yuv420p"
        self._stream.time_base = self._stream.codec_context.time_base = CLOCK
        self._stream.thread_count = 2

    def write(self, image: Image, *, at_s: float) -> None:
        import av

        picture = np.ascontiguousarray(image[: self._height, : self._width])
        frame = av.VideoFrame.from_ndarray(picture, format="bgr24")
        frame.pts, frame.time_base = round(at_s / CLOCK), CLOCK
        self._container.mux(self._stream.encode(frame))

    def finish(self) -> None:
        self._container.mux(self._stream.encode(None))
        self._container.close()

    def abandon(self) -> None:
        """After anything raised."""
        try:
            self._container.close()
        except Exception:  # noqa: BLE001 - it is given up because it raises
            return
