"""An archive of footage that keeps everything in memory and fails when it is told to."""

import errno
import threading
from dataclasses import dataclass, field

from recognition.footage.recorder import GapReason


@dataclass
class KeptSegment:
    started_at: float
    data: bytearray = field(default_factory=bytearray)
    fails_after: int | None = None
    end: str = ""

    @property
    def byte_count(self) -> int:
        return len(self.data)

    def write(self, data: bytes) -> int:
        if self.fails_after is not None and len(self.data) >= self.fails_after:
            raise OSError(errno.ENOSPC, "No space left on device")
        self.data += data
        return len(data)

    def finish(self, *, ended_at: float) -> None:
        self.end = "finished"

    def discard(self) -> None:
        self.end = "discarded"

    def abandon(self) -> None:
        self.end = "abandoned"


@dataclass
class KeptArchive:
    """In memory; `trouble` is what the next `begin` raises."""

    segments: list[KeptSegment] = field(default_factory=list)
    gaps: dict[float, tuple[GapReason, float | None]] = field(default_factory=dict)
    trouble: Exception | None = None
    is_full: bool = False
    fails_after: int | None = None
    waits_for: threading.Event | None = None
    is_closed: bool = False

    def begin(self, *, started_at: float) -> KeptSegment:
        if self.waits_for is not None:
            self.waits_for.wait(20)
        if self.trouble is not None:
            raise self.trouble
        segment = KeptSegment(started_at, fails_after=self.fails_after)
        self.segments.append(segment)
        return segment

    def has_space(self) -> bool:
        return not self.is_full

    def state_gap(self, reason: GapReason, *, began_at: float, ended_at: float | None) -> None:
        self.gaps[began_at] = (reason, ended_at)

    def close(self) -> None:
        self.is_closed = True
