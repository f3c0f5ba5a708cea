"""A recording as a camera: paced by its own times, or as fast as it is asked for."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

from recognition.protocols import KeepGoing, always
from recognition.readers.capture import CaptureReader
from recognition.readers.video import VideoUnreadable, opened, pictures
from recognition.types import Frame, StreamState

# When a file does not say when a picture is due.
ASSUMED_FPS = 25.0


class PacedFileReader(CaptureReader):
    """Plays a file at its own speed like a camera, once or for ever; late pictures drop."""

    def __init__(self, path: Path, *, loop: bool = False) -> None:
        super().__init__()
        self.path = path
        self.loop = loop

    def _capture(self) -> None:
        try:
            self._play()
            while self.loop and not self._stopping.is_set():
                self._play()
        except VideoUnreadable as error:
            self._enter(StreamState.FAILED, f"The file cannot be read: {error}.")
        else:
            self._enter(StreamState.ENDED)

    def _play(self) -> None:
        started = time.monotonic()
        with opened(str(self.path), options={}) as container:
            for index, (image, position_s) in enumerate(pictures(container)):
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
