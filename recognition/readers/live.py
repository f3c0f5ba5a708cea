"""RTSP streams and USB devices: reconnected for as long as somebody wants their pictures."""

from __future__ import annotations

from recognition.readers.capture import CaptureReader
from recognition.readers.video import VideoUnreadable, opened, pictures
from recognition.types import StreamState

FIRST_PAUSE_S = 0.5
LONGEST_PAUSE_S = 15.0

# TCP, because UDP shows torn pictures on a busy network; no buffering, because an old picture
# is worth nothing here.
RTSP_OPTIONS = {
    "rtsp_transport": "tcp",
    "fflags": "nobuffer",
    "flags": "low_delay",
    "timeout": "5000000",
}


class LiveReader(CaptureReader):
    """A camera. A lost connection is tried again, at growing intervals up to 15 s."""

    def __init__(
        self, address: str, *, options: dict[str, str] | None = None, container: str | None = None
    ) -> None:
        super().__init__()
        self._address = address
        self._options = options or {}
        self._container = container

    def _capture(self) -> None:
        pause_s = FIRST_PAUSE_S
        while not self._stopping.is_set():
            before = self._number
            words = self._watch()
            if self._stopping.is_set():
                return
            pause_s = FIRST_PAUSE_S if self._number > before else min(2 * pause_s, LONGEST_PAUSE_S)
            self._enter(
                StreamState.CONNECTING, f"No picture: {words}. Trying again in {pause_s:g} s."
            )
            self._stopping.wait(pause_s)

    def _watch(self) -> str:
        """Take pictures until the connection is lost; why it was, in words."""
        try:
            with opened(
                self._address, options=self._options, container_format=self._container
            ) as container:
                for image, _ in pictures(container, tap=self.tap):
                    if self._stopping.is_set():
                        return "stopped"
                    self._take(image, position_s=None)
                    del image
        except VideoUnreadable as error:
            return str(error)
        return "the camera ended the connection"


def rtsp_reader(address: str) -> LiveReader:
    return LiveReader(address, options=dict(RTSP_OPTIONS))


def device_reader(number: int) -> LiveReader:
    """A USB camera by its Video4Linux number."""
    return LiveReader(f"/dev/video{number}", container="v4l2")
