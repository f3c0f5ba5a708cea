"""Following one person through a clip by geometry alone, from a moment at which somebody pointed
at their face. Nobody is recognised: no embedding is made, of the person neither.

What cannot be told for certain ends the passage: a copy that ends early is asked for again from
another moment, one that goes on with somebody else is a disclosure of somebody else."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from recognition.geometry import iou_matrix
from recognition.tracker import GeometryTracker
from recognition.types import Box, Face, Track

# How long the person may be out of sight, in frames, and still be taken for the same.
MAX_MISSED = 12
# In face widths: how far from where it was expected a face may be seen …
MAX_JUMP = 0.5
# … how near another face may be while one of the two is out of sight …
NEAR = 1.5
# … and while both are seen: closer, and they cannot be told apart.
TOO_NEAR = 0.35
# The face that was pointed at is the detection that covers it so well.
SAME_FACE = 0.4

Faces = Sequence[Face]


@dataclass(frozen=True, slots=True)
class Passage:
    """Where the person's face is in each frame in which that is certain. The frames from the first
    to the last belong to the copy; those between without a place are hidden whole."""

    places: dict[int, Box]

    @property
    def frames(self) -> range:
        return range(min(self.places), max(self.places) + 1) if self.places else range(0)


def follow(detections: Sequence[Faces], *, start: int, chosen: Box) -> Passage:
    """`detections` are the faces of each frame of the clip; `chosen` was pointed at in frame
    `start`. Empty where no face is there."""
    onwards = _walk(detections[start:], chosen)
    back = _walk(detections[start::-1], chosen)
    places = {start - n: box for n, box in back.items()}
    places |= {start + n: box for n, box in onwards.items()}
    return Passage(places)


def _walk(detections: Iterable[Faces], chosen: Box) -> dict[int, Box]:
    tracker = GeometryTracker(max_missed=MAX_MISSED, max_distance=1.0)
    places: dict[int, Box] = {}
    mine: Track | None = None
    for number, faces in enumerate(detections):
        tracks = tracker.update(faces, number)
        found = _pointed_at(tracks, chosen) if number == 0 else _same(tracks, mine)
        if found is None or not _is_certain(found, before=mine, tracks=tracks):
            break
        if not found.missed_frames:
            places[number] = found.face.box
        mine = found
    return places


def _pointed_at(tracks: Sequence[Track], chosen: Box) -> Track | None:
    if not tracks:
        return None
    overlap = iou_matrix([chosen], [track.face.box for track in tracks])[0]
    best = int(np.argmax(overlap))
    return tracks[best] if overlap[best] >= SAME_FACE else None


def _same(tracks: Sequence[Track], mine: Track | None) -> Track | None:
    return next((track for track in tracks if mine and track.id == mine.id), None)


def _is_certain(found: Track, *, before: Track | None, tracks: Sequence[Track]) -> bool:
    others = [t.face.box for t in tracks if t.id != found.id and not t.missed_frames]
    was_out_of_sight = before is not None and before.missed_frames > 0
    out_of_sight = found.missed_frames > 0
    limit = NEAR if out_of_sight or was_out_of_sight else TOO_NEAR
    if any(_distance(found.face.box, other) < limit for other in others):
        return False
    if before is None or out_of_sight:
        return True
    return _distance(before.face.box, found.face.box) <= MAX_JUMP


def _distance(one: Box, other: Box) -> float:
    """Of the centres, in widths of the smaller face."""
    (ax, ay), (bx, by) = one.centre, other.centre
    return float(np.hypot(ax - bx, ay - by)) / max(min(one.w, other.w), 1.0)
