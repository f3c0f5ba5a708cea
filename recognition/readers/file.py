"""A recording as a camera: paced by its own times, or as fast as it is asked for."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator
from pathlib import Path

from recognition.protocols import KeepGoing, always
from recognition.readers.capture import CaptureReader
from recognition.readers.video import VideoUnreadable, duration_s, opened, pictures
from recognition.types import Frame, StreamState

# When a file does not say when a picture is due.
ASSUMED_FPS = 25.0


class PacedFileReader(CaptureReader):
    """Plays a file at its own speed like a camera; late pictures drop.

    A file that is played once begins at its start. With `loop` it stands in for a camera, which
    goes on while nobody reads it: `since` (seconds since 1970) is when it was at its start, and
    whoever opens it later comes in where it is by now.
    """

    def __init__(self, path: Path, *, loop: bool = False, since: float | None = None) -> None:
        super().__init__()
        self.path = path
        self.loop = loop
        self.since = since

    def _capture(self) -> None:
        try:
            self._play(since=self.since if self.loop else None)
            while self.loop and not self._stopping.is_set():
                self._play(since=None)
        except VideoUnreadable as error:
            self._enter(StreamState.FAILED, f"The file cannot be read: {error}.")
        else:
            # A worker that shuts down has not seen the end: another is to take the camera.
            if not self._stopping.is_set():
                self._enter(StreamState.ENDED)

    def _play(self, *, since: float | None) -> None:
        with opened(str(self.path), options={}) as container:
            elapsed_s = 0.0 if since is None else max(0.0, time.time() - since)
            skip_s = elapsed_s % (duration_s(container) or math.inf)
            started = time.monotonic() - skip_s
            played = pictures(container, skip_s=skip_s, tap=self.tap)
            for index, (image, position_s) in enumerate(played):
                position = position_s if position_s is not None else index / ASSUMED_FPS
                if self._stopping.wait(max(0.0, started + position - time.monotonic())):
                    return
                self._take(image, position_s=position)
                del image


class WholeFileReader:
    """Every frame of a file, none dropped, as fast as the caller takes them.

    `captured_at` counts on from the start in media time, so that what depends on time does
    not depend on the speed of the machine.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.dropped = 0
        self.state = StreamState.CONNECTING
        self.state_words = "Not started."
        self._is_closed = False

    def frames(self, keep_going: KeepGoing = always) -> Iterator[Frame]:
        started = time.time()
        try:
            with opened(str(self.path), options={}) as container:
                self._enter(StreamState.LIVE, "Reading.")
                for index, (image, position_s) in enumerate(pictures(container)):
                    if self._is_closed or not keep_going():
                        return
                    position = position_s if position_s is not None else index / ASSUMED_FPS
                    yield Frame(image(), index + 1, started + position, position)
                    del image
            self._enter(StreamState.ENDED, "The recording has ended.")
        except VideoUnreadable as error:
            self._enter(StreamState.FAILED, f"The file cannot be read: {error}.")

    def close(self) -> None:
        self._is_closed = True

    def _enter(self, state: StreamState, words: str) -> None:
        self.state, self.state_words = state, words
