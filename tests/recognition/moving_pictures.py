"""Small video files made for a test."""

from collections.abc import Iterable
from pathlib import Path

import av
import numpy as np

from recognition.types import Image


def noisy_pictures(count: int, *, width: int = 320, height: int = 240) -> list[Image]:
    rng = np.random.default_rng(0)
    return [rng.integers(0, 255, (height, width, 3)).astype(np.uint8) for _ in range(count)]


def write_video(path: Path, pictures: Iterable[Image], *, fps: int = 25) -> Path:
    """An MPEG-4 file; every picture is a key frame, so that it may be cut anywhere."""
    pictures = list(pictures)
    height, width = pictures[0].shape[:2]
    with av.open(str(path), "w") as container:
        stream = container.add_stream("mpeg4", rate=fps)
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        stream.gop_size = 1
        stream.bit_rate = 8_000_000
        for picture in pictures:
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="bgr24")))
        container.mux(stream.encode(None))
    return path
