"""Recording off the one connection that recognition has to a real RTSP server."""

import threading
from collections.abc import Iterator

import pytest

from recognition.footage.recorder import Recorder
from recognition.protocols import always
from recognition.readers.live import rtsp_reader
from tests.deployments.recordings import frames_of
from tests.recognition.kept_footage import KeptArchive
from tests.recognition.rtsp_server import RtspServer, rtsp_server
from tests.recognition.running import until


@pytest.fixture
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RtspServer]:
    served = rtsp_server(tmp_path_factory.mktemp("rtsp"))
    served.start()
    yield served
    served.close()


def test_what_the_camera_sends_is_recorded_beside_its_pictures_and_again_after_a_cut(
    server: RtspServer,
) -> None:
    archive, seen = KeptArchive(), [0]
    recorder = Recorder(archive, keep_going=always, segment_s=600.0)
    reader = rtsp_reader(server.url())
    reader.tap = recorder

    def watch() -> None:
        for _ in reader.frames():
            seen[0] += 1

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        until(lambda: bool(archive.segments) and archive.segments[0].byte_count > 50_000)
        assert seen[0] > 0
        server.kill()
        server.start()
        until(lambda: len(archive.segments) > 1 and archive.segments[1].byte_count > 50_000)
    finally:
        reader.close()
        thread.join(20)
        recorder.close()
        recorder.join(timeout_s=20)

    assert [each.end for each in archive.segments] == ["finished", "finished"]
    assert all(frames_of(bytes(each.data)) > 10 for each in archive.segments)
    assert archive.gaps == {}
