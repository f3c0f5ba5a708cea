"""The ground truth of the synthetic street: who walks where in each frame."""

import json
from dataclasses import dataclass
from pathlib import Path

Box = tuple[float, float, float, float]
# The detector's box and the drawn head rarely cover each other exactly.
SAME_FACE_OVERLAP = 0.2


@dataclass(frozen=True, slots=True)
class Truth:
    """`frames[n]` lists (reference, box) of the heads drawn in frame n."""

    fps: float
    walking: frozenset[str]
    frames: tuple[tuple[tuple[str, Box], ...], ...]

    @property
    def seconds(self) -> float:
        return len(self.frames) / self.fps

    def heads_at(self, position_s: float) -> int:
        """How many heads are drawn then."""
        return len(self.frames[round(position_s * self.fps) % len(self.frames)])

    def person_at(self, position_s: float, box: Box) -> str | None:
        """The reference of the head that this box shows, None where nobody was drawn."""
        heads = self.frames[round(position_s * self.fps) % len(self.frames)]
        overlap, reference = max(
            ((_overlap(box, head), reference) for reference, head in heads),
            default=(0.0, ""),
        )
        return reference if overlap >= SAME_FACE_OVERLAP else None


def load_truth(path: Path) -> Truth:
    data = json.loads(path.read_text(encoding="utf-8"))
    frames = tuple(
        tuple((f"SYN-{row[0]:04d}", (row[2], row[3], row[4], row[5])) for row in frame)
        for frame in data["frames"]
    )
    return Truth(data["fps"], frozenset(data["walking"]), frames)


def _overlap(a: Box, b: Box) -> float:
    """Intersection over union."""
    width = min(a[0] + a[2], b[0] + b[2]) - max(a[0], b[0])
    height = min(a[1] + a[3], b[1] + b[3]) - max(a[1], b[1])
    if width <= 0 or height <= 0:
        return 0.0
    shared = width * height
    return shared / (a[2] * a[3] + b[2] * b[3] - shared)
