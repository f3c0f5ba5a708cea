"""Detectors side by side: how long a frame takes and how many of its faces are found, by the size
of the picture and of the faces."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any

import cv2
import numpy as np

from recognition.bench.options import Options
from recognition.detectors.dlib_hog import DlibHog
from recognition.evaluation.rivals import POINTS_SHA256
from recognition.factory import build_detector, load_profile
from recognition.protocols import Detector
from recognition.synthetic.captures import photographed, street_head, street_render
from recognition.synthetic.identity import identity_from_seed
from recognition.types import Face, Image
from recognition.weights import MissingWeights, WrongWeights

RESOLUTIONS = ((640, 360), (1280, 720), (1920, 1080))
FACE_SIZES_PX = (40, 60, 80, 120)
# A detector is asked for faces a quarter smaller than those shown: its box is not ours.
ASKED = 0.75
FACES_A_FRAME = 6
# A face fills so much of the width of a picture of Labeled Faces in the Wild.
LFW_FACE_SHARE = 0.38
# Not among the seeds that the demo's people are chosen from.
FIRST_SEED = 1000
GREY, GRAIN = 110, 25


@dataclass(frozen=True, slots=True)
class Portrait:
    """One face in the middle of a BGR picture, `face_px` wide."""

    picture: Image
    face_px: float


@dataclass(slots=True)
class Tally:
    ms: list[float] = field(default_factory=list)
    found: dict[str, list[bool]] = field(default_factory=dict)
    elsewhere: int = 0

    def figures(self) -> dict[str, Any]:
        return {
            "ms": round(median(self.ms), 1),
            "found": {kind: round(float(np.mean(hits)), 3) for kind, hits in self.found.items()},
            "faces": {kind: len(hits) for kind, hits in self.found.items()},
            "elsewhere": self.elsewhere,
        }


def measure(options: Options) -> dict[str, Any]:
    detectors = _detectors()
    portraits = {"synthetic": _synthetic(int(options.chosen(6, 36)))}
    if photographs := _photographs(options.test_data, count=int(options.chosen(12, 144))):
        portraits["photographs"] = photographs
    return {
        "detect": {
            f"{width}x{height}": {
                str(size): _compared(detectors, portraits, (width, height), size)
                for size in FACE_SIZES_PX
            }
            for width, height in RESOLUTIONS
        }
    }


def _detectors() -> dict[str, Detector]:
    """YuNet is left out where its weights are not at hand."""
    found: dict[str, Detector] = {
        "dlib_hog": DlibHog(sha256=POINTS_SHA256),
        "mtcnn": build_detector(load_profile("embedded").detector),
    }
    try:
        found["yunet"] = build_detector(load_profile("cpu").detector)
    except (MissingWeights, WrongWeights):
        return found
    return found


def _compared(
    detectors: Mapping[str, Detector],
    portraits: Mapping[str, Sequence[Portrait]],
    resolution: tuple[int, int],
    size_px: int,
) -> dict[str, Any]:
    """Every detector on every frame, in turns."""
    tallies = {name: Tally() for name in detectors}
    for kind, people in portraits.items():
        for image, centres in frames(people, resolution=resolution, size_px=size_px):
            for name, detector in detectors.items():
                began = time.perf_counter()
                faces = detector.detect(image, min_face_px=ASKED * size_px)
                tallies[name].ms.append(1000 * (time.perf_counter() - began))
                _count(tallies[name], kind, faces, centres, within_px=size_px / 2)
    return {name: tally.figures() for name, tally in tallies.items()}


def _count(
    tally: Tally,
    kind: str,
    faces: Sequence[Face],
    centres: Sequence[tuple[float, float]],
    *,
    within_px: float,
) -> None:
    """A face is found when a box has its centre; a box on the plain ground is a mistake."""
    at = np.array([face.box.centre for face in faces]).reshape(-1, 2)
    away = np.abs(at[:, None] - np.array(centres)[None]).max(axis=2)
    tally.found.setdefault(kind, []).extend((away <= within_px).any(axis=0).tolist())
    # Further away than the picture that a face is shown in reaches.
    tally.elsewhere += int((away > 3 * within_px).all(axis=1).sum())


def frames(
    people: Sequence[Portrait], *, resolution: tuple[int, int], size_px: int
) -> Iterator[tuple[Image, list[tuple[float, float]]]]:
    """Frames that show these people on plain ground, and where the middles of their faces are."""
    width, height = resolution
    tile = max(round(max(p.picture.shape[:2]) * size_px / p.face_px) for p in people) + 2
    columns, rows = max(1, width // tile), max(1, height // tile)
    places = [(x * tile, y * tile) for y in range(rows) for x in range(columns)][:FACES_A_FRAME]
    for start in range(0, len(people), len(places)):
        image = _ground(resolution, seed=start)
        shown = people[start : start + len(places)]
        yield (
            image,
            [
                _placed(image, one, place, size_px)
                for one, place in zip(shown, places, strict=False)
            ],
        )


def _placed(
    image: Image, portrait: Portrait, place: tuple[int, int], size_px: int
) -> tuple[float, float]:
    scale = size_px / portrait.face_px
    small = cv2.resize(portrait.picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    x, y = place
    target = image[y : y + small.shape[0], x : x + small.shape[1]]
    target[:] = small[: target.shape[0], : target.shape[1]]
    return x + small.shape[1] / 2, y + small.shape[0] / 2


def _ground(resolution: tuple[int, int], *, seed: int) -> Image:
    width, height = resolution
    grain = np.random.default_rng(seed).normal(GREY, GRAIN, (height, width, 3))
    return np.clip(cv2.GaussianBlur(grain, (0, 0), 1.5), 0, 255).astype(np.uint8)


def _synthetic(count: int) -> list[Portrait]:
    made = []
    for seed in range(FIRST_SEED, FIRST_SEED + count):
        identity = identity_from_seed(seed)
        largest = float(max(FACE_SIZES_PX))
        render = street_render(
            identity, street_head(identity, size_px=largest), capture=0, size_px=largest
        )
        picture = photographed(render, np.random.default_rng(seed))
        x, y, w, h = render.box
        made.append(Portrait(_centred(picture, (x + w / 2, y + h / 2)), w))
    return made


def _centred(picture: Image, centre: tuple[float, float]) -> Image:
    """The largest part of the picture that has this point in its middle."""
    height, width = picture.shape[:2]
    x, y = round(centre[0]), round(centre[1])
    dx, dy = min(x, width - x), min(y, height - y)
    return np.ascontiguousarray(picture[y - dy : y + dy, x - dx : x + dx])


def _photographs(test_data: Path, *, count: int) -> list[Portrait]:
    """One picture of each of so many people, spread over the folder."""
    people = sorted(path for path in (test_data / "faces" / "lfw").glob("*") if path.is_dir())
    found = []
    for person in people[:: max(1, len(people) // count)][:count]:
        image = cv2.imread(str(min(person.glob("*.jpg"))))
        if image is not None:
            picture = np.asarray(image, np.uint8)
            found.append(Portrait(picture, LFW_FACE_SHARE * picture.shape[1]))
    return found
