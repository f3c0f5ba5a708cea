"""What all readers share: a capture thread, a one-slot buffer, a state in words."""

from __future__ import annotations

import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator

from recognition.protocols import KeepGoing, PacketTap, always
from recognition.readers.newest import NewestShot, Shot
from recognition.readers.picture_health import PictureHealth
from recognition.types import Frame, Image, StreamState

STALLED_AFTER_S = 5.0
# How often `keep_going` is asked while no frame comes (rule I1: stop within a second).
ASK_EVERY_S = 0.2
CLOCK_JUMP_S = 2.0
CLOCK_WARNING_S = 60.0

WORDS = {
    StreamState.CONNECTING: "Connecting.",
    StreamState.LIVE: "Live.",
    StreamState.STALLED: "No picture for more than 5 seconds.",
    StreamState.FROZEN: "The picture does not change: the camera or its encoder may hang.",
    StreamState.DARK: "The picture is too dark to recognise anybody.",
    StreamState.BLURRED: "The picture is blurred: check focus, rain or dirt on the lens.",
    StreamState.CLOCK: "The clock of this machine jumped: check the times of recent alerts.",
    StreamState.ENDED: "The recording has ended.",
    StreamState.FAILED: "The source cannot be read.",
}


class CaptureReader(ABC):
    """A reader whose own thread takes pictures as they come; the newest waits to be used.

    The thread starts with the first call of `frames` and ends with the source or `close`. A `tap`
    that is set before then is given every packet: one connection serves recording too.
    """

    tap: PacketTap | None = None

    def __init__(self) -> None:
        self._buffer = NewestShot()
        self._stopping = threading.Event()
        self._health = PictureHealth()
        self._thread: threading.Thread | None = None
        self._phase = StreamState.CONNECTING
        self._words = ""
        self._number = 0
        # time.monotonic() of the start or of the last picture
        self._waiting_since: float | None = None
        self._clock_offset = time.time() - time.monotonic()
        self._clock_jumped_at = float("-inf")

    @abstractmethod
    def _capture(self) -> None:
        """Take pictures until the source ends or `_stopping` is set; runs in the thread."""

    @property
    def dropped(self) -> int:
        return self._buffer.dropped

    @property
    def state(self) -> StreamState:
        phase, since, now = self._phase, self._waiting_since, time.monotonic()
        if phase not in {StreamState.CONNECTING, StreamState.LIVE} or since is None:
            return phase
        if now - since > STALLED_AFTER_S:
            return StreamState.STALLED
        if phase is StreamState.CONNECTING:
            return phase
        if now - self._clock_jumped_at < CLOCK_WARNING_S:
            return StreamState.CLOCK
        return self._health.verdict(now=now)

    @property
    def state_words(self) -> str:
        # Why there is no picture says more than that there is none.
        return self._words or WORDS[self.state]

    def frames(self, keep_going: KeepGoing = always) -> Iterator[Frame]:
        self._start()
        try:
            while keep_going() and not self._stopping.is_set():
                shot = self._buffer.take(timeout_s=ASK_EVERY_S)
                if shot is not None:
                    yield self._as_frame(shot)
                    # While the next picture is awaited nothing may hold this one.
                    del shot
                elif self._buffer.is_closed and self._buffer.is_empty:
                    return
        finally:
            self.close()

    def close(self) -> None:
        """Stop for good; any thread may call it, more than once. Does not wait.

        A capture thread that waits for a silent camera ends at its read timeout and takes no
        further picture.
        """
        self._stopping.set()
        self._buffer.close(discard=True)

    def _start(self) -> None:
        if self._thread is None:
            self._waiting_since = time.monotonic()
            self._thread = threading.Thread(target=self._run, name="capture", daemon=True)
            self._thread.start()

    def _run(self) -> None:
        try:
            self._capture()
        finally:
            self._buffer.close(discard=self._stopping.is_set())

    def _enter(self, phase: StreamState, words: str = "") -> None:
        self._phase, self._words = phase, words

    def _take(self, image: Callable[[], Image], *, position_s: float | None) -> None:
        """A picture has come: it is now."""
        now, wall = time.monotonic(), time.time()
        if abs(wall - now - self._clock_offset) > CLOCK_JUMP_S:
            self._clock_offset = wall - now
            self._clock_jumped_at = now
        self._waiting_since = now
        if self._phase is not StreamState.LIVE:
            self._enter(StreamState.LIVE)
        self._number += 1
        self._buffer.put(Shot(image, self._number, wall, position_s, now))

    def _as_frame(self, shot: Shot) -> Frame:
        image = shot.image()
        self._health.observe(image, now=shot.taken_at)
        return Frame(image, shot.number, shot.captured_at, shot.position_s)
