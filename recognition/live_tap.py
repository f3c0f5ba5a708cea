"""Where a camera's loop leaves a picture for whoever watches it live.

Nothing is made, kept or encoded while nobody watches. At most one picture is held, already without
faces, until the next one or the end of the watching."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Sequence

import cv2

from recognition.live_picture import live_picture
from recognition.types import Box, Image

PICTURES_PER_S = 4.0
# Whoever asks for a picture is taken to watch for so long.
WATCHED_S = 2.0
JPEG_QUALITY = 70


class LiveTap:
    """`wants`, `may_show` and `look` belong to the camera's loop, `take` to those who watch, and
    `show_only` to the thread that asks the database."""

    def __init__(
        self, *, zone: Box | None = None, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._zone = zone
        self._clock = clock
        self._changed = threading.Condition()
        self._picture: bytes | None = None
        self._number = 0
        self._watched_until = float("-inf")
        self._next_at = float("-inf")
        self._is_closed = False
        self._open_alerts: frozenset[int] = frozenset()

    @property
    def is_watched(self) -> bool:
        return self._clock() < self._watched_until

    def show_only(self, entry_ids: frozenset[int]) -> None:
        """Whose alerts are open, by entry. Everybody is hidden until this is known."""
        self._open_alerts = entry_ids

    def may_show(self, entry_ids: Iterable[int]) -> bool:
        return not self._open_alerts.isdisjoint(entry_ids)

    def wants(self) -> bool:
        """Cheap: asked on every frame."""
        now = self._clock()
        if not self.is_watched:
            self._picture = None
            self._open_alerts = frozenset()
            return False
        return now >= self._next_at

    def look(self, image: Image, *, hide: Sequence[Box]) -> None:
        """Faces go before anything is encoded."""
        self._next_at = self._clock() + 1.0 / PICTURES_PER_S
        picture = live_picture(image, hide=hide, zone=self._zone)
        done, data = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY])
        if done:
            with self._changed:
                self._picture = data.tobytes()
                self._number += 1
                self._changed.notify_all()

    def take(self, *, timeout_s: float) -> bytes | None:
        """The next picture (JPEG); None where none comes in time or the camera has stopped."""
        with self._changed:
            before = self._number
            self._watched_until = self._clock() + WATCHED_S
            self._changed.wait_for(lambda: self._number > before or self._is_closed, timeout_s)
            return self._picture if self._number > before and not self._is_closed else None

    def close(self) -> None:
        with self._changed:
            self._is_closed = True
            self._picture = None
            self._changed.notify_all()
