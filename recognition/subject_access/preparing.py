"""The worker's part of a request for access. Delivered twice, or after the request was answered, it
changes nothing; killed in the middle, it is begun anew by another."""

from __future__ import annotations

import time
from collections.abc import Callable
from uuid import UUID

from django.conf import settings
from structlog import get_logger

from deployments.encryption import Unreadable
from deployments.enums import SubjectAccessFileKind
from deployments.footage import store as footage
from deployments.models import SubjectAccessFile
from deployments.subject_access import pictures
from deployments.subject_access.store import OpenFile
from recognition.alerting import encode
from recognition.factory import build_models, load_profile
from recognition.protocols import Detector
from recognition.readers.video import VideoUnreadable
from recognition.subject_access import faces, hiding
from recognition.subject_access.following import Passage, follow
from recognition.subject_access.video import CopyWriter, clip, timed_pictures
from recognition.types import Box, Face, Image

log = get_logger(__name__)

# A person passes a camera in less.
AROUND_S = 30.0
REPORT_EVERY_S = 1.0
NO_FACE = "The person could not be followed from that moment: choose another."


class NotWanted(Exception):
    """The request was answered meanwhile, or the picture was dropped."""


class NotMade(Exception):
    """It cannot be made; the message says what to do."""


def prepare(file_id: UUID) -> None:
    file = pictures.claim(file_id)
    if file is None:
        return
    make = _still if file.kind == SubjectAccessFileKind.STILL else _copy
    try:
        make(file, build_models(load_profile(settings.RECOGNITION_PROFILE)).detector)
    except NotWanted:
        return
    except NotMade as error:
        pictures.fail(file, fault=str(error))
    except Unreadable as error:
        pictures.fail(file, fault=f"The footage does not open: {error}.")
    except VideoUnreadable as error:
        pictures.fail(file, fault=f"The footage cannot be played: {error}.")
    except Exception as error:  # noqa: BLE001 - whatever it is, the officer is told
        log.error("subject_access_failed", file=str(file.pk), error=type(error).__name__)
        pictures.fail(file, fault="It failed. Try again; if it fails again, tell support.")


def _still(file: SubjectAccessFile, detector: Detector) -> None:
    image = _picture_at(file)
    found = detector.detect(image, min_face_px=faces.MIN_FACE_PX)
    still, each = faces.numbered(image, found)
    made: list[tuple[SubjectAccessFile, OpenFile]] = []
    for face in each:
        row = _face_row(file, face.number, face.box, image)
        made.append((row, _written(row.pk, encode(face.picture))))
    pictures.finish_faces(file, _written(file.pk, encode(still)), made)


def _picture_at(file: SubjectAccessFile) -> Image:
    with footage.opened(file.segment) as video, clip(video) as container:
        image = None
        for at_s, converted in timed_pictures(container):
            if image is None or at_s <= file.at_s:
                image = converted
            if at_s >= file.at_s:
                break
        if image is None:
            raise VideoUnreadable("there is no picture in it")
        return image()  # type: ignore[no-any-return]


def _face_row(still: SubjectAccessFile, number: int, box: Box, image: Image) -> SubjectAccessFile:
    height, width = image.shape[:2]
    return SubjectAccessFile(
        request=still.request,
        kind=SubjectAccessFileKind.FACE,
        segment=still.segment,
        at_s=still.at_s,
        still=still,
        number=number,
        x=box.x / width,
        y=box.y / height,
        w=box.w / width,
        h=box.h / height,
    )


def _written(file_id: UUID, data: bytes) -> OpenFile:
    out = OpenFile(file_id)
    out.write(data)
    out.finish()
    return out


def _copy(file: SubjectAccessFile, detector: Detector) -> None:
    found, first, start, size = _detections(file, detector)
    if start is None:
        raise NotMade(NO_FACE)
    passage = follow(found, start=start, chosen=_chosen(file, size))
    if not passage.places:
        raise NotMade(NO_FACE)
    out = OpenFile(file.pk)
    try:
        hidden = _encode(file, out, passage, found, first=first, detector=detector, size=size)
        out.finish()
    except BaseException:
        out.discard()
        raise
    pictures.finish_copy(file, out, frame_count=len(passage.frames), hidden_count=hidden)


def _detections(
    file: SubjectAccessFile, detector: Detector
) -> tuple[list[list[Face]], int, int | None, tuple[int, int]]:
    """The faces of each frame around the moment; the number of the first of these frames; which of
    them is the moment's; and the pictures' width and height."""
    found: list[list[Face]] = []
    first, start, size = 0, None, (0, 0)
    sign = _signs_of(file)
    with footage.opened(file.segment) as video, clip(video) as container:
        for at_s, converted in timed_pictures(container):
            if at_s < file.at_s - AROUND_S:
                first += 1
                continue
            if at_s > file.at_s + AROUND_S:
                break
            image = converted()
            size = (image.shape[1], image.shape[0])
            if start is None or at_s <= file.at_s:
                start = len(found)
            found.append(detector.detect(image, min_face_px=hiding.MIN_FACE_PX_WHOLE))
            sign(35 * (at_s - file.at_s + AROUND_S) / AROUND_S)
    return found, first, start, size


def _chosen(file: SubjectAccessFile, size: tuple[int, int]) -> Box:
    width, height = size
    assert file.x is not None, "a copy is of one face"
    assert file.y is not None, "a copy is of one face"
    assert file.w is not None, "a copy is of one face"
    assert file.h is not None, "a copy is of one face"
    return Box(file.x * width, file.y * height, file.w * width, file.h * height)


def _encode(
    file: SubjectAccessFile,
    out: OpenFile,
    passage: Passage,
    found: list[list[Face]],
    *,
    first: int,
    detector: Detector,
    size: tuple[int, int],
) -> int:
    """Returns how many frames are hidden whole."""
    hidden, began_s, frames, sign = 0, None, passage.frames, _signs_of(file)
    writer = CopyWriter(out, size=size)
    try:
        with footage.opened(file.segment) as video, clip(video) as container:
            for number, (at_s, converted) in enumerate(timed_pictures(container), -first):
                if number not in frames:
                    continue
                began_s = at_s if began_s is None else began_s
                picture = _redacted(converted(), passage, found[number], number, detector)
                hidden += picture[1]
                writer.write(picture[0], at_s=at_s - began_s)
                sign(70 + 29 * (number - frames.start) / len(frames))
        writer.finish()
    except BaseException:
        writer.abandon()
        raise
    if hidden == len(frames):
        raise NotMade("Nobody can be shown here without showing somebody else: choose another.")
    return hidden


def _redacted(
    image: Image, passage: Passage, found: list[Face], number: int, detector: Detector
) -> tuple[Image, bool]:
    keep = passage.places.get(number)
    if keep is None:
        return hiding.hidden(image), True
    others = [face.box for face in found if face.box != keep]
    shown = hiding.only(image, keep, others, detector=detector)
    return (hiding.hidden(image), True) if shown is None else (shown, False)


def _signs_of(file: SubjectAccessFile) -> Callable[[float], None]:
    """Tells the page how far it is, now and then; raises NotWanted when nobody waits any more."""
    last = float("-inf")

    def sign(percent: float) -> None:
        nonlocal last
        if time.monotonic() - last < REPORT_EVERY_S:
            return
        last = time.monotonic()
        if not pictures.report(file, percent=min(99, max(0, int(percent)))):
            raise NotWanted

    return sign
