"""A small multi-face tracker on geometry alone: constant velocity, overlap, best assignment.

After SORT (Bewley et al., 2016), with a filter simple enough to read: place and size are
smoothed, velocity is a running mean. No appearance is used, because appearance of a face that
matched nobody may not be kept (rule I2).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

from recognition.geometry import iou_matrix
from recognition.types import Box, Face, Track

# Velocity is a running mean over about this many frames.
VELOCITY_FRAMES = 4
# Cost of a pair that may not be joined, far above any that may.
FORBIDDEN = 1e6


@dataclass(slots=True)
class _Path:
    """One track: its last box and its velocity in pixels a frame (x, y, log size)."""

    id: int
    face: Face
    frame_number: int
    age_frames: int
    velocity: NDArray[np.float64]
    sightings: int = 1

    def predicted(self, frame_number: int) -> Box:
        ahead = frame_number - self.frame_number
        dx, dy, growth = self.velocity * ahead
        # A size that goes on growing through an occlusion swallows its neighbours.
        factor = float(np.exp(np.clip(growth, -0.2, 0.2)))
        (cx, cy), box = self.face.box.centre, self.face.box
        w, h = box.w * factor, box.h * factor
        return Box(cx + dx - w / 2, cy + dy - h / 2, w, h)

    def see(self, face: Face, frame_number: int) -> None:
        elapsed = max(frame_number - self.frame_number, 1)
        old, new = self.face.box, face.box
        moved = np.array(
            (
                new.centre[0] - old.centre[0],
                new.centre[1] - old.centre[1],
                np.log(max(new.w, 1.0) / max(old.w, 1.0)),
            )
        )
        weight = 1.0 if self.sightings == 1 else min(1.0, elapsed / VELOCITY_FRAMES)
        self.velocity += weight * (moved / elapsed - self.velocity)
        self.face, self.frame_number = face, frame_number
        self.sightings += 1


class GeometryTracker:
    """One camera's tracker. Frame numbers may skip (dropped frames), and start again.

    `max_missed` is how many frames a track outlives its last detection; `max_distance` is how
    far, in face widths, a face may be from where it was expected.
    """

    def __init__(self, *, max_missed: int = 20, max_distance: float = 1.0) -> None:
        self.max_missed = max_missed
        self.max_distance = max_distance
        self._next_id = 1
        self._last_frame = -1
        self._paths: list[_Path] = []

    def reset(self) -> None:
        """Forget every track; ids go on, so that no two people ever share one."""
        self._paths = []

    def update(self, faces: Sequence[Face], frame_number: int) -> list[Track]:
        if frame_number <= self._last_frame:
            self.reset()
        self._last_frame = frame_number
        expected = [path.predicted(frame_number) for path in self._paths]
        for path_index, face_index in self._pairs(expected, faces):
            self._paths[path_index].see(faces[face_index], frame_number)
        paired = {id(path.face) for path in self._paths if path.frame_number == frame_number}
        newcomers = [face for face in faces if id(face) not in paired]
        for path in self._paths:
            path.age_frames += 1
        self._paths = [
            path for path in self._paths if frame_number - path.frame_number <= self.max_missed
        ]
        self._paths += [self._begin(face, frame_number) for face in newcomers]
        return [_as_track(path, frame_number) for path in self._paths]

    def _begin(self, face: Face, frame_number: int) -> _Path:
        self._next_id += 1
        return _Path(self._next_id - 1, face, frame_number, 0, np.zeros(3))

    def _pairs(self, expected: Sequence[Box], faces: Sequence[Face]) -> list[tuple[int, int]]:
        """Which path is which face, at the least total cost."""
        if not expected or not faces:
            return []
        cost = pairing_cost(expected, [face.box for face in faces], limit=self.max_distance)
        rows, columns = linear_sum_assignment(cost)
        return [
            (int(row), int(column))
            for row, column in zip(rows, columns, strict=True)
            if cost[row, column] < FORBIDDEN
        ]


def pairing_cost(
    expected: Sequence[Box], seen: Sequence[Box], *, limit: float
) -> NDArray[np.float64]:
    """How unlikely each seen box is to be each expected one; FORBIDDEN where out of the question.

    Overlap decides where there is any. Small, fast faces may not overlap from one processed
    frame to the next, so distance in face widths and the difference in size count as well.
    """
    overlap = iou_matrix(expected, seen)
    first = np.array([(*box.centre, max(box.w, 1.0)) for box in expected])[:, None, :]
    second = np.array([(*box.centre, max(box.w, 1.0)) for box in seen])[None, :, :]
    widths = (first[..., 2] + second[..., 2]) / 2
    distance = np.hypot(first[..., 0] - second[..., 0], first[..., 1] - second[..., 1]) / widths
    resized = np.abs(np.log(first[..., 2] / second[..., 2]))
    cost = (1.0 - overlap) + distance + resized
    forbidden = (distance > limit) | (resized > np.log(1.8))
    return np.asarray(np.where(forbidden, FORBIDDEN, cost))


def _as_track(path: _Path, frame_number: int) -> Track:
    missed = frame_number - path.frame_number
    if not missed:
        return Track(path.id, path.face, path.age_frames)
    box = path.predicted(frame_number)
    scale = box.w / max(path.face.box.w, 1.0)
    landmarks = (path.face.landmarks - path.face.box.centre) * scale + box.centre
    return Track(
        path.id, Face(box, landmarks.astype(np.float32), path.face.score), path.age_frames, missed
    )
