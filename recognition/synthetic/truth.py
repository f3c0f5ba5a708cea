"""The clip's ground truth, and the compact JSON it is shipped as."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

FORMAT_FIELDS: Final = (
    "id",
    "watchlist",
    "x",
    "y",
    "w",
    "h",
    "left_eye_x",
    "left_eye_y",
    "right_eye_x",
    "right_eye_y",
    "visible",
    "yaw",
)


@dataclass(frozen=True, slots=True)
class TrueFace:
    """A face as drawn, in whole pixels. `visible` is 0..1, `yaw` in degrees.

    The box runs from hairline to chin and cheek to cheek; left is left in the image.
    """

    person: int
    watchlisted: bool
    x: int
    y: int
    w: int
    h: int
    left_eye: tuple[int, int]
    right_eye: tuple[int, int]
    visible: float
    yaw: int

    def as_row(self) -> list[float]:
        return [
            self.person,
            int(self.watchlisted),
            self.x,
            self.y,
            self.w,
            self.h,
            *self.left_eye,
            *self.right_eye,
            self.visible,
            self.yaw,
        ]

    @classmethod
    def from_row(cls, row: Sequence[float]) -> TrueFace:
        """Raises ValueError if the row does not have one value for each field."""
        if len(row) != len(FORMAT_FIELDS):
            raise ValueError(f"a face has {len(FORMAT_FIELDS)} values, not {len(row)}")
        person, flag, x, y, w, h, lx, ly, rx, ry = (int(v) for v in row[:10])
        visible, yaw = float(row[10]), int(row[11])
        return cls(person, bool(flag), x, y, w, h, (lx, ly), (rx, ry), visible, yaw)


@dataclass(frozen=True, slots=True)
class Truth:
    """A clip's truth: references on the watchlist, those of them that walk past, faces by frame."""

    width: int
    height: int
    fps: int
    watchlist: tuple[str, ...]
    walking: tuple[str, ...]
    frames: tuple[tuple[TrueFace, ...], ...]

    def write(self, path: Path) -> None:
        document = {
            "width": self.width,
            "height": self.height,
            "fps": self.fps,
            "fields": FORMAT_FIELDS,
            "watchlist": self.watchlist,
            "walking": self.walking,
            "frames": [[face.as_row() for face in frame] for frame in self.frames],
        }
        path.write_text(json.dumps(document, separators=(",", ":")) + "\n")

    @classmethod
    def read(cls, path: Path) -> Truth:
        """Raises ValueError if the fields are not those that this version knows."""
        document: dict[str, Any] = json.loads(path.read_text())
        if tuple(document["fields"]) != FORMAT_FIELDS:
            raise ValueError(f"{path.name} has other fields than {', '.join(FORMAT_FIELDS)}")
        return cls(
            width=document["width"],
            height=document["height"],
            fps=document["fps"],
            watchlist=tuple(document["watchlist"]),
            walking=tuple(document["walking"]),
            frames=tuple(
                tuple(TrueFace.from_row(row) for row in frame) for frame in document["frames"]
            ),
        )


def reference(person: int) -> str:
    """SYN-0042 for person 42."""
    return f"SYN-{person:04d}"
