"""One enrolment image → one template, or a reason in words why not."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

import cv2
import numpy as np

from recognition.geometry import eyes_in
from recognition.images import UnusableImage, decode_image
from recognition.protocols import Detector, Embedder, detected_in_each
from recognition.quality import QualityLimits, assess
from recognition.types import Box, Face, Floats, Image, Quality, Template

# A face is looked for in a picture of at most this size: more pixels cost time and find
# nothing but the faces of bystanders.
LONGEST_SIDE_PX = 1280
# A detector looks at a few sizes only; a face that falls between them at one starting size is
# found from another.
MIN_FACE_PX = (40.0, 50.0, 100.0)
# Where a large portrait is searched first, for faces from an eighth of its longer side on: below,
# a search takes most of its time and finds bystanders.
PORTRAIT_FACE_PX = (160.0, 80.0)
PORTRAIT_SHARE = 8
# Of decoded pictures that are searched together.
BYTES_HELD = 24 * 2**20
# A second face this much smaller than the first is somebody in the background.
BYSTANDER_RATIO = 0.4
# Whoever sends so small a picture is told why nobody is found in it: most have a larger one.
SMALL_PX = 96
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
    (result,) = templates_from_images([data], models)
    if isinstance(result, UnusableImage):
        raise result
    return result


def templates_from_images(data: Sequence[bytes], models: Models) -> list[Template | UnusableImage]:
    """The same of several images: their faces are looked for together and embedded together,
    which costs a third of one after the other. Each has a template, or the reason why not."""
    found = [each for some in _few(data) for each in _faces_to_embed(some, models)]
    chips = [each.chip for each in found if isinstance(each, _ToEmbed)]
    embeddings = iter(models.embedder.embed(np.stack(chips)) if chips else ())
    return [
        each if isinstance(each, UnusableImage) else _template(each, next(embeddings))
        for each in found
    ]


@dataclass(frozen=True, slots=True, eq=False)
class _ToEmbed:
    """A usable face, and what of it stays once its picture is let go."""

    chip: Image
    quality: Quality
    eyes: tuple[float, float, float, float] | None


def _few(data: Sequence[bytes]) -> Iterator[list[Image | UnusableImage]]:
    """Pictures as they are searched, some at a time: large ones must not fill the memory."""
    some: list[Image | UnusableImage] = []
    held = 0
    for each in data:
        try:
            picture = searched_picture(decode_image(each, longest_side_px=LONGEST_SIDE_PX))
        except UnusableImage as unusable:
            some.append(unusable)
            continue
        some.append(picture)
        held += picture.nbytes
        if held >= BYTES_HELD:
            yield some
            some, held = [], 0
    yield some


def _faces_to_embed(
    pictures: Sequence[Image | UnusableImage], models: Models
) -> Iterator[_ToEmbed | UnusableImage]:
    searched = [each for each in pictures if not isinstance(each, UnusableImage)]
    faces = iter(subjects_of_each(searched, models.detector))
    for picture in pictures:
        if isinstance(picture, UnusableImage):
            yield picture
            continue
        try:
            face = _only_face(next(faces), picture)
            quality = checked_quality(picture, face)
        except UnusableImage as unusable:
            yield unusable
            continue
        height, width = picture.shape[:2]
        eyes = eyes_in(face, Box(0.0, 0.0, width, height))
        yield _ToEmbed(models.embedder.align(picture, face), quality, eyes)


def _template(of: _ToEmbed, embedding: Floats) -> Template | UnusableImage:
    if not np.isfinite(embedding).all() or not embedding.any():
        return UnusableImage("The face gave no usable template.")
    # A copy: it outlives the others of its batch.
    return Template(embedding.copy(), of.quality, of.eyes)


def faces_in(image: Image, detector: Detector) -> list[Face]:
    """Every face of an enrolment picture, none where none is found from any starting size."""
    return faces_of_each([image], detector)[0]


def faces_of_each(images: Sequence[Image], detector: Detector) -> list[list[Face]]:
    """For each picture its faces, as `faces_in`."""
    faces: list[list[Face]] = [[] for _ in images]
    for size in MIN_FACE_PX:
        missing = [number for number, found in enumerate(faces) if not found]
        if not missing:
            break
        again = detected_in_each(detector, [images[number] for number in missing], size)
        for number, found in zip(missing, again, strict=True):
            faces[number] = found
    return faces


def subjects_of_each(images: Sequence[Image], detector: Detector) -> list[list[Face]]:
    """For each picture its faces, without bystanders that only a search for small faces finds."""
    faces: list[list[Face]] = [[] for _ in images]
    starts = [_portrait_start(image) for image in images]
    for start in PORTRAIT_FACE_PX:
        large = [number for number, first in enumerate(starts) if first == start]
        seen = detected_in_each(detector, [images[number] for number in large], start)
        for number, found in zip(large, seen, strict=True):
            # Somebody else of a size that matters might be too small to be found from here.
            if found and BYSTANDER_RATIO * max(face.box.w for face in found) >= start:
                faces[number] = found
    unsure = [number for number, found in enumerate(faces) if not found]
    again = faces_of_each([images[number] for number in unsure], detector)
    for number, found in zip(unsure, again, strict=True):
        faces[number] = found
    return faces


def _portrait_start(image: Image) -> float | None:
    usual = max(image.shape[:2]) / PORTRAIT_SHARE
    return next((size for size in PORTRAIT_FACE_PX if size <= usual), None)


def checked_quality(image: Image, face: Face) -> Quality:
    """The quality of a face good enough to enrol. Raises UnusableImage with the reason."""
    quality = assess(image, face, limits=LIMITS)
    if not quality.usable:
        raise UnusableFace(f"The face cannot be used: {quality.reason}.", quality)
    return quality


def _only_face(faces: list[Face], picture: Image) -> Face:
    height, width = picture.shape[:2]
    if not faces and min(height, width) < SMALL_PX:
        raise UnusableImage(
            f"No face was found: the image is only {width} × {height} pixels, and a face alone"
            f" takes at least {LIMITS.min_size_px:.0f}."
        )
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
