import gc
import itertools
import threading
import time
import weakref
from pathlib import Path

import numpy as np
import pytest

from recognition.factory import open_reader
from recognition.readers.capture import CaptureReader
from recognition.readers.file import PacedFileReader, WholeFileReader
from recognition.readers.live import LiveReader, rtsp_reader
from recognition.types import Image, StreamState
from tests.recognition.moving_pictures import noisy_pictures, write_video


@pytest.fixture
def clip(tmp_path: Path) -> Path:
    """A second and a bit at 25 frames a second."""
    return write_video(tmp_path / "clip.mp4", noisy_pictures(30))


def test_a_whole_file_gives_every_frame_with_its_time(clip: Path) -> None:
    reader = WholeFileReader(clip)

    frames = list(reader.frames())

    assert [frame.number for frame in frames] == list(range(1, 31))
    assert frames[10].position_s == pytest.approx(0.4)
    assert frames[10].captured_at - frames[0].captured_at == pytest.approx(0.4)
    assert frames[0].image.shape == (240, 320, 3)
    assert reader.state is StreamState.ENDED
    assert reader.dropped == 0


def test_a_paced_file_is_read_at_its_own_speed(clip: Path) -> None:
    reader = PacedFileReader(clip)

    frames = list(reader.frames())

    assert frames[-1].number == 30
    assert frames[-1].captured_at - frames[0].captured_at >= 29 / 25 - 0.1
    assert len(frames) + reader.dropped == 30
    assert reader.state is StreamState.ENDED


@pytest.mark.parametrize("loop", [False, True])
def test_a_file_that_is_no_longer_read_has_not_ended(clip: Path, loop: bool) -> None:
    """Nobody would take the camera of a worker that shut down."""
    reader = PacedFileReader(clip, loop=loop)
    frames = reader.frames()
    next(frames)

    reader.close()
    assert reader._thread is not None
    reader._thread.join(10)

    assert list(frames) == []
    assert reader.state is StreamState.LIVE


def test_the_newest_frame_wins_and_the_others_are_counted(clip: Path) -> None:
    reader = PacedFileReader(clip)
    frames = reader.frames()
    first = next(frames)
    assert reader._thread is not None
    reader._thread.join(10)  # the camera went on while nobody asked

    rest = list(frames)

    assert first.number == 1
    assert [frame.number for frame in rest] == [30]
    assert reader.dropped == 28


def test_a_picture_that_nobody_wanted_for_a_second_is_forgotten(clip: Path) -> None:
    reader = PacedFileReader(clip)
    frames = reader.frames()
    next(frames)
    assert reader._thread is not None
    reader._thread.join(10)
    shot = reader._buffer._shot
    assert shot is not None
    object.__setattr__(shot, "taken_at", shot.taken_at - 1.5)

    assert list(frames) == []
    assert reader.dropped == 29


def test_a_looped_file_goes_on(tmp_path: Path) -> None:
    clip = write_video(tmp_path / "short.mp4", noisy_pictures(5))
    reader = PacedFileReader(clip, loop=True)

    numbers = [frame.number for frame in itertools.islice(reader.frames(), 12)]
    reader.close()

    assert numbers[-1] >= 12
    assert numbers == sorted(set(numbers))


@pytest.mark.parametrize(("loop", "first_s"), [(True, 0.8), (False, 0.0)])
def test_a_looped_file_goes_on_while_nobody_reads_it(clip: Path, *, loop: bool, first_s: float):
    """A camera whose run is interrupted has lost the time in between and nothing else."""
    reader = PacedFileReader(clip, loop=loop, since=time.time() - 2 * 30 / 25 - 0.8)

    first = next(reader.frames())
    reader.close()

    assert first.position_s == pytest.approx(first_s, abs=0.3)


def test_told_to_stop_it_stops_although_no_frame_comes() -> None:
    class Silent(CaptureReader):
        def _capture(self) -> None:
            self._stopping.wait(30)

    reader = Silent()
    answers = iter([True, True, False])
    started = time.monotonic()

    assert list(reader.frames(lambda: next(answers))) == []
    assert time.monotonic() - started < 5, "far from the 30 s of the silent camera"
    assert reader._stopping.is_set()


def test_closed_by_another_thread_it_ends() -> None:
    class Silent(CaptureReader):
        def _capture(self) -> None:
            self._stopping.wait(30)

    reader = Silent()
    threading.Timer(0.05, reader.close).start()

    assert list(reader.frames()) == []


def test_no_picture_is_kept_while_the_next_is_awaited(clip: Path) -> None:
    reader = PacedFileReader(clip)
    frames = reader.frames()

    kept = weakref.ref(next(frames).image)
    next(frames)
    gc.collect()

    assert kept() is None
    reader.close()


@pytest.mark.parametrize(
    "content", [b"", b"no video at all" * 50, b"\0" * 5000], ids=["empty", "text", "zeros"]
)
@pytest.mark.parametrize("kind", [WholeFileReader, PacedFileReader])
def test_what_is_no_video_is_said_in_words(
    tmp_path: Path, content: bytes, kind: type[WholeFileReader] | type[PacedFileReader]
) -> None:
    path = tmp_path / "secret-name.mp4"
    path.write_bytes(content)
    reader = kind(path)

    assert list(reader.frames()) == []
    assert reader.state is StreamState.FAILED
    assert reader.state_words.startswith("The file cannot be read: ")
    assert "secret-name" not in reader.state_words


def test_a_file_that_is_not_there_is_said_in_words(tmp_path: Path) -> None:
    reader = WholeFileReader(tmp_path / "none.mp4")

    assert list(reader.frames()) == []
    assert reader.state_words == "The file cannot be read: no such file or directory."


def test_a_truncated_recording_plays_as_far_as_it_goes(tmp_path: Path) -> None:
    clip = write_video(tmp_path / "clip.avi", noisy_pictures(30))
    clip.write_bytes(clip.read_bytes()[: clip.stat().st_size // 2])

    frames = list(WholeFileReader(clip).frames())

    assert 5 < len(frames) < 30


def test_a_frame_size_that_changes_in_mid_stream_is_passed_on(tmp_path: Path) -> None:
    """Two MPEG-TS recordings one after the other, as when a camera is set up anew."""
    small = write_video(tmp_path / "a.ts", noisy_pictures(5))
    large = write_video(tmp_path / "b.ts", noisy_pictures(5, width=640, height=480))
    joined = tmp_path / "joined.ts"
    joined.write_bytes(small.read_bytes() + large.read_bytes())

    shapes = {frame.image.shape for frame in WholeFileReader(joined).frames()}

    assert (240, 320, 3) in shapes
    assert len(shapes) == 2


class Camera(LiveReader):
    """A live reader whose connections are scripted: pictures, then the reason it was lost."""

    def __init__(self, *connections: tuple[int, str]) -> None:
        super().__init__("rtsp://user:secret@camera")
        self.connections = list(connections)
        self.pauses: list[float] = []
        self._stopping.wait = self._note_pause  # type: ignore[method-assign]

    def _note_pause(self, timeout: float | None = None) -> bool:
        self.pauses.append(timeout or 0.0)
        return self._stopping.is_set()

    def _watch(self) -> str:
        if not self.connections:
            self._stopping.set()
            return "stopped"
        pictures, words = self.connections.pop(0)
        for _ in range(pictures):
            self._take(lambda: np.zeros((4, 4, 3), np.uint8), position_s=None)
        return words


def test_a_lost_camera_is_tried_again_at_growing_intervals() -> None:
    camera = Camera(*[(0, "connection refused")] * 7, (3, "the camera ended the connection"))

    camera._capture()

    assert camera.pauses[:7] == [1, 2, 4, 8, 15, 15, 15]
    assert camera.pauses[7] == 0.5, "after it had been live, at once"
    assert camera._number == 3


def test_why_there_is_no_picture_is_said_without_the_address() -> None:
    camera = Camera((0, "connection refused"))
    camera._capture()

    assert camera.state is StreamState.CONNECTING
    assert camera.state_words == "No picture: connection refused. Trying again in 1 s."


def test_a_camera_that_never_answers_is_a_stall_with_its_reason(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    camera = Camera((0, "connection refused"))
    list(camera.frames())
    before = camera.state

    now = time.monotonic()
    monkeypatch.setattr(time, "monotonic", lambda: now + 5.1)

    assert (before, camera.state) == (StreamState.CONNECTING, StreamState.STALLED)
    assert "connection refused" in camera.state_words


def test_a_refused_connection_is_said_in_words() -> None:
    reader = rtsp_reader("rtsp://user:secret@127.0.0.1:1/none")

    words = reader._watch()

    assert "refused" in words
    assert "secret" not in words


class Fake(CaptureReader):
    def _capture(self) -> None:
        raise AssertionError("not started in these tests")


def picture() -> Image:
    return noisy_pictures(1)[0]


def test_no_frame_for_five_seconds_is_a_stall(monkeypatch: pytest.MonkeyPatch) -> None:
    reader = Fake()
    reader._take(picture, position_s=None)
    before = reader.state

    now = time.monotonic()
    monkeypatch.setattr(time, "monotonic", lambda: now + 5.1)

    assert (before, reader.state) == (StreamState.LIVE, StreamState.STALLED)
    assert reader.state_words == "No picture for more than 5 seconds."


def test_a_clock_that_jumps_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    reader = Fake()
    reader._take(picture, position_s=None)
    wall = time.time()
    monkeypatch.setattr(time, "time", lambda: wall + 3600)

    reader._take(picture, position_s=None)

    assert reader.state is StreamState.CLOCK


@pytest.mark.parametrize(
    ("source", "kind"),
    [
        ("file:/videos/x.mp4", PacedFileReader),
        ("/videos/x.mp4", PacedFileReader),
        ("rtsp://camera/1", LiveReader),
        ("device:0", LiveReader),
    ],
)
def test_a_source_names_its_reader(source: str, kind: type) -> None:
    assert type(open_reader(source)) is kind


def test_a_file_need_not_be_paced() -> None:
    assert type(open_reader("file:x.mp4", realtime=False)) is WholeFileReader


@pytest.mark.parametrize("source", ["http://camera/1", "device:zero"])
def test_a_source_of_another_kind_is_refused(source: str) -> None:
    with pytest.raises(ValueError, match=r"source|invalid literal"):
        open_reader(source)
