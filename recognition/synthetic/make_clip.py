"""Makes the demo's assets again: street.mp4, street.json, watchlist.csv and portraits.

    python -m recognition.synthetic.make_clip --out recognition/demo_assets

The same seed draws the same frames. Takes some five minutes on two cores.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from recognition.synthetic.casting import SECONDS, SEED, WALKING, WATCHLIST
from recognition.synthetic.clip import frames, write_clip
from recognition.synthetic.street_camera import FPS, HEIGHT, WIDTH
from recognition.synthetic.truth import Truth, reference
from recognition.synthetic.watchlist import write_watchlist

QUALITY = 21


def make_assets(
    folder: Path,
    *,
    count: int = SECONDS * FPS,
    processes: int = 2,
    quality: int = QUALITY,
    progress: Callable[[int], object] | None = None,
) -> Truth:
    """Writes all assets into a folder; `count` below the whole clip is for a trial."""
    folder.mkdir(parents=True, exist_ok=True)
    write_watchlist(folder, people=WATCHLIST)
    pictures = frames(seed=SEED, seconds=SECONDS, count=count, processes=processes)
    faces = write_clip(folder / "street.mp4", pictures, quality=quality, progress=progress)
    truth = Truth(
        width=WIDTH,
        height=HEIGHT,
        fps=FPS,
        watchlist=tuple(reference(person) for person in sorted(WATCHLIST)),
        walking=tuple(reference(person) for person in sorted(WALKING)),
        frames=tuple(faces),
    )
    truth.write(folder / "street.json")
    return truth


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, prog="make_clip")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--frames", type=int, default=SECONDS * FPS)
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--quality", type=int, default=QUALITY, help="x264's crf")
    options = parser.parse_args(arguments)
    started = time.monotonic()

    def progress(done: int) -> None:
        rate = done / (time.monotonic() - started)
        sys.stderr.write(f"\r{done} of {options.frames} frames, {rate:.1f} a second")
        sys.stderr.flush()

    make_assets(
        options.out,
        count=options.frames,
        processes=options.processes,
        quality=options.quality,
        progress=progress,
    )
    sys.stdout.write(f"\n{options.out} made in {time.monotonic() - started:.0f} s\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
