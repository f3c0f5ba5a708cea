"""Recording one camera beside its recognition: packets are handed over by the capture thread and
written by a thread of the recorder's own, so that a slow or full disk never holds a picture up."""

from __future__ import annotations

import contextlib
import errno
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import Any, Protocol

from recognition.footage.muxing import Bytes, SegmentMuxer, StreamTemplate
from recognition.protocols import KeepGoing

# About ten seconds of a good camera.
MAX_WAITING_BYTES = 32 * 2**20
RETRY_AFTER_S = 5.0
LOOK_AT_DISK_EVERY_S = 2.0
CLOCK_JUMP_S = 2.0
NO_SPACE = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


class GapReason(Enum):
    """The values are those that the database knows."""

    DISK_FULL = "disk_full"
    DISK_ERROR = "disk_error"
    TOO_SLOW = "too_slow"
    NOT_RECORDABLE = "not_recordable"


WORDS = {
    GapReason.DISK_FULL: "Not recorded: no space left on the disk.",
    GapReason.DISK_ERROR: "Not recorded: the disk or the database cannot be written.",
    GapReason.TOO_SLOW: "Not recorded for a moment: the disk is slower than the camera.",
    GapReason.NOT_RECORDABLE: "Not recorded: the camera sends no compressed video.",
}


class NotAuthorised(Exception):
    """Recording this camera is not authorised, or not any more."""


class ArchiveFailed(Exception):
    """The archive cannot be written now, for another reason than the disk."""


class Segment(Bytes, Protocol):
    @property
    def byte_count(self) -> int: ...

    def finish(self, *, ended_at: float) -> None: ...

    def discard(self) -> None: ...

    def abandon(self) -> None: ...


class Archive(Protocol):
    """Where one camera's segments go. Called from the recorder's thread only. Times are seconds
    since 1970. Raises OSError and ArchiveFailed."""

    def begin(self, *, started_at: float) -> Segment:
        """Raises NotAuthorised too."""

    def has_space(self) -> bool: ...

    def state_gap(self, reason: GapReason, *, began_at: float, ended_at: float | None) -> None:
        """Again with `ended_at` when it is over."""

    def close(self) -> None: ...


@dataclass(frozen=True, slots=True)
class _Arrived:
    packet: Any
    at: float
    size: int


@dataclass(frozen=True, slots=True)
class _Connected:
    template: StreamTemplate


class Recorder:
    """`connected` and `packet` are the capture thread's and never wait; `close` is anybody's."""

    def __init__(self, archive: Archive, *, keep_going: KeepGoing, segment_s: float) -> None:
        self._archive = archive
        self._keep_going = keep_going
        self._segment_s = segment_s
        self._waiting: deque[_Arrived | _Connected] = deque()
        self._waiting_bytes = 0
        self._changed = threading.Condition()
        self._is_closed = False
        self._overflowed = False
        self._writer = _Writer(archive, segment_s=segment_s)
        self._thread = threading.Thread(target=self._run, name="recording", daemon=True)
        self._thread.start()

    @property
    def words(self) -> str:
        return self._writer.words

    def connected(self, stream: Any) -> None:
        with self._changed:
            self._waiting.append(_Connected(StreamTemplate(stream)))
            self._changed.notify()

    def packet(self, packet: Any) -> None:
        """Taken over: nobody else may use it afterwards. Nothing without authority (I1)."""
        if self._is_closed or packet.size == 0 or not self._keep_going():
            return
        with self._changed:
            if self._waiting_bytes + packet.size > MAX_WAITING_BYTES:
                self._overflowed = True
                self._waiting = deque(e for e in self._waiting if isinstance(e, _Connected))
                self._waiting_bytes = 0
            self._waiting.append(_Arrived(packet, time.time(), packet.size))
            self._waiting_bytes += packet.size
            self._changed.notify()

    def close(self) -> None:
        """Write what was taken, finish the segment, and end. Does not wait."""
        with self._changed:
            self._is_closed = True
            self._changed.notify()

    def join(self, *, timeout_s: float) -> None:
        self._thread.join(timeout_s)

    def _run(self) -> None:
        try:
            while (each := self._next()) is not None:
                if self._took_overflow():
                    self._writer.give_up(GapReason.TOO_SLOW, at=time.time())
                if isinstance(each, _Connected):
                    self._writer.connected(each.template)
                else:
                    self._writer.write(each.packet, at=each.at)
                del each
        finally:
            self._writer.close()

    def _next(self) -> _Arrived | _Connected | None:
        with self._changed:
            self._changed.wait_for(lambda: self._waiting or self._is_closed)
            if not self._waiting:
                return None
            each = self._waiting.popleft()
            if isinstance(each, _Arrived):
                self._waiting_bytes -= each.size
            return each

    def _took_overflow(self) -> bool:
        with self._changed:
            overflowed, self._overflowed = self._overflowed, False
            return overflowed


class _Writer:
    """What the recorder's thread does: segments one after the other, and the gaps between."""

    def __init__(
        self,
        archive: Archive,
        *,
        segment_s: float,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.words = "Waiting for the first picture."
        self._archive = archive
        self._segment_s = segment_s
        self._clock = clock
        self._template: StreamTemplate | None = None
        self._segment: Segment | None = None
        self._muxer: SegmentMuxer | None = None
        self._started_at = self._last_at = 0.0
        self._gap: tuple[GapReason, float] | None = None
        self._try_again_at = self._look_at = float("-inf")

    def connected(self, template: StreamTemplate) -> None:
        """Another connection, and maybe another stream: another segment."""
        self._end_segment()
        self._template = template
        if not template.is_recordable:
            self.give_up(GapReason.NOT_RECORDABLE, at=time.time())

    def write(self, packet: Any, *, at: float) -> None:
        if self._template is None or not self._template.is_recordable:
            return
        try:
            self._rotate(at, is_key_frame=packet.is_keyframe)
            if self._muxer is None and not self._begin(at, is_key_frame=packet.is_keyframe):
                return
            assert self._muxer is not None
            self._last_at = max(self._last_at, at)
            self._muxer.add(packet)
        except NotAuthorised:
            self.words = "Not recorded: recording is not authorised now."
            self._try_again_at = self._clock() + RETRY_AFTER_S
        except Exception as error:  # noqa: BLE001 - recognition goes on, whatever it is
            self.give_up(_reason(error), at=at)

    def give_up(self, reason: GapReason, *, at: float) -> None:
        """Leave the segment as it is and begin another when that can be. The gap is stated."""
        self._abandon()
        self.words = WORDS[reason]
        self._try_again_at = self._clock() + (
            RETRY_AFTER_S if reason is not GapReason.TOO_SLOW else 0.0
        )
        if self._gap is None:
            self._gap = (reason, at)
            self._state_gap(ended_at=None)

    def close(self) -> None:
        self._end_segment()
        if self._gap is not None:
            self._state_gap(ended_at=max(time.time(), self._gap[1]))
        self.words = ""
        self._archive.close()

    def _rotate(self, at: float, *, is_key_frame: bool) -> None:
        """The next segment begins at a key frame; where none comes for so long, without one."""
        if self._muxer is None:
            return
        age_s = at - self._started_at
        # A clock that was put back would make a segment last until it is there again.
        if (
            age_s >= 2 * self._segment_s
            or (age_s >= self._segment_s and is_key_frame)
            or (age_s < -CLOCK_JUMP_S and is_key_frame)
        ):
            self._end_segment()
            if self._gap is None:
                self._begin(at, is_key_frame=True)
        elif not self._has_space():
            self._end_segment()
            self.give_up(GapReason.DISK_FULL, at=at)

    def _begin(self, at: float, *, is_key_frame: bool) -> bool:
        if not is_key_frame or self._clock() < self._try_again_at:
            return False
        if not self._has_space():
            self.give_up(GapReason.DISK_FULL, at=at)
            return False
        assert self._template is not None
        self._segment = self._archive.begin(started_at=at)
        self._muxer = SegmentMuxer(self._template, self._segment)
        self._started_at = self._last_at = at
        if self._gap is not None:
            self._state_gap(ended_at=at)
            self._gap = None
        self.words = "Recording."
        return True

    def _has_space(self) -> bool:
        """Asked every few seconds only; in between the last answer holds."""
        if self._clock() >= self._look_at:
            self._look_at = self._clock() + LOOK_AT_DISK_EVERY_S
            self._space = self._archive.has_space()
        return self._space

    def _end_segment(self) -> None:
        if self._muxer is None or self._segment is None:
            return
        try:
            self._muxer.finish()
            if self._segment.byte_count == 0:
                self._segment.discard()
            else:
                self._segment.finish(ended_at=self._last_at)
            self._segment = self._muxer = None
        except Exception as error:  # noqa: BLE001 - recognition goes on, whatever it is
            self.give_up(_reason(error), at=self._last_at)

    def _abandon(self) -> None:
        if self._muxer is not None:
            self._muxer.abandon()
        if self._segment is not None:
            self._segment.abandon()
        self._segment = self._muxer = None

    def _state_gap(self, *, ended_at: float | None) -> None:
        assert self._gap is not None
        reason, began_at = self._gap
        # Stated when it is over, or shown by the hole between the segments.
        with contextlib.suppress(ArchiveFailed):
            self._archive.state_gap(reason, began_at=began_at, ended_at=ended_at)


def _reason(error: Exception) -> GapReason:
    if isinstance(error, OSError) and error.errno in NO_SPACE:
        return GapReason.DISK_FULL
    return GapReason.DISK_ERROR
