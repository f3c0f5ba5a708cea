"""One enrolment image → one template, or a reason in words why not."""

from __future__ import annotations

from typing import Protocol

import cv2
import numpy as np

from recognition.geometry import eyes_in
from recognition.images import UnusableImage, decode_image
from recognition.protocols import Detector, Embedder
from recognition.quality import QualityLimits, assess
from recognition.types import Box, Face, Image, Quality, Template

# A face is looked for in a picture of at most this size: more pixels cost time and find
# nothing but the faces of bystanders.
LONGEST_SIDE_PX = 1280
# A detector looks at a few sizes only; a face that falls between them at one starting size is
# found from another.
MIN_FACE_PX = (40.0, 50.0, 100.0)
# A second face this much smaller than the first is somebody in the background.
BYSTANDER_RATIO = 0.4
LIMITS = QualityLimits(min_size_px=48.0, min_sharpness=0.018, max_pose=0.65)


class UnusableFace(UnusableImage):
    """One face was found, and measured."""

    def __init__(self, reason: str, quality: Quality) -> None:
        super().__init__(reason)
        self.quality = quality


class Models(Protocol):
    @property
    def detector(self) -> Detector: ...
    @property
    def embedder(self) -> Embedder: ...


def template_from_image(data: bytes, models: Models) -> Template:
    """Decode, find exactly one usable face, embed it. Raises UnusableImage with the reason."""
    return template_from_picture(decode_image(data), models)


def template_from_picture(image: Image, models: Models) -> Template:
    """The same for a BGR picture that is decoded already."""
    image = searched_picture(image)
    face = _only_face(faces_in(image, models.detector))
    quality = checked_quality(image, face)
    embedding = models.embedder.embed(models.embedder.align(image, face)[None])[0]
    if not np.isfinite(embedding).all() or not embedding.any():
        raise UnusableImage("The face gave no usable template.")
    height, width = image.shape[:2]
    return Template(embedding, face, quality, eyes_in(face, Box(0.0, 0.0, width, height)))


def faces_in(image: Image, detector: Detector) -> list[Face]:
    """Every face of an enrolment picture, none where none is found from any starting size."""
    attempts = (detector.detect(image, min_face_px=size) for size in MIN_FACE_PX)
    return next((faces for faces in attempts if faces), [])


def checked_quality(image: Image, face: Face) -> Quality:
    """The quality of a face good enough to enrol. Raises UnusableImage with the reason."""
    quality = assess(image, face, limits=LIMITS)
    if not quality.usable:
        raise UnusableFace(f"The face cannot be used: {quality.reason}.", quality)
    return quality


def _only_face(faces: list[Face]) -> Face:
    if not faces:
        raise UnusableImage("No face was found.")
    by_size = sorted(faces, key=lambda face: face.box.area, reverse=True)
    largest = by_size[0].box
    if len(by_size) > 1 and by_size[1].box.w > BYSTANDER_RATIO * largest.w:
        raise UnusableImage(f"More than one face was found ({len(faces)}): crop it to one person.")
    return by_size[0]


def searched_picture(image: Image) -> Image:
    """A picture at the size at which its face is looked for."""
    scale = LONGEST_SIDE_PX / max(image.shape[:2])
    if scale >= 1.0:
        return image
    size = (max(1, round(image.shape[1] * scale)), max(1, round(image.shape[0] * scale)))
    return np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA), np.uint8)
