"""Scripted implementations of the recognition core's Protocols: no weights, no surprises.

A picture of these tests is one colour; a scripted face is a place and a person's number, which
the scripted embedder finds again in the pixels under the face.
"""

from collections.abc import Callable, Iterator, Sequence

import numpy as np

from recognition.gallery_memory import MemoryGallery
from recognition.pipeline import Pipeline, Settings
from recognition.protocols import KeepGoing, always
from recognition.quality import QualityLimits
from recognition.tracker import GeometryTracker
from recognition.types import Box, Face, Floats, Frame, Image, StreamState

DIMENSION = 8
CHIP = 4
# One-coloured faces have neither sharpness nor contrast.
ANY_PICTURE = QualityLimits(min_sharpness=-1.0, min_exposure=0.0, max_exposure=1.0)


def frontal_face(x: float, y: float, size: float = 80.0, *, score: float = 0.99) -> Face:
    """An upright face looking at the camera, its box `size` px wide with (x, y) top left."""
    points = [(0.3, 0.4), (0.7, 0.4), (0.5, 0.6), (0.35, 0.78), (0.65, 0.78)]
    landmarks = np.array(points) * size + (x, y)
    return Face(Box(x, y, size, size), landmarks.astype(np.float32), score)


def face_in_profile(x: float, y: float, size: float = 80.0) -> Face:
    face = frontal_face(x, y, size)
    landmarks = face.landmarks.copy()
    landmarks[2, 0] = x - 0.1 * size
    return Face(face.box, landmarks, face.score)


def person(number: int) -> Floats:
    """The template of a scripted person, all of them at right angles."""
    template = np.zeros(DIMENSION, np.float32)
    template[number % DIMENSION] = 1.0
    return template


def street(*people: tuple[int, Face], width: int = 640, height: int = 360) -> Image:
    """A picture whose pixels under each face are that person's number."""
    image = np.zeros((height, width, 3), np.uint8)
    for number, face in people:
        box = face.box
        rows = slice(max(0, int(box.y)), int(box.bottom))
        image[rows, max(0, int(box.x)) : int(box.right)] = number
    return image


def frame(number: int, image: Image, *, at: float | None = None) -> Frame:
    """At 25 frames a second unless told otherwise."""
    return Frame(image, number, number / 25 if at is None else at)


class ScriptedDetector:
    """Gives the faces planned for each call, one list after the other; then none."""

    def __init__(self, *plan: Sequence[Face]) -> None:
        self.plan = [list(faces) for faces in plan]
        self.shapes: list[tuple[int, ...]] = []

    def detect(self, image: Image, *, min_face_px: float) -> list[Face]:
        self.shapes.append(image.shape)
        return self.plan.pop(0) if self.plan else []


class ConstantDetector:
    """Gives the same faces for ever."""

    def __init__(self, *faces: Face) -> None:
        self.faces = list(faces)

    def detect(self, image: Image, *, min_face_px: float) -> list[Face]:
        return list(self.faces)


class ScriptedEmbedder:
    """Reads a person's number out of the chip; counts what it is asked."""

    name = "scripted-1"
    dimension = DIMENSION
    chip_size = (CHIP, CHIP)

    def __init__(self, *, embed: Callable[[Image], Floats] | None = None) -> None:
        self.batches: list[int] = []
        self._embed = embed

    def align(self, image: Image, face: Face) -> Image:
        x, y = (int(value) for value in face.box.centre)
        return np.full((CHIP, CHIP, 3), image[y, x], np.uint8)

    def embed(self, chips: Image) -> Floats:
        self.batches.append(len(chips))
        if self._embed is not None:
            return self._embed(chips)
        return np.stack([person(int(chip[0, 0, 0])) for chip in chips])


class ScriptedReader:
    """Hands out the frames it was given."""

    def __init__(self, *frames: Frame, dropped: int = 0) -> None:
        self._frames = frames
        self.dropped = dropped
        self.state = StreamState.LIVE
        self.state_words = "Live."
        self.is_closed = False

    def frames(self, keep_going: KeepGoing = always) -> Iterator[Frame]:
        for item in self._frames:
            if not keep_going():
                return
            yield item

    def close(self) -> None:
        self.is_closed = True


def gallery_of(*people: int) -> MemoryGallery:
    """Entries whose ids are the people's numbers."""
    gallery = MemoryGallery(DIMENSION)
    gallery.replace(people, np.array([person(number) for number in people], np.float32))
    return gallery


def pipeline_of(
    detector: ScriptedDetector | ConstantDetector,
    *,
    gallery: MemoryGallery,
    embedder: ScriptedEmbedder | None = None,
    settings: Settings | None = None,
    on_biometric: Callable[[np.ndarray], None] | None = None,
) -> Pipeline:
    return Pipeline(
        detector=detector,
        tracker=GeometryTracker(),
        embedder=embedder or ScriptedEmbedder(),
        gallery=gallery,
        settings=settings or Settings(threshold=0.9, limits=ANY_PICTURE),
        on_biometric=on_biometric,
    )
