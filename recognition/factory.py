"""The only place that chooses implementations. Models are built once per process."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from pathlib import Path

from recognition.alignment import AlignmentTemplate
from recognition.batching import EmbeddingBatcher
from recognition.pipeline import BiometricWatch, Pipeline, Settings
from recognition.profiles import Part, Profile, load_profile
from recognition.protocols import Detector, Embedder, Gallery, Reader, Watcher
from recognition.tracker import GeometryTracker
from recognition.weights import installed_weights

__all__ = [
    "ModelSet",
    "build_detector",
    "build_models",
    "build_pipeline",
    "load_profile",
    "open_reader",
]


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
                detector=build_detector(profile.detector),
                embedder=EmbeddingBatcher(_embedder(profile)),
            )
        return _models[profile.model_name]


def build_pipeline(
    models: ModelSet,
    *,
    gallery: Gallery,
    settings: Settings,
    watcher: Watcher | None = None,
    on_biometric: BiometricWatch | None = None,
) -> Pipeline:
    """A camera's pipeline with a tracker of its own on shared models."""
    return Pipeline(
        detector=models.detector,
        tracker=GeometryTracker(),
        embedder=models.embedder,
        gallery=gallery,
        settings=settings,
        watcher=watcher,
        on_biometric=on_biometric,
    )


def open_reader(
    source: str, *, loop: bool = False, since: float | None = None, realtime: bool = True
) -> Reader:
    """A reader of `file:PATH`, a plain path, `rtsp://…` or `device:N`; it starts when read.

    `realtime` plays a file at its own speed and drops what comes too late, as a camera would;
    without it every frame is read. A looped file goes on while nobody reads it: it was at its
    start at `since`. Raises ValueError for an address of another kind.
    """
    from recognition.readers.file import PacedFileReader, WholeFileReader
    from recognition.readers.live import device_reader, rtsp_reader

    if source.startswith(("rtsp://", "rtsps://")):
        return rtsp_reader(source)
    if source.startswith("device:"):
        return device_reader(int(source.removeprefix("device:")))
    if "://" in source:
        raise ValueError("a camera's source is a file, an RTSP address or a device")
    path = Path(source.removeprefix("file:"))
    return PacedFileReader(path, loop=loop, since=since) if realtime else WholeFileReader(path)


def build_detector(part: Part) -> Detector:
    """Raises MissingWeights or WrongWeights, in words."""
    options = part.options
    if part.kind == "mtcnn":
        from recognition.detectors.mtcnn import Mtcnn, Thresholds

        mtcnn = Mtcnn(sha256=options["sha256"], thresholds=Thresholds(**options["thresholds"]))
        mtcnn.warm_up()
        return mtcnn
    if part.kind == "yunet":
        from recognition.detectors.yunet import YuNet

        return YuNet(_weights_path(part), min_score=options["min_score"])
    if part.kind == "retinaface":
        from recognition.detectors.retinaface import RetinaFace

        _weights_path(part)
        return RetinaFace(min_score=options["min_score"])
    if part.kind == "dlib_hog":
        from recognition.detectors.dlib_hog import DlibHog

        return DlibHog(sha256=options["sha256"])
    raise ValueError(f"no detector of kind {part.kind!r}")


def _embedder(profile: Profile) -> Embedder:
    part = profile.embedder
    options = part.options
    template = AlignmentTemplate.from_options(options["template"])
    with_flip = bool(options.get("with_flip", False))
    if part.kind == "dlib_resnet":
        from recognition.embedders.dlib_resnet import DlibResnet

        resnet = DlibResnet(
            name=profile.model_name,
            sha256=options["sha256"],
            template=template,
            with_flip=with_flip,
        )
        resnet.warm_up()
        return resnet
    from recognition.embedders.chip_input import ChipInput

    chip_input = ChipInput.from_options(options)
    path = _weights_path(part)
    if part.kind == "onnx":
        from recognition.embedders.onnx import OnnxEmbedder

        return OnnxEmbedder(
            path,
            name=profile.model_name,
            dimension=profile.dimension,
            template=template,
            chip_input=chip_input,
            with_flip=with_flip,
        )
    if part.kind == "deepface":
        from recognition.deepface_models import DeepFaceEmbedder

        return DeepFaceEmbedder(
            options["model"],
            name=profile.model_name,
            dimension=profile.dimension,
            template=template,
            chip_input=chip_input,
            with_flip=with_flip,
        )
    raise ValueError(f"no embedder of kind {part.kind!r}")


def _weights_path(part: Part) -> Path:
    if part.weights is None:
        raise ValueError(f"the profile names no weights for {part.kind}")
    weights = part.weights
    return installed_weights(weights.file, sha256=weights.sha256, source=weights.source)
