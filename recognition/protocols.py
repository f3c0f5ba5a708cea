"""The exchangeable parts of the recognition pipeline."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, Protocol, runtime_checkable

from recognition.types import (
    Box,
    Candidate,
    Face,
    Floats,
    Frame,
    Image,
    Sighting,
    StreamState,
    Track,
)

KeepGoing = Callable[[], bool]
OnSighting = Callable[[Sighting], None]


def always() -> bool:
    """The `keep_going` of a loop that ends only with its source."""
    return True


class Reader(Protocol):
    """A camera or a file. A reader belongs to one thread; `close` may come from any."""

    @property
    def state(self) -> StreamState: ...

    @property
    def state_words(self) -> str:
        """What `state` means for the operator, in words."""

    @property
    def dropped(self) -> int:
        """Frames read and replaced by a newer one before anybody asked for them."""

    def frames(self, keep_going: KeepGoing = always) -> Iterator[Frame]:
        """Newest frame first; ends with the source, after `close`, or when told to stop.

        `keep_going` is asked several times a second even while no frame arrives, so that a
        stalled camera stops as promptly as a live one (rule I1); it must be cheap.
        """

    def close(self) -> None: ...


class PacketTap(Protocol):
    """Given what a camera sends as it came, by the thread that reads it. Must not wait."""

    def connected(self, stream: Any) -> None:
        """A connection was opened; the packets that follow are this PyAV stream's."""

    def packet(self, packet: Any) -> None:
        """A PyAV packet, which is the tap's from now on."""


class Detector(Protocol):
    """Finds faces; safe to share between threads."""

    def detect(self, image: Image, *, min_face_px: float) -> list[Face]:
        """Faces at least `min_face_px` wide in a BGR image, best score first."""


@runtime_checkable
class DetectsInSeveral(Protocol):
    """A detector that is faster on several pictures at once."""

    def detect_each(self, images: Sequence[Image], *, min_face_px: float) -> list[list[Face]]:
        """For each picture what `detect` would find."""


def detected_in_each(
    detector: Detector, images: Sequence[Image], min_face_px: float
) -> list[list[Face]]:
    """Of several pictures, at once where the detector can."""
    if isinstance(detector, DetectsInSeveral):
        return detector.detect_each(images, min_face_px=min_face_px)
    return [detector.detect(image, min_face_px=min_face_px) for image in images]


class Tracker(Protocol):
    """Joins faces of consecutive frames by geometry alone. One per camera."""

    def update(self, faces: Sequence[Face], frame_number: int) -> list[Track]:
        """All living tracks; those seen in this frame have `missed_frames` 0."""

    def reset(self) -> None: ...


class Embedder(Protocol):
    """Turns aligned faces into templates; safe to share between threads."""

    @property
    def name(self) -> str:
        """Model and version: templates of different names do not compare."""

    @property
    def dimension(self) -> int: ...

    @property
    def chip_size(self) -> tuple[int, int]:
        """Height and width of the chips in pixels."""

    def align(self, image: Image, face: Face) -> Image:
        """The RGB chip of a face of a BGR image, moved to this embedder's own template."""

    def embed(self, chips: Image) -> Floats:
        """uint8 RGB N × H × W × 3 → float32 N × D, L2-normalised.

        A chip that gives no finite embedding gives a row of zeros, which matches nobody.
        """


class Watcher(Protocol):
    """Somebody may be watching the camera live. Asked on every frame, so `wants` is cheap."""

    def wants(self) -> bool: ...

    def may_show(self, entry_ids: Iterable[int]) -> bool:
        """Whether a face that raised alerts for these people is still an open alert's."""

    def look(self, image: Image, *, hide: Sequence[Box]) -> None:
        """A BGR frame, and every face in it that is no alert's."""


class Gallery(Protocol):
    """The templates of one deployment; safe to share between threads."""

    def search(self, probes: Floats, *, limit: int) -> list[list[Candidate]]:
        """Per probe (float32 N × D) at most `limit` different entries, most alike first."""
