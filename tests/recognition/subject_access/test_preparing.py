"""The worker's part on the synthetic street: one person can be seen in the copy, nobody else."""

import io
import os
import signal
from datetime import timedelta
from functools import cache
from pathlib import Path
from unittest import mock

import av
import cv2
import numpy as np
import pytest
from django.db import connections
from django.utils import timezone

from deployments.enums import Status
from deployments.footage import store as footage
from deployments.footage.store import OpenSegment
from deployments.models import Deployment, FootageSegment, SubjectAccessFile, SubjectAccessRequest
from deployments.subject_access import pictures, requests, store
from recognition.factory import ModelSet, build_models, load_profile
from recognition.footage.muxing import SegmentMuxer, StreamTemplate
from recognition.geometry import iou_matrix
from recognition.subject_access import preparing
from recognition.subject_access.video import CopyWriter
from recognition.types import Face, Floats, Image
from tests.deployments.access_requests import opened
from tests.deployments.killed import dies_after
from tests.factories import PROFILE, Cast, make_cast, make_deployment, person

pytestmark = pytest.mark.model
STREET = Path(__file__).parents[3] / "recognition" / "demo_assets" / "street.mp4"
SECONDS = 3.0
AT_S = 1.5
WIDTH, HEIGHT = 1280, 720


@pytest.fixture
def live(cast: Cast) -> Deployment:
    return make_deployment(status=Status.LIVE, records_cctv=True)


def models() -> ModelSet:
    return build_models(load_profile(PROFILE))


def street(live: Deployment, *, seconds: float = SECONDS) -> FootageSegment:
    """The first seconds of the street, recorded as a camera's packets are."""
    started_at = timezone.now()
    segment = OpenSegment(live.pk, live.cameras.get().pk, started_at=started_at)
    with av.open(str(STREET)) as container:
        stream = container.streams.video[0]
        muxer = SegmentMuxer(StreamTemplate(stream), segment)
        for packet in container.demux(stream):
            assert packet.time_base is not None
            if packet.size and float((packet.pts or 0) * packet.time_base) < seconds:
                muxer.add(packet)
        muxer.finish()
    return segment.finish(ended_at=started_at + timedelta(seconds=seconds))


def asked_for_faces(live: Deployment) -> tuple[SubjectAccessRequest, SubjectAccessFile]:
    segment = street(live)
    request = opened(live)
    officer = person("disclosure_officer")
    return request, pictures.ask_for_faces(request, segment, at_s=AT_S, by=officer)


def asked_for_copy(live: Deployment) -> tuple[SubjectAccessRequest, SubjectAccessFile]:
    request, still = asked_for_faces(live)
    preparing.prepare(still.pk)
    face = max(still.faces.all(), key=lambda each: float(each.w or 0.0))
    copy = pictures.ask_for_copy(request, face, by=person("disclosure_officer"))
    return request, copy


def bytes_of(file: SubjectAccessFile) -> bytes:
    with store.opened(SubjectAccessFile.objects.get(pk=file.pk)) as opened_file:
        return opened_file.read()


def frames_of(data: bytes) -> list[Image]:
    with av.open(io.BytesIO(data), "r") as container:
        return [_as_bgr(frame) for frame in container.decode(container.streams.video[0])]


def _as_bgr(frame: av.VideoFrame) -> Image:
    return np.asarray(frame.to_ndarray(format="bgr24"), np.uint8)


def decoded(data: bytes) -> Image:
    return np.asarray(cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR), np.uint8)


def embedded(image: Image, faces: list[Face]) -> Floats:
    chips = [models().embedder.align(image, face) for face in faces]
    return models().embedder.embed(np.stack(chips))


@cache
def original() -> tuple[Image, ...]:
    frames = []
    with av.open(str(STREET)) as container:
        for frame in container.decode(container.streams.video[0]):
            if frame.time >= SECONDS:
                break
            frames.append(_as_bgr(frame))
    return tuple(frames)


def test_the_still_shows_no_face_and_each_face_is_a_picture_of_its_own(live: Deployment):
    _, still = asked_for_faces(live)

    preparing.prepare(still.pk)

    detector = models().detector
    there = detector.detect(original()[int(AT_S * 25)], min_face_px=24)
    faces = list(still.faces.all())
    assert len(faces) == len(there) >= 3
    assert [face.number for face in faces] == list(range(1, len(faces) + 1))
    assert detector.detect(decoded(bytes_of(still)), min_face_px=24) == []
    for face in faces:
        assert len(detector.detect(decoded(bytes_of(face)), min_face_px=60)) == 1


def test_in_the_copy_one_person_can_be_seen_and_nobody_else(live: Deployment):
    request, copy = asked_for_copy(live)

    preparing.prepare(copy.pk)

    copy.refresh_from_db()
    request.refresh_from_db()
    assert (copy.fault, request.status) == ("", "prepared")
    frames = frames_of(bytes_of(copy))
    assert len(frames) == copy.frame_count > 25
    assert copy.hidden_count < copy.frame_count / 2

    detector, middle = models().detector, original()[int(AT_S * 25)]
    people = detector.detect(middle, min_face_px=24)
    height, width = middle.shape[:2]
    chosen = preparing._chosen(copy, (width, height))
    overlaps = iou_matrix([chosen], [face.box for face in people])[0]
    (me,) = embedded(middle, [people[int(np.argmax(overlaps))]])
    others = embedded(middle, [f for f, o in zip(people, overlaps, strict=True) if o < 0.3])
    threshold = load_profile(PROFILE).threshold
    seen_me = 0
    for frame in frames[::5]:
        found = detector.detect(frame, min_face_px=20)
        assert len(found) <= 1
        if found:
            (probe,) = embedded(frame, found)
            assert probe @ me > (others @ probe).max()
            assert (others @ probe).max() < threshold
            seen_me += 1
    assert seen_me >= len(frames[::5]) / 2


def test_the_copy_has_no_sound_and_says_nothing_of_the_camera(live: Deployment):
    _, copy = asked_for_copy(live)
    preparing.prepare(copy.pk)

    with av.open(io.BytesIO(bytes_of(copy))) as container:
        assert [stream.type for stream in container.streams] == ["video"]
        assert container.streams.video[0].codec_context.name == "h264"
        said = {key.lower() for key in container.metadata}
        assert said <= {"major_brand", "minor_version", "compatible_brands"}


def test_without_a_face_there_is_no_copy_and_the_page_says_so(live: Deployment):
    _, copy = asked_for_copy(live)
    SubjectAccessFile.objects.filter(pk=copy.pk).update(x=0.0, y=0.9, w=0.02, h=0.02)

    preparing.prepare(copy.pk)

    copy.refresh_from_db()
    assert copy.fault == preparing.NO_FACE
    assert not store.path_of(copy.pk).exists()


def test_altered_footage_gives_no_picture(live: Deployment):
    _, still = asked_for_faces(live)
    path = footage.path_of(still.segment_id)
    flipped = bytearray(path.read_bytes())
    flipped[2000] ^= 1
    path.write_bytes(flipped)

    preparing.prepare(still.pk)

    still.refresh_from_db()
    assert "altered" in still.fault or "cannot be" in still.fault
    assert not still.faces.exists()


def test_once_answered_nothing_is_made_any_more(live: Deployment, cast: Cast):
    request, still = asked_for_faces(live)
    requests.nothing_found(request, by=cast.disclosure_officer)

    preparing.prepare(still.pk)

    assert not SubjectAccessFile.objects.exists()
    assert list(store.PLACE.files()) == []


@pytest.mark.django_db(transaction=True)
def test_a_worker_killed_in_the_middle_leaves_nothing_in_clear_and_another_begins_anew(
    monkeypatch: pytest.MonkeyPatch, file_store: Path
):
    make_cast()
    live = make_deployment(status=Status.LIVE, records_cctv=True)
    _, copy = asked_for_copy(live)

    assert _killed_at_frame(60, copy) == signal.SIGKILL

    partial = store.path_of(copy.pk).with_suffix(".part")
    assert partial.exists()
    copy.refresh_from_db()
    assert (copy.done_at, copy.fault) == (None, "")
    for path in file_store.rglob("*"):
        assert not path.is_file() or b"ftyp" not in path.read_bytes()[:64]
    assert pictures.claim(copy.pk) is None, "its worker may be alive still"

    before = timezone.now() - pictures.LOST_AFTER - timedelta(seconds=1)
    SubjectAccessFile.objects.filter(pk=copy.pk).update(worked_at=before)
    assert pictures.waiting() == [copy.pk]
    preparing.prepare(copy.pk)
    copy.refresh_from_db()
    assert copy.done_at is not None
    assert not partial.exists()
    assert store.fault_of(copy) == ""


class Standing:
    """A detector for the child, whose parent's models cannot be used in it: the person stands."""

    def __init__(self, face: Face) -> None:
        self.detector = self
        self.face = face

    def detect(self, image: Image, *, min_face_px: float) -> list[Face]:
        return [self.face] if image.shape[:2] == (HEIGHT, WIDTH) else []


def _killed_at_frame(number: int, copy: SubjectAccessFile) -> int:
    """The signal that ended the worker's process as it wrote this frame of the copy."""
    box = preparing._chosen(copy, (WIDTH, HEIGHT))
    standing = Standing(Face(box, np.zeros((5, 2), np.float32), 0.99))
    connections.close_all()
    pid = os.fork()
    if pid:
        _, status = os.waitpid(pid, 0)
        return os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0
    try:
        with (
            mock.patch.object(preparing, "build_models", return_value=standing),
            dies_after(CopyWriter, "write", call=number),
        ):
            preparing.prepare(copy.pk)
    finally:
        os._exit(1)
