"""Packets of a camera into fragmented MP4, as they are: nothing is decoded or encoded again.

A fragment is written each second or key frame, so that a file that is cut off plays up to its last
whole fragment, and nothing has to be gone back to: it can be encrypted as it comes."""

from __future__ import annotations

import contextlib
import io
from typing import Any, Protocol

# What MP4 holds and players take. A device's raw pictures would fill a disk in minutes.
RECORDABLE = frozenset({"h264", "hevc", "av1", "vp9", "mpeg4", "mjpeg"})
MP4_OPTIONS = {
    "movflags": "empty_moov+default_base_moof+frag_keyframe",
    "frag_duration": "1000000",  # microseconds, where key frames are rare
    "flush_packets": "1",
}


class Bytes(Protocol):
    def write(self, data: bytes) -> int: ...


class StreamTemplate:
    """What a stream's packets need to be written elsewhere, without the stream: a camera's
    connection may be closed while its last packets are written."""

    def __init__(self, stream: Any) -> None:
        import av

        self.codec = str(stream.codec_context.name)
        self.is_recordable = self.codec in RECORDABLE
        if self.is_recordable:
            self._container = av.open(io.BytesIO(), "w", format="mp4")
            self.stream = self._container.add_stream_from_template(stream, opaque=True)


class SegmentMuxer:
    """One MP4 file. Times count from its own first packet."""

    def __init__(self, template: StreamTemplate, out: Bytes) -> None:
        """`out` is written to from its beginning to its end; what it raises comes out of `add`."""
        import av

        self._container = av.open(Written(out), "w", format="mp4", options=dict(MP4_OPTIONS))
        self._stream = self._container.add_stream_from_template(template.stream, opaque=True)
        self._began: int | None = None
        self._last = -1

    def add(self, packet: Any) -> None:
        """Takes the packet over. Raises OSError, or what `out` raised."""
        decoded_at = packet.dts if packet.dts is not None else packet.pts
        if self._began is None:
            self._began = decoded_at or 0
        # A camera whose clock stands still or jumps back is recorded all the same.
        at = max((decoded_at or 0) - self._began, self._last + 1)
        shown_after = 0 if packet.pts is None or packet.dts is None else packet.pts - packet.dts
        packet.dts, packet.pts, self._last = at, at + max(0, shown_after), at
        packet.stream = self._stream
        self._container.mux(packet)

    def finish(self) -> None:
        """Write what is still held back. Raises as `add` does."""
        self._container.close()

    def abandon(self) -> None:
        """After `add` or `finish` raised."""
        with contextlib.suppress(Exception):  # it is given up because it raises
            self._container.close()


class Written:
    """Only `write`: to FFmpeg a pipe, in which nothing is gone back to."""

    def __init__(self, out: Bytes) -> None:
        self._out = out

    def write(self, data: Any) -> int:
        return self._out.write(bytes(data))
