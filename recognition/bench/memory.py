"""What hours of video do to the memory of a worker: the street, looped, read as a camera is."""

from __future__ import annotations

import time
from typing import Any

import numpy as np

from recognition.bench.machine import rss_mb
from recognition.bench.options import Options
from recognition.bench.scene import STRANGERS_ALIKE
from recognition.bench.strangers import random_templates
from recognition.factory import build_models, build_pipeline, load_profile, open_reader
from recognition.gallery_memory import MemoryGallery
from recognition.pipeline import Settings

WATCHLIST = 20_000
SAMPLES = 60
# Until then caches and pools fill.
SETTLED_AFTER = 0.25


def measure(options: Options) -> dict[str, Any]:
    profile = load_profile("embedded")
    gallery = MemoryGallery(profile.dimension)
    templates = random_templates(WATCHLIST, dimension=profile.dimension, likeness=STRANGERS_ALIKE)
    gallery.replace(range(WATCHLIST), templates)
    pipeline = build_pipeline(
        build_models(profile),
        gallery=gallery,
        settings=Settings(threshold=profile.threshold, min_face_px=profile.min_face_px),
    )
    seconds = 60 * options.minutes
    began = time.monotonic()
    samples: list[tuple[float, float]] = []

    def keep_going() -> bool:
        now = time.monotonic() - began
        if now >= len(samples) * seconds / SAMPLES:
            samples.append((now, rss_mb()))
        return now < seconds

    reader = open_reader(str(options.street), loop=True)
    pipeline.run(reader, lambda _: None, keep_going)
    settled = np.array([sample for sample in samples if sample[0] >= SETTLED_AFTER * seconds])
    slope = float(np.polyfit(settled[:, 0] / 60, settled[:, 1], 1)[0])
    return {
        "memory": {
            "minutes": options.minutes,
            "frames": pipeline.counts.frames,
            "dropped": pipeline.counts.dropped,
            "settled_mb": round(float(np.median(settled[: len(settled) // 3, 1]))),
            "end_mb": round(float(np.median(settled[-len(settled) // 3 :, 1]))),
            "growth_mb_a_minute": round(slope, 2),
        }
    }
