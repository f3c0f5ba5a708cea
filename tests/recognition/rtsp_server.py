"""A real RTSP server of a test's own: GStreamer's, driven from the system's Python, or live555.

It serves one recording on a free port and can be killed and started again on the same port."""

import re
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
from abc import ABC, abstractmethod
from pathlib import Path

import av
import numpy as np
import pytest

READY_WITHIN_S = 20.0
LENGTH_S = 120
FPS = 25
SYSTEM_PYTHON = "/usr/bin/python3"
GSTREAMER = """
import sys, gi
gi.require_version("Gst", "1.0")
gi.require_version("GstRtspServer", "1.0")
from gi.repository import GLib, Gst, GstRtspServer
Gst.init(None)
path, port = sys.argv[1:]
server = GstRtspServer.RTSPServer()
server.set_address("127.0.0.1")
server.set_service(port)
factory = GstRtspServer.RTSPMediaFactory()
factory.set_launch(
    f"( filesrc location={path} ! matroskademux ! h264parse ! rtph264pay name=pay0 pt=96 )"
)
server.get_mount_points().add_factory("/street.mkv", factory)
if not server.attach(None):
    sys.exit("the port is taken")
GLib.MainLoop().run()
"""


class RtspServer(ABC):
    """May be started and killed as often as a test wants; `close` is for good."""

    def __init__(self, recording: Path) -> None:
        self.recording = recording
        self.port = _free_port()
        self._process: subprocess.Popen[bytes] | None = None
        self._output = tempfile.TemporaryFile()  # noqa: SIM115 - closed by close

    @abstractmethod
    def _arguments(self) -> list[str]: ...

    def url(self, *, path: str = "street.mkv", login: str = "") -> str:
        return f"rtsp://{login}127.0.0.1:{self.port}/{path}"

    def start(self) -> None:
        self._process = subprocess.Popen(
            self._arguments(),
            cwd=self.recording.parent,
            stdin=subprocess.DEVNULL,
            stdout=self._output,
            stderr=subprocess.STDOUT,
        )
        pause = threading.Event()
        for _ in range(int(READY_WITHIN_S / 0.05)):
            if self._answers():
                return
            if self._process.poll() is not None:
                break
            pause.wait(0.05)
        raise AssertionError(f"the RTSP server did not start: {self._said()}")

    def kill(self) -> None:
        """As a crash would: nothing is said to its clients."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def hang(self) -> None:
        """Keep the connections and send nothing."""
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)

    def _answers(self) -> bool:
        try:
            socket.create_connection(("127.0.0.1", self.port), timeout=1.0).close()
        except OSError:
            return False
        return True

    def _said(self) -> str:
        self._output.seek(0)
        return self._output.read().decode(errors="replace")[-500:]

    def close(self) -> None:
        self.kill()
        self._output.close()


class GStreamer(RtspServer):
    def _arguments(self) -> list[str]:
        return [SYSTEM_PYTHON, "-c", GSTREAMER, str(self.recording), str(self.port)]


class Live555(RtspServer):
    """Chooses its port itself, 554 or 8554, and says which."""

    def _arguments(self) -> list[str]:
        return ["live555MediaServer"]

    def _answers(self) -> bool:
        said = re.search(r"rtsp://[^/:]+(?::(\d+))?/<filename>", self._said())
        if said is None:
            return False
        self.port = int(said[1] or 554)
        return super()._answers()


def rtsp_server(folder: Path) -> RtspServer:
    """Not started yet. Skips the test where no server is installed."""
    kind = _installed()
    if kind is None:
        pytest.skip(
            "No RTSP server: install livemedia-utils, or python3-gi, gir1.2-gst-rtsp-server-1.0"
            " and gstreamer1.0-plugins-{base,good,bad}."
        )
    return kind(_recording(folder / "street.mkv"))


def _installed() -> type[RtspServer] | None:
    if Path(SYSTEM_PYTHON).exists():
        script = (
            "import gi; gi.require_version('GstRtspServer', '1.0');"
            "from gi.repository import Gst, GstRtspServer; Gst.init(None);"
            "names = ('matroskademux', 'h264parse', 'rtph264pay');"
            "assert all(map(Gst.ElementFactory.find, names))"
        )
        asked = subprocess.run([SYSTEM_PYTHON, "-c", script], capture_output=True, check=False)
        if asked.returncode == 0:
            return GStreamer
    return Live555 if shutil.which("live555MediaServer") else None


def _recording(path: Path) -> Path:
    """Two minutes of moving stripes in H.264: longer than any test, so that it need not loop."""
    columns = np.arange(320)
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=FPS, options={"preset": "ultrafast"})
        stream.width, stream.height, stream.pix_fmt = 320, 240, "yuv420p"
        stream.gop_size = FPS
        for number in range(LENGTH_S * FPS):
            stripes = ((columns + 2 * number) % 64 * 4).astype(np.uint8)
            picture = np.broadcast_to(stripes[None, :, None], (240, 320, 3))
            frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(picture), format="bgr24")
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
