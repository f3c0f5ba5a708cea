"""The loop of one camera: frame → faces → tracks → embeddings → candidates → sightings."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from recognition.attention import Pace, TrackMemory, is_due
from recognition.decision import CANDIDATES, decide
from recognition.frame_rate import FrameRate
from recognition.geometry import fraction_of, grown, iou_matrix, moved, pixels
from recognition.protocols import (
    Detector,
    Embedder,
    Gallery,
    KeepGoing,
    OnSighting,
    Reader,
    Tracker,
    Watcher,
    always,
)
from recognition.quality import QualityLimits, assess
from recognition.types import (
    Box,
    Candidate,
    Face,
    Floats,
    Frame,
    FrameResult,
    Image,
    PipelineCounts,
    Quality,
    Sighting,
    Track,
)

CROP_MARGIN = 0.4
# A detection that covers a track's box so far is that track's face.
SAME_FACE_IOU = 0.5
# The batch of one frame; the rest of a crowd waits for the next frame, best pictures first.
MAX_EMBEDDED_PER_FRAME = 32

BiometricWatch = Callable[[np.ndarray], None]
MayShow = Callable[[Iterable[int]], bool]


@dataclass(frozen=True, slots=True)
class Settings:
    """What a deployment decides. `zone` is the zone of recognition in fractions of the frame.

    `confirmations` is how many embeddings of one track must reach the threshold for the same
    entry before it counts as a sighting. `max_fps` bounds how many pictures a second `run` looks
    at: a passer-by is in view for seconds, and other cameras and processes need the machine too.
    """

    threshold: float
    lookalike_margin: float = 0.03
    min_face_px: float = 48.0
    zone: Box | None = None
    confirmations: int = 1
    max_fps: float | None = None
    pace: Pace = Pace()
    limits: QualityLimits = QualityLimits()


class Pipeline:
    """Parts injected; one per camera. `process` is called from one thread only.

    `on_biometric` is called with every crop and embedding as it comes to exist: a test hangs
    weak references on them and so proves that none outlives `process` (rule I2).
    """

    def __init__(
        self,
        *,
        detector: Detector,
        tracker: Tracker,
        embedder: Embedder,
        gallery: Gallery,
        settings: Settings,
        watcher: Watcher | None = None,
        on_biometric: BiometricWatch | None = None,
    ) -> None:
        self.detector = detector
        self.tracker = tracker
        self.embedder = embedder
        self.gallery = gallery
        self.settings = settings
        self.watcher = watcher
        self.counts = PipelineCounts()
        self._on_biometric = on_biometric
        self._memories: dict[int, TrackMemory] = {}

    def run(
        self, reader: Reader, on_sighting: OnSighting, keep_going: KeepGoing = always
    ) -> PipelineCounts:
        """Process until the reader ends or `keep_going` says no; nothing is reported after."""
        rate = FrameRate(self.settings.max_fps)
        for frame in reader.frames(keep_going):
            self.counts.dropped = reader.dropped
            for sighting in self.process(frame).sightings:
                if not keep_going():
                    return self.counts
                on_sighting(sighting)
                del sighting
            # A stalled camera must not keep the last passer-by in memory (rule I2).
            del frame
            rate.wait()
        return self.counts

    def process(self, frame: Frame) -> FrameResult:
        """One frame, start to finish; only matched faces leave it."""
        faces = self._detect(frame.image)
        tracks = self.tracker.update(faces, frame.number)
        self._forget_lost(tracks)
        due = self._due(frame, tracks)
        sightings = self._recognise(frame, due, tracks) if due else []
        if self.watcher is not None and self.watcher.wants():
            hidden = self._nobodys_alert(faces, tracks, may_show=self.watcher.may_show)
            self.watcher.look(frame.image, hide=hidden)
        self.counts.frames += 1
        self.counts.faces += len(faces)
        self.counts.embedded += len(due)
        self.counts.sightings += len(sightings)
        return FrameResult(frame.number, tuple(tracks), tuple(sightings), len(due))

    def _detect(self, image: Image) -> list[Face]:
        zone = self.settings.zone
        if zone is None:
            return self.detector.detect(image, min_face_px=self.settings.min_face_px)
        inside = fraction_of(image, zone)
        part = image[pixels(inside, image)]
        if 0 in part.shape:
            return []
        found = self.detector.detect(part, min_face_px=self.settings.min_face_px)
        return [moved(face, dx=inside.x, dy=inside.y) for face in found]

    def _forget_lost(self, tracks: Sequence[Track]) -> None:
        alive = {track.id for track in tracks}
        self._memories = {key: value for key, value in self._memories.items() if key in alive}

    def _due(self, frame: Frame, tracks: Sequence[Track]) -> list[tuple[Track, Quality]]:
        """Tracks whose face in this frame should be embedded, newcomers and best first."""
        due = []
        for track in tracks:
            if track.missed_frames:
                continue
            quality = assess(frame.image, track.face, limits=self.settings.limits)
            if not quality.usable:
                continue
            if track.id not in self._memories:
                self._memories[track.id] = TrackMemory()
                self.counts.faces_seen += 1
            memory = self._memories[track.id]
            if is_due(memory, quality, now=frame.captured_at, pace=self.settings.pace):
                due.append((memory.attempts > 0, -quality.value, track, quality))
        due.sort(key=lambda item: item[:2])
        return [(track, quality) for _, _, track, quality in due[:MAX_EMBEDDED_PER_FRAME]]

    def _recognise(
        self, frame: Frame, due: Sequence[tuple[Track, Quality]], tracks: Sequence[Track]
    ) -> list[Sighting]:
        chips = np.stack([self.embedder.align(frame.image, track.face) for track, _ in due])
        embeddings = self.embedder.embed(chips)
        self._watch(chips, embeddings)
        ranked = self.gallery.search(embeddings, limit=CANDIDATES)
        sightings = []
        for (track, quality), probe, candidates in zip(due, embeddings, ranked, strict=True):
            self._memories[track.id].attempted(frame.captured_at, quality)
            sighting = self._decided(frame, track, quality, candidates, tracks)
            if sighting is not None and probe.any():
                sightings.append(sighting)
        return sightings

    def _decided(
        self,
        frame: Frame,
        track: Track,
        quality: Quality,
        candidates: Sequence[Candidate],
        tracks: Sequence[Track],
    ) -> Sighting | None:
        match = decide(
            candidates,
            threshold=self.settings.threshold,
            lookalike_margin=self.settings.lookalike_margin,
        )
        if match is None:
            return None
        memory, entry_id = self._memories[track.id], match.candidate.entry_id
        if memory.confirm(entry_id) < self.settings.confirmations:
            return None
        return Sighting(
            frame=frame,
            face=track.face,
            match=match,
            other_faces=tuple(other.face for other in tracks if other.id != track.id),
            probe_crop=frame.image[pixels(grown(track.face.box, by=CROP_MARGIN), frame.image)],
            quality=quality,
            track_id=track.id,
            is_first=memory.report(entry_id),
        )

    def _nobodys_alert(
        self, faces: Sequence[Face], tracks: Sequence[Track], *, may_show: MayShow
    ) -> list[Box]:
        """Every face found or expected in this frame but those with an open alert."""
        shown = [track.id for track in tracks if self._has_alert(track, may_show)]
        alerts = [track.face.box for track in tracks if track.id in shown]
        others = [track.face.box for track in tracks if track.id not in shown]
        overlaps = iou_matrix([face.box for face in faces], alerts)
        untracked = [
            face.box
            for face, overlap in zip(faces, overlaps, strict=True)
            if not (overlap > SAME_FACE_IOU).any()
        ]
        return others + untracked

    def _has_alert(self, track: Track, may_show: MayShow) -> bool:
        """A face that is only expected here may be another's by now."""
        memory = self._memories.get(track.id)
        return memory is not None and track.missed_frames == 0 and may_show(memory.reported)

    def _watch(self, *arrays: Floats | Image) -> None:
        if self._on_biometric is not None:
            for array in arrays:
                self._on_biometric(array)
