"""Video to decisions: the whole pipeline against a loop over DeepFace.represent and pgvector, on
the same pictures and the same list."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from deployments.models import Deployment
from recognition.bench.options import Options
from recognition.bench.scene import STRANGERS_ALIKE, add_strangers, authorised
from recognition.bench.stock_deepface import DETECTORS, StockDeepFace
from recognition.bench.strangers import random_templates
from recognition.bench.timing import rounded
from recognition.decision import CANDIDATES
from recognition.factory import ModelSet, build_models, build_pipeline, load_profile
from recognition.gallery_memory import MemoryGallery
from recognition.gallery_pgvector import PgvectorGallery
from recognition.pipeline import Settings
from recognition.profiles import Profile
from recognition.readers.file import WholeFileReader
from recognition.types import Frame
from recognition.weights import MissingWeights, WrongWeights

WATCHLIST = 20_000
# The second has YuNet for a detector, where its weights are at hand.
PROFILES = ("embedded", "mobilefacenet")


@dataclass(slots=True)
class Passage:
    """Pictures and faces, and the seconds that they took."""

    frames: int = 0
    faces: int = 0
    embedded: int = 0
    seconds: float = 0.0

    def figures(self) -> dict[str, float]:
        return {
            "frames_per_s": self.frames / self.seconds,
            "faces_per_s": self.faces / self.seconds,
            "ms_a_frame": 1000 * self.seconds / self.frames,
            "frames": float(self.frames),
            "embedded": float(self.embedded),
        }


def measure(options: Options) -> dict[str, Any]:
    deployment = authorised("A list to search")
    add_strangers(deployment, WATCHLIST)
    deepface = StockDeepFace()
    detail = {
        name: _video(path, deployment, deepface, options) for name, path in options.videos.items()
    }
    speedups = {
        name: rows["embedded"]["frames_per_s"]
        / max(rows[f"deepface_{detector}"]["frames_per_s"] for detector in DETECTORS)
        for name, rows in detail.items()
    }
    return {
        "pipeline_speedup_vs_deepface": round(min(speedups.values()), 1),
        "pipeline_speedup_vs_deepface_by_video": rounded(speedups, 1),
        "pipeline": detail,
    }


def _video(
    path: Path, deployment: Deployment, deepface: StockDeepFace, options: Options
) -> dict[str, dict[str, float]]:
    """In turns: a piece of the video by one, then by the other, so that the machine's other work
    meets both."""
    ours = {name: _Ours(models, path) for name, models in _model_sets().items()}
    theirs = {
        f"deepface_{detector}": _Theirs(deepface, detector, deployment, path, options)
        for detector in DETECTORS
    }
    for turn in range(3):
        for one in ours.values():
            one.pass_through(int(options.chosen(40, 100)), start=turn == 0)
        for other in theirs.values():
            other.pass_through(int(options.chosen(2, 10)))
    found = {name: one.passage for name, one in ours.items()}
    found |= {name: other.passage for name, other in theirs.items()}
    return {name: rounded(passage.figures()) for name, passage in found.items()}


def _model_sets() -> dict[str, ModelSet]:
    found = {}
    for name in PROFILES:
        try:
            found[name] = build_models(load_profile(name))
        except (MissingWeights, WrongWeights):
            continue
    return found


class _Ours:
    """The pipeline that a camera run uses, over the frames of a file as fast as it can."""

    def __init__(self, models: ModelSet, path: Path) -> None:
        profile: Profile = models.profile
        gallery = MemoryGallery(profile.dimension)
        templates = random_templates(
            WATCHLIST, dimension=profile.dimension, likeness=STRANGERS_ALIKE
        )
        gallery.replace(range(WATCHLIST), templates)
        self.passage = Passage()
        self._path = path
        self._frames = WholeFileReader(path).frames()
        self._pipeline = build_pipeline(
            models,
            gallery=gallery,
            settings=Settings(threshold=profile.threshold, min_face_px=profile.min_face_px),
        )

    def pass_through(self, count: int, *, start: bool) -> None:
        if start:
            self._through(5)  # what is compiled or allocated once is not counted
            self.passage = Passage()
        began, counts = time.perf_counter(), self._pipeline.counts
        faces, embedded = counts.faces, counts.embedded
        self._through(count)
        self.passage.seconds += time.perf_counter() - began
        self.passage.frames += count
        self.passage.faces += counts.faces - faces
        self.passage.embedded += counts.embedded - embedded

    def _through(self, count: int) -> None:
        for _ in range(count):
            self._pipeline.process(self._next())

    def _next(self) -> Frame:
        frame = next(self._frames, None)
        if frame is None:
            self._frames = WholeFileReader(self._path).frames()
            frame = next(self._frames)
        return frame


class _Theirs:
    """`represent` on a frame, then a search in PostgreSQL for what it gave. Frames spread over the
    whole video; to decode those in between is not counted."""

    def __init__(
        self,
        deepface: StockDeepFace,
        detector: str,
        deployment: Deployment,
        path: Path,
        options: Options,
    ) -> None:
        self.passage = Passage()
        self._deepface, self._detector = deepface, detector
        version = load_profile(deployment.profile).model_name
        self._gallery = PgvectorGallery(deployment_id=deployment.pk, profile_version=version)
        self._step = int(options.chosen(20, 10))
        self._frames = WholeFileReader(path).frames()
        self._through(next(self._frames))

    def pass_through(self, count: int) -> None:
        for _ in range(count):
            for _ in range(self._step - 1):
                next(self._frames, None)
            began = time.perf_counter()
            frame = next(self._frames, None)
            if frame is None:
                return
            faces = self._through(frame)
            self.passage.seconds += time.perf_counter() - began
            self.passage.frames += 1
            self.passage.faces += faces
            self.passage.embedded += faces

    def _through(self, frame: Frame) -> int:
        templates = self._deepface.represent(frame.image, detector=self._detector)
        for template in templates:
            self._gallery.search(template[None], limit=CANDIDATES)
        return len(templates)
