"""Every type that crosses a seam of the recognition core.

Images are uint8 arrays of height × width × 3, BGR unless a docstring says RGB. Pixels are
counted from the top left corner. Similarity is the cosine of two L2-normalised embeddings:
−1 to 1, higher is more alike; figures of two profiles do not compare.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Image: TypeAlias = NDArray[np.uint8]
Floats: TypeAlias = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Box:
    """An upright rectangle in pixels; (x, y) is its top left corner."""

    x: float
    y: float
    w: float
    h: float

    @property
    def right(self) -> float:
        return self.x + self.w

    @property
    def bottom(self) -> float:
        return self.y + self.h

    @property
    def centre(self) -> tuple[float, float]:
        return self.x + self.w / 2, self.y + self.h / 2

    @property
    def area(self) -> float:
        return max(self.w, 0.0) * max(self.h, 0.0)


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """One picture of a camera.

    `captured_at` is `time.time()` when the picture was taken or, for a file, when it was due.
    `position_s` is the media time of a file, None for a live camera.
    """

    image: Image
    number: int
    captured_at: float
    position_s: float | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Face:
    """A face that a detector found.

    `landmarks` is float32 5 × 2 in pixels of the frame: left eye, right eye, nose, left and
    right corner of the mouth, left and right as seen in the image. `score` is the detector's
    own, 0 to 1.
    """

    box: Box
    landmarks: Floats
    score: float


@dataclass(frozen=True, slots=True)
class Quality:
    """How well a face can be recognised from this picture, and if not, why in words.

    `size_px` is the distance that matters to the embedder (the smaller side of the box),
    `sharpness` the spread of brightness edges, `pose` 0 (frontal) to 1 (profile), `exposure`
    the mean brightness 0 to 1. `value` ranks two pictures of one face.
    """

    size_px: float
    sharpness: float
    pose: float
    exposure: float
    usable: bool
    reason: str
    value: float = 0.0


@dataclass(frozen=True, slots=True, eq=False)
class Track:
    """One passer-by through consecutive frames. Geometry only, never biometrics (rule I2).

    `face` is the latest detection, or the predicted place while `missed_frames` is not 0.
    """

    id: int
    face: Face
    age_frames: int
    missed_frames: int = 0


@dataclass(frozen=True, slots=True)
class Candidate:
    """A watchlist entry and how alike a probe is to its best template."""

    entry_id: int
    similarity: float


@dataclass(frozen=True, slots=True)
class Match:
    """A candidate at or above the threshold.

    `runner_up` is the next best *other* entry; `lookalike` says that it is so close that an
    operator must be told. `near` are all the others so close, nearest first.
    """

    candidate: Candidate
    runner_up: Candidate | None
    lookalike: bool
    near: tuple[Candidate, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Sighting:
    """What the decision hands to `on_sighting`: one match of one face in one frame.

    `other_faces` holds everybody else in the frame, to be blurred before it is encoded.
    `probe_crop` is the matched face with some surroundings. `is_first` is False for the
    rate-limited repeats that extend an alert.
    """

    frame: Frame
    face: Face
    match: Match
    other_faces: tuple[Face, ...]
    probe_crop: Image
    quality: Quality
    track_id: int
    is_first: bool


@dataclass(frozen=True, slots=True, eq=False)
class Template:
    """What an enrolment image gives: the embedding (float32, D) and how good its face is.

    `eyes`: left x, y, right x, y in fractions of the picture.
    """

    embedding: Floats
    quality: Quality
    eyes: tuple[float, float, float, float] | None = None


@dataclass(frozen=True, slots=True, eq=False)
class FrameResult:
    """What `Pipeline.process` found in one frame."""

    frame_number: int
    tracks: tuple[Track, ...]
    sightings: tuple[Sighting, ...]
    embedded: int


@dataclass(slots=True)
class PipelineCounts:
    """Running totals of one camera run. `faces_seen` counts tracks that had a usable face."""

    frames: int = 0
    faces: int = 0
    faces_seen: int = 0
    embedded: int = 0
    sightings: int = 0
    dropped: int = 0


class StreamState(StrEnum):
    """What an operator is told about a camera's picture."""

    CONNECTING = "connecting"
    LIVE = "live"
    STALLED = "stalled"
    FROZEN = "frozen"
    DARK = "dark"
    BLURRED = "blurred"
    CLOCK = "clock jumped"
    ENDED = "ended"
    FAILED = "failed"
