"""RTSP cameras on a real server, killed, hung and started again in mid-stream."""

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from recognition.readers.live import LiveReader, rtsp_reader
from recognition.types import Frame, StreamState
from tests.recognition.rtsp_server import RtspServer, rtsp_server

LIMIT_S = 60.0
LOGIN = "operator:s3cret-word@"


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RtspServer]:
    server = rtsp_server(tmp_path_factory.mktemp("rtsp"))
    yield server
    server.close()


@pytest.fixture
def server(prepared: RtspServer) -> Iterator[RtspServer]:
    prepared.start()
    yield prepared
    prepared.kill()


class Watching:
    """What a camera run does with a reader: takes its frames in a thread of its own."""

    def __init__(self, reader: LiveReader) -> None:
        self.reader = reader
        self.count = 0
        self.last: Frame | None = None
        self.slowly = threading.Event()
        self.go_on = threading.Event()

    def run(self) -> None:
        for frame in self.reader.frames():
            self.last, self.count = frame, self.count + 1
            if self.slowly.is_set():
                self.go_on.wait(LIMIT_S)

    def until(self, condition: Callable[[], bool]) -> None:
        pause = threading.Event()
        for _ in range(int(LIMIT_S / 0.05)):
            if condition():
                return
            pause.wait(0.05)
        raise AssertionError(
            f"it never came to be: {self.count} frames, {self.reader.state}:"
            f" {self.reader.state_words}"
        )

    def until_state(self, *states: StreamState) -> None:
        self.until(lambda: self.reader.state in states)


@contextmanager
def watching(url: str) -> Iterator[Watching]:
    camera = Watching(rtsp_reader(url))
    thread = threading.Thread(target=camera.run)
    thread.start()
    try:
        yield camera
    finally:
        camera.go_on.set()
        camera.reader.close()
        thread.join(LIMIT_S)
        assert not thread.is_alive()


def test_frames_arrive_and_the_camera_is_live(server: RtspServer) -> None:
    with watching(server.url()) as camera:
        camera.until(lambda: camera.count > 10)

        assert camera.reader.state is StreamState.LIVE
        assert camera.last is not None
        assert camera.last.image.shape == (240, 320, 3)
        assert camera.last.position_s is None


def test_the_newest_picture_wins_over_a_slow_consumer(server: RtspServer) -> None:
    with watching(server.url()) as camera:
        camera.until(lambda: camera.count > 3)
        camera.slowly.set()
        camera.until(lambda: camera.reader.dropped > 20)
        before, missed = camera.last, camera.reader.dropped
        camera.slowly.clear()
        camera.go_on.set()
        camera.until(lambda: camera.last is not before)

        assert before is not None
        assert camera.last is not None
        assert camera.last.number - before.number >= missed - 1
        assert camera.reader.state is StreamState.LIVE


def test_a_server_that_is_killed_is_reported_and_found_again(server: RtspServer) -> None:
    with watching(server.url()) as camera:
        camera.until(lambda: camera.count > 3)

        server.kill()
        camera.until_state(StreamState.CONNECTING)
        assert camera.reader.state_words.startswith("No picture: ")
        camera.until_state(StreamState.STALLED)
        assert "refused" in camera.reader.state_words
        assert "Trying again in" in camera.reader.state_words

        count = camera.count
        server.start()
        camera.until_state(StreamState.LIVE)
        camera.until(lambda: camera.count > count + 10)
        assert camera.reader.state_words == "Live."


def test_a_server_that_hangs_is_a_stall_and_is_left_for_a_new_connection(
    server: RtspServer,
) -> None:
    with watching(server.url()) as camera:
        camera.until(lambda: camera.count > 3)

        server.hang()
        camera.until_state(StreamState.STALLED)
        camera.until(lambda: "no answer in time" in camera.reader.state_words)

        server.kill()
        count = camera.count
        server.start()
        camera.until(lambda: camera.count > count + 10)
        assert camera.reader.state is StreamState.LIVE


def test_a_camera_that_is_not_there_yet_is_waited_for(prepared: RtspServer) -> None:
    with watching(prepared.url()) as camera:
        camera.until(lambda: "refused" in camera.reader.state_words)
        assert camera.reader.state is StreamState.CONNECTING

        prepared.start()
        try:
            camera.until_state(StreamState.LIVE)
        finally:
            prepared.kill()


def test_a_wrong_path_is_said_in_words_and_stalls(server: RtspServer) -> None:
    with watching(server.url(path="other.mkv")) as camera:
        camera.until(lambda: "not found" in camera.reader.state_words)
        camera.until_state(StreamState.STALLED)

        assert camera.count == 0


def test_no_words_and_no_log_hold_the_address_or_the_password(
    server: RtspServer, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    said = set()
    with watching(server.url(login=LOGIN)) as camera:
        camera.until(lambda: camera.count > 3)
        said.add(camera.reader.state_words)
        server.kill()
        camera.until(lambda: "refused" in camera.reader.state_words)
        said.add(camera.reader.state_words)
    with watching(server.url(path="other.mkv", login=LOGIN)) as camera:
        camera.until(lambda: camera.reader.state_words.startswith("No picture"))
        said.add(camera.reader.state_words)

    written = capfd.readouterr()
    everything = caplog.text + written.out + written.err + "".join(said)
    assert "s3cret-word" not in everything
    assert "127.0.0.1" not in everything
    assert str(server.port) not in everything


def test_told_to_stop_a_stalled_camera_stops_at_once(server: RtspServer) -> None:
    """`close` neither waits for the camera nor takes another picture."""
    with watching(server.url()) as camera:
        camera.until(lambda: camera.count > 3)
        server.hang()
        camera.reader.close()
        count = camera.count
        camera.until(lambda: camera.reader._buffer.is_closed)

    assert camera.count <= count + 1
