"""How bright faces are, and how many are found, by tone of skin.

    python -m recognition.synthetic.measure_exposure --people 180 --size 90

One street capture each of people who were not chosen for anything. dlib's HOG detector runs
without enlarging; YuNet too where its weights are given.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from recognition.synthetic.captures import photographed, street_head, street_render
from recognition.synthetic.finishing import Picture
from recognition.synthetic.identity import identity_from_seed
from recognition.synthetic.likeness import DlibFaces
from recognition.synthetic.palettes import tone_third
from recognition.synthetic.render import Render

# Not among the seeds that the demo's people are chosen from.
FIRST_SEED = 1000
THIRDS = ("lightest", "middle", "darkest")
Finder = Callable[[Picture], bool]


@dataclass(frozen=True, slots=True)
class Capture:
    third: int
    luminance: float
    found: tuple[bool, ...]


def face_luminance(picture: Picture, render: Render) -> float:
    """Mean grey level (0..255) of the middle of the face."""
    x, y, width, height = render.box
    rows = slice(int(y + height / 4), int(y + height))
    columns = slice(int(x + width / 5), int(x + width * 4 / 5))
    return float(cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY)[rows, columns].mean())


def capture(seed: int, *, size_px: float, finders: Sequence[Finder]) -> Capture:
    identity = identity_from_seed(seed)
    head = street_head(identity, size_px=size_px)
    rendered = street_render(identity, head, capture=0, size_px=size_px)
    picture = photographed(rendered, np.random.default_rng(seed))
    return Capture(
        tone_third(identity.tone),
        face_luminance(picture, rendered),
        tuple(finder(picture) for finder in finders),
    )


def yunet(weights: str) -> Finder:
    """OpenCV's YuNet at its usual score of 0.7."""
    detector = cv2.FaceDetectorYN.create(weights, "", (320, 320), 0.7)

    def found(picture: Picture) -> bool:
        detector.setInputSize((picture.shape[1], picture.shape[0]))
        return detector.detect(picture)[1] is not None

    return found


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, prog="measure_exposure")
    parser.add_argument("--people", type=int, default=180)
    parser.add_argument("--size", type=float, default=90.0, help="face height in pixels")
    parser.add_argument("--yunet", help="YuNet's ONNX file")
    options = parser.parse_args(arguments)
    finders: dict[str, Finder] = {"HOG": DlibFaces.load().found}
    if options.yunet:
        finders["YuNet"] = yunet(options.yunet)
    captures = []
    for number in range(options.people):
        seed = FIRST_SEED + number
        captures.append(capture(seed, size_px=options.size, finders=list(finders.values())))
        sys.stderr.write(f"\r{number + 1} of {options.people}")
    sys.stderr.write("\n")
    for third, name in enumerate(THIRDS):
        row = _row(name, [c for c in captures if c.third == third], list(finders))
        sys.stdout.write(row + "\n")
    return 0


def _row(name: str, captures: Sequence[Capture], finders: Sequence[str]) -> str:
    levels = [c.luminance for c in captures]
    found = np.mean([c.found for c in captures], axis=0)
    rates = ", ".join(f"{finder} {rate:.1%}" for finder, rate in zip(finders, found, strict=True))
    return (
        f"{name:9s} n={len(captures):3d}  luminance mean {np.mean(levels):.0f}, "
        f"least {min(levels):.0f}  found: {rates}"
    )


if __name__ == "__main__":
    sys.exit(main())
