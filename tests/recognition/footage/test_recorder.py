"""Packets into segments: rotation, disks that are full or slow, streams that cannot be stored."""

import io
import threading
import time
from collections.abc import Callable, Iterator

import av
import pytest

from recognition.footage.recorder import (
    MAX_WAITING_BYTES,
    ArchiveFailed,
    GapReason,
    NotAuthorised,
    Recorder,
)
from tests.deployments.recordings import frames_of, video
from tests.recognition.kept_footage import KeptArchive
from tests.recognition.running import until


@pytest.fixture
def archive() -> KeptArchive:
    return KeptArchive()


def always() -> bool:
    return True


def packets(*, seconds: int = 6, codec: str = "libx264") -> Iterator[tuple[object, object]]:
    """Each with its stream."""
    with av.open(io.BytesIO(video(seconds=seconds, codec=codec)), "r") as container:
        stream = container.streams.video[0]
        for packet in container.demux(stream):
            yield stream, packet


def record(
    archive: KeptArchive,
    *,
    segment_s: float = 60.0,
    keep_going: Callable[[], bool] = always,
    before_packet: Callable[[int], None] = lambda _: None,
) -> Recorder:
    recorder = Recorder(archive, keep_going=keep_going, segment_s=segment_s)
    for number, (stream, packet) in enumerate(packets()):
        if number == 0:
            recorder.connected(stream)
        before_packet(number)
        recorder.packet(packet)
    recorder.close()
    recorder.join(timeout_s=20)
    return recorder


def test_every_packet_is_stored_as_it_came(archive: KeptArchive):
    record(archive)

    (segment,) = archive.segments
    assert segment.end == "finished"
    assert frames_of(bytes(segment.data)) == 150
    assert archive.gaps == {}
    assert archive.is_closed


def test_segments_begin_at_key_frames_and_lose_nothing(
    archive: KeptArchive, monkeypatch: pytest.MonkeyPatch
):
    """The clock goes with the pictures, 25 a second; a key frame comes each second at
    the latest."""
    clock = [1000.0]
    monkeypatch.setattr("recognition.footage.recorder.time.time", lambda: clock[0])

    def tick(number: int) -> None:
        clock[0] = 1000.0 + number / 25

    record(archive, segment_s=2.0, before_packet=tick)

    counts = [frames_of(bytes(each.data)) for each in archive.segments]
    assert sum(counts) == 150
    assert all(50 <= count < 76 for count in counts[:-1])
    assert len(counts) >= 2
    assert {each.end for each in archive.segments} == {"finished"}


def test_a_clock_that_is_put_back_ends_a_segment_and_loses_nothing(
    archive: KeptArchive, monkeypatch: pytest.MonkeyPatch
):
    clock = [1_000_000.0]
    monkeypatch.setattr("recognition.footage.recorder.time.time", lambda: clock[0])

    def tick(number: int) -> None:
        clock[0] = 1_000_000.0 + number / 25 - (3600 if number > 75 else 0)

    record(archive, before_packet=tick)

    assert len(archive.segments) == 2
    assert archive.segments[1].started_at < archive.segments[0].started_at
    assert sum(frames_of(bytes(each.data)) for each in archive.segments) == 150
    assert archive.gaps == {}


def test_nothing_is_taken_without_authority(archive: KeptArchive):
    record(archive, keep_going=lambda: False)

    assert archive.segments == []


def test_what_comes_after_the_authority_is_not_recorded(archive: KeptArchive):
    authority = [True]

    def lose(number: int) -> None:
        authority[0] = number < 75

    record(archive, keep_going=lambda: authority[0], before_packet=lose)

    assert frames_of(bytes(archive.segments[0].data)) == 75


def test_after_it_is_closed_nothing_is_recorded(archive: KeptArchive):
    recorder = record(archive)
    _, packet = next(packets())
    recorder.packet(packet)

    assert len(archive.segments) == 1
    assert frames_of(bytes(archive.segments[0].data)) == 150


def test_a_full_disk_is_stated_and_recording_goes_on_when_there_is_space(
    archive: KeptArchive, monkeypatch: pytest.MonkeyPatch
):
    for name in ("RETRY_AFTER_S", "LOOK_AT_DISK_EVERY_S"):
        monkeypatch.setattr(f"recognition.footage.recorder.{name}", 0.0)
    archive.is_full = True
    recorder = Recorder(archive, keep_going=always, segment_s=60.0)
    words = set()
    for number, (stream, packet) in enumerate(packets()):
        if number == 0:
            recorder.connected(stream)
        if number == 75:
            until(lambda: bool(archive.gaps))
            words.add(recorder.words)
            archive.is_full = False
        recorder.packet(packet)
    recorder.close()
    recorder.join(timeout_s=20)

    assert words == {"Not recorded: no space left on the disk."}
    ((reason, ended_at),) = archive.gaps.values()
    assert reason is GapReason.DISK_FULL
    assert ended_at == archive.segments[0].started_at
    assert frames_of(bytes(archive.segments[0].data)) >= 50


def test_a_disk_that_fills_up_in_the_middle_ends_the_segment_and_nothing_else(
    archive: KeptArchive,
):
    archive.fails_after = 40_000
    record(archive)

    assert [each.end for each in archive.segments] == ["abandoned"]
    ((reason, ended_at),) = archive.gaps.values()
    assert reason is GapReason.DISK_FULL
    assert ended_at is not None


def test_a_database_that_is_away_is_stated(archive: KeptArchive):
    archive.trouble = ArchiveFailed()
    record(archive)

    assert [reason for reason, _ in archive.gaps.values()] == [GapReason.DISK_ERROR]


def test_where_it_is_not_authorised_nothing_is_stated_as_missing(archive: KeptArchive):
    archive.trouble = NotAuthorised()
    record(archive)

    assert archive.gaps == {}
    assert archive.segments == []


def test_a_disk_slower_than_the_camera_never_holds_the_camera_up(
    archive: KeptArchive, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("recognition.footage.recorder.MAX_WAITING_BYTES", 60_000)
    assert MAX_WAITING_BYTES > 60_000
    archive.waits_for = threading.Event()
    recorder = Recorder(archive, keep_going=always, segment_s=60.0)
    waited_s = 0.0
    for number, (stream, packet) in enumerate(packets()):
        began = time.monotonic()
        if number == 0:
            recorder.connected(stream)
        recorder.packet(packet)
        waited_s += time.monotonic() - began
    assert waited_s < 5  # the disk would have taken all of the 20
    archive.waits_for.set()
    recorder.close()
    recorder.join(timeout_s=20)

    # A busy machine may give the writer a turn in between, which parts the gap.
    assert {reason for reason, _ in archive.gaps.values()} == {GapReason.TOO_SLOW}


def test_raw_pictures_are_refused_in_words(archive: KeptArchive):
    recorder = Recorder(archive, keep_going=always, segment_s=60.0)
    with av.open(io.BytesIO(video(seconds=1, codec="rawvideo")), "r") as container:
        stream = container.streams.video[0]
        recorder.connected(stream)
        for packet in container.demux(stream):
            recorder.packet(packet)
        until(lambda: "no compressed video" in recorder.words)
    recorder.close()
    recorder.join(timeout_s=20)

    assert archive.segments == []
    assert [reason for reason, _ in archive.gaps.values()] == [GapReason.NOT_RECORDABLE]


def test_a_new_connection_is_a_new_segment(archive: KeptArchive):
    recorder = Recorder(archive, keep_going=always, segment_s=60.0)
    for _ in range(2):
        for number, (stream, packet) in enumerate(packets(seconds=2)):
            if number == 0:
                recorder.connected(stream)
            recorder.packet(packet)
    recorder.close()
    recorder.join(timeout_s=20)

    assert [frames_of(bytes(each.data)) for each in archive.segments] == [50, 50]


def test_the_reader_of_the_file_is_closed_before_its_last_packets_are_written(
    archive: KeptArchive,
):
    """The packets outlive the connection that they came over."""
    archive.waits_for = threading.Event()
    recorder = Recorder(archive, keep_going=always, segment_s=60.0)
    for number, (stream, packet) in enumerate(packets(seconds=2)):
        if number == 0:
            recorder.connected(stream)
        recorder.packet(packet)
    del stream, packet
    archive.waits_for.set()
    recorder.close()
    recorder.join(timeout_s=20)

    assert frames_of(bytes(archive.segments[0].data)) == 50
