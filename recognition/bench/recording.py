"""What recording costs beside recognition: the demo's street as 1080p25 H.264, taken as a camera
sends it, with the recorder and without, in turns. Decoding is recognition's own, and in neither."""

from __future__ import annotations

import io
import time
from fractions import Fraction
from typing import Any

import av
from django.db import connection

from deployments.models import Deployment
from recognition.bench.options import Options
from recognition.bench.scene import authorised, ended, portraits, started
from recognition.enrolling import enrol
from recognition.footage.archive import recorder_for
from recognition.footage.recorder import Recorder
from recognition.protocols import always

WIDTH, HEIGHT, FPS = 1920, 1080, 25
BITS_PER_S = 6_000_000
LENGTH_S = 10
ROUNDS = 3


def measure(options: Options) -> dict[str, Any]:
    deployment = _deployment()
    video = _video(options)
    seconds = options.chosen(10, 60)
    shares: dict[bool, list[float]] = {False: [], True: []}
    for _ in range(ROUNDS):
        for records, found in shares.items():
            found.append(_share(deployment, video, seconds, records=records))
    segments = list(deployment.footage.exclude(number=None))
    ended(deployment)
    connection.close()
    cost = sorted(shares[True])[ROUNDS // 2] - sorted(shares[False])[ROUNDS // 2]
    return {
        "recording_core_share": round(cost, 4),
        "recording": {
            "seconds": seconds,
            "rounds": ROUNDS,
            "segments": len(segments),
            "mbit_per_s": round(8 * len(video) / LENGTH_S / 1e6, 1),
            "taking_alone": round(sorted(shares[False])[ROUNDS // 2], 4),
        },
    }


def _share(deployment: Deployment, video: bytes, seconds: float, *, records: bool) -> float:
    """Of one core, all threads of the process together, while the video is taken at its pace."""
    begin = recorder_for(deployment, deployment.cameras.get().pk)
    assert begin is not None, "recording was authorised"
    cpu, wall = time.process_time(), time.monotonic()
    recorder = begin(always) if records else None
    taken = 0
    while time.monotonic() - wall < seconds:
        taken = _play(video, recorder, began=wall, taken=taken, until=wall + seconds)
    if recorder is not None:
        recorder.close()
        recorder.join(timeout_s=30)
    return (time.process_time() - cpu) / (time.monotonic() - wall)


def _play(
    video: bytes, recorder: Recorder | None, *, began: float, taken: int, until: float
) -> int:
    with av.open(io.BytesIO(video), "r") as container:
        stream = container.streams.video[0]
        for packet in container.demux(stream):
            if packet.size == 0 or time.monotonic() >= until:
                break
            if recorder is not None:
                if packet.pts == 0 or taken == 0:
                    recorder.connected(stream)
                recorder.packet(packet)
            taken += 1
            time.sleep(max(0.0, began + taken / FPS - time.monotonic()))
    return taken


def _video(options: Options) -> bytes:
    out = io.BytesIO()
    with (
        av.open(str(options.street), "r") as source,
        av.open(out, "w", format="matroska") as target,
    ):
        stream = target.add_stream("libx264", rate=FPS, options={"preset": "ultrafast"})
        assert isinstance(stream, av.VideoStream)
        stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        stream.gop_size, stream.bit_rate = 2 * FPS, BITS_PER_S
        for number, frame in enumerate(source.decode(source.streams.video[0])):
            if number >= LENGTH_S * FPS:
                break
            scaled = frame.reformat(width=WIDTH, height=HEIGHT, format="yuv420p")
            scaled.pts, scaled.time_base = number, Fraction(1, FPS)
            target.mux(stream.encode(scaled))
        target.mux(stream.encode(None))
    return out.getvalue()


def _deployment() -> Deployment:
    deployment = authorised("Recording", records_cctv=True)
    for entry in portraits(deployment):
        enrol(entry.pk)
    time.sleep(1.5)  # until its window opens
    return started(deployment)
