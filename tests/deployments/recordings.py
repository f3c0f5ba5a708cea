"""Recorded segments for tests: real encrypted files of a real MP4, as a recorder makes them."""

import io
from datetime import datetime, timedelta
from functools import cache

import av
import numpy as np
from django.utils import timezone

from deployments.footage.store import OpenSegment
from deployments.models import Camera, Deployment, FootageSegment
from recognition.footage.muxing import SegmentMuxer, StreamTemplate

FPS = 25


@cache
def video(*, seconds: int = 4, codec: str = "libx264", size: tuple[int, int] = (320, 240)) -> bytes:
    """A Matroska file of moving noise with a key frame each second: what a camera sends."""
    rng = np.random.default_rng(seconds)
    width, height = size
    out = io.BytesIO()
    with av.open(out, "w", format="matroska") as container:
        stream = container.add_stream(codec, rate=FPS)
        assert isinstance(stream, av.VideoStream)
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        stream.gop_size = FPS
        for _ in range(seconds * FPS):
            picture = rng.integers(0, 255, (height // 8, width // 8, 3)).astype(np.uint8)
            picture = np.kron(picture, np.ones((8, 8, 1), np.uint8))
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="bgr24")))
        container.mux(stream.encode(None))
    return out.getvalue()


def write_into(segment: OpenSegment, *, seconds: int = 4, is_finished: bool = True) -> None:
    """The packets of the video, as a recorder writes them."""
    with av.open(io.BytesIO(video(seconds=seconds)), "r") as container:
        stream = container.streams.video[0]
        muxer = SegmentMuxer(StreamTemplate(stream), segment)
        for packet in container.demux(stream):
            if packet.size:
                muxer.add(packet)
        if is_finished:
            muxer.finish()


def recorded(
    deployment: Deployment,
    *,
    camera: Camera | None = None,
    started_at: datetime | None = None,
    seconds: int = 4,
) -> FootageSegment:
    """A finished segment of a live deployment whose cameras record."""
    camera = camera or deployment.cameras.get()
    started_at = started_at or timezone.now()
    segment = OpenSegment(deployment.pk, camera.pk, started_at=started_at)
    write_into(segment, seconds=seconds)
    return segment.finish(ended_at=started_at + timedelta(seconds=seconds))


def frames_of(data: bytes) -> int:
    """How many pictures a player shows of it."""
    with av.open(io.BytesIO(data), "r") as container:
        return len(list(container.decode(container.streams.video[0])))
