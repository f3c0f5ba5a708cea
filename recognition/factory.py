"""The only place that chooses implementations. Models are built once per process."""

from __future__ import annotations

import threading
from dataclasses import dataclass

from recognition.pipeline import BiometricWatch, Pipeline, Settings
from recognition.profiles import Part, Profile, load_profile
from recognition.protocols import Detector, Embedder, Gallery, Reader
from recognition.tracker import GeometryTracker

__all__ = ["ModelSet", "build_models", "build_pipeline", "load_profile", "open_reader"]


@dataclass(frozen=True, slots=True)
class ModelSet:
    """A profile's models, ready to use and safe to share between threads.

    `embedder` joins what several camera threads ask at the same moment into one batch.
    """

    profile: Profile
    detector: Detector
    embedder: Embedder


_models: dict[str, ModelSet] = {}
_building = threading.Lock()


def build_models(profile: Profile) -> ModelSet:
    """The process's one model set of a profile; the first caller waits for it to load.

    Raises MissingWeights or WrongWeights, in words.
    """
    with _building:
        if profile.model_name not in _models:
            _models[profile.model_name] = ModelSet(
                profile=profile,
                detector=_detector(profile.detector),
                embedder=EmbeddingBatcher(_embedder(profile)),
            )
        return _models[profile.model_name]


def build_pipeline(
    models: ModelSet,
    *,
    gallery: Gallery,
    settings: Settings,
    on_biometric: BiometricWatch | None = None,
) -> Pipeline:
    """A camera's pipeline with a tracker of its own on shared models."""
    return Pipeline(
        detector=models.detector,
        tracker=GeometryTracker(),
        embedder=models.embedder,
        gallery=gallery,
        settings=settings,
        on_biometric=on_biometric,
    )
