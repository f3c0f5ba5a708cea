"""What a recognition worker makes for a request: asked for here, claimed by one worker at a time,
and reported back. A worker that is killed loses its claim, and another begins anew."""

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from deployments.enums import AuditKind, SubjectAccessFileKind, SubjectAccessStatus
from deployments.locking import lock
from deployments.models import FootageSegment, SubjectAccessFile, SubjectAccessRequest, User
from deployments.moving import Refused
from deployments.queues import send_subject_access
from deployments.subject_access import requests, store

K = SubjectAccessFileKind
# Without a sign of its worker for so long it is given to another. Models take a while to load.
LOST_AFTER = timedelta(minutes=2)
STILL_WANTED = Q(
    request__status__in=(
        SubjectAccessStatus.OPEN,
        SubjectAccessStatus.PREPARED,
        SubjectAccessStatus.REVIEWED,
    )
)


@dataclass(frozen=True, slots=True)
class Place:
    """A face in fractions of the picture."""

    x: float
    y: float
    w: float
    h: float


def ask_for_faces(
    request: SubjectAccessRequest, segment: FootageSegment, *, at_s: float, by: User
) -> SubjectAccessFile:
    """A picture of that moment, its faces numbered. One at a time: the one before is erased.
    Raises Refused."""
    with transaction.atomic():
        locked = requests.locked_for(request, by=by)
        _check_segment(locked, segment, at_s=at_s)
        store.forget(
            locked.files.exclude(kind=K.COPY),
            ground="Another moment was chosen",
            deployment=locked.deployment,
        )
        made = SubjectAccessFile.objects.create(
            request=locked, kind=K.STILL, segment=segment, at_s=at_s
        )
        details: dict[str, object] = {"segment": segment.number, "second": round(at_s, 1)}
        requests.record(locked, "faces_asked_for", AuditKind.CONSULTATION, by=by, details=details)
        transaction.on_commit(lambda: send_subject_access(made.pk), robust=True)
    return made


def ask_for_copy(
    request: SubjectAccessRequest, face: SubjectAccessFile, *, by: User
) -> SubjectAccessFile:
    """A copy of the passage in which that face is seen, everybody else hidden. Raises Refused."""
    with transaction.atomic():
        locked = requests.locked_for(request, by=by)
        chosen = locked.files.filter(pk=face.pk, kind=K.FACE).first()
        if chosen is None:
            raise Refused("This face is not there any more: choose the moment again.")
        requests.reopen(locked)
        made = SubjectAccessFile.objects.create(
            request=locked,
            kind=K.COPY,
            segment=chosen.segment,
            at_s=chosen.at_s,
            number=chosen.number,
            x=chosen.x,
            y=chosen.y,
            w=chosen.w,
            h=chosen.h,
        )
        details: dict[str, object] = {"segment": chosen.segment.number, "face": chosen.number}
        requests.record(locked, "copy_asked_for", AuditKind.ALTERATION, by=by, details=details)
        transaction.on_commit(lambda: send_subject_access(made.pk), robust=True)
    return made


def drop(request: SubjectAccessRequest, file: SubjectAccessFile, *, by: User) -> None:
    """A copy that shows somebody else, or failed: erased at once. Raises Refused."""
    with transaction.atomic():
        locked = requests.locked_for(request, by=by)
        requests.reopen(locked)
        requests.record(locked, "copy_dropped", AuditKind.ERASURE, by=by)
        store.forget(
            locked.files.filter(pk=file.pk),
            ground="Not fit to be handed over",
            deployment=locked.deployment,
        )
        note_prepared(locked)


def erase_again(request: SubjectAccessRequest, again: Q, *, ground: str) -> int:
    """Pictures that were erased before and are back. The caller holds the deployment's lock."""
    back = list(request.files.filter(again))
    if any(each.kind == K.COPY for each in back):
        requests.reopen(request)
    store.forget(back, ground=ground, deployment=request.deployment)
    note_prepared(request)
    return len(back)


def claim(file_id: uuid.UUID) -> SubjectAccessFile | None:
    """For one worker: None where it is done, failed, taken, or not wanted any more."""
    now = timezone.now()
    free = Q(worked_at=None) | Q(worked_at__lt=now - LOST_AFTER)
    waiting = SubjectAccessFile.objects.filter(free, STILL_WANTED, pk=file_id, done_at=None)
    if not waiting.filter(fault="").update(worked_at=now, percent=0):
        return None
    rows = SubjectAccessFile.objects.select_related("request__deployment", "segment")
    return rows.filter(pk=file_id).first()


def report(file: SubjectAccessFile, *, percent: int) -> bool:
    """A sign of life. False: nobody wants it any more."""
    rows = SubjectAccessFile.objects.filter(STILL_WANTED, pk=file.pk, done_at=None)
    return bool(rows.update(worked_at=timezone.now(), percent=percent))


def fail(file: SubjectAccessFile, *, fault: str) -> None:
    """Said on the page, where it can be asked for again."""
    SubjectAccessFile.objects.filter(pk=file.pk, done_at=None).update(fault=fault[:200])


def finish_faces(
    file: SubjectAccessFile,
    made: store.OpenFile,
    faces: Sequence[tuple[SubjectAccessFile, store.OpenFile]],
) -> None:
    """The still and each face of it, already whole on the disk."""
    with transaction.atomic():
        locked = lock(file.request.deployment_id)
        if not _wanted(file):
            _discard([made, *(each for _, each in faces)])
            return
        _done(file, made)
        for face, picture in faces:
            face.save(force_insert=True)
            _done(face, picture)
        details: dict[str, object] = {"segment": file.segment.number, "faces": len(faces)}
        file.request.deployment = locked
        requests.record(file.request, "faces_found", AuditKind.ALTERATION, by=None, details=details)


def finish_copy(
    file: SubjectAccessFile, made: store.OpenFile, *, frame_count: int, hidden_count: int
) -> None:
    with transaction.atomic():
        lock(file.request.deployment_id)
        if not _wanted(file):
            _discard([made])
            return
        _done(file, made, frame_count=frame_count, hidden_count=hidden_count)
        details: dict[str, object] = {
            "segment": file.segment.number,
            "frames": frame_count,
            "hidden_whole": hidden_count,
        }
        requests.record(
            file.request, "copy_prepared", AuditKind.ALTERATION, by=None, details=details
        )
        request = SubjectAccessRequest.objects.select_related("deployment").get(pk=file.request_id)
        note_prepared(request)


def note_prepared(request: SubjectAccessRequest) -> None:
    """To be looked through once there is a copy and each is done."""
    copies = request.files.filter(kind=K.COPY)
    is_ready = copies.exists() and not copies.filter(done_at=None).exists()
    if request.status == SubjectAccessStatus.OPEN and is_ready:
        requests.move(request, SubjectAccessStatus.PREPARED)


def waiting() -> list[uuid.UUID]:
    """What no worker has shown a sign of for a while: asked for again."""
    before = timezone.now() - LOST_AFTER
    lost = Q(worked_at__lt=before) | Q(worked_at=None, asked_at__lt=before)
    rows = SubjectAccessFile.objects.filter(lost, STILL_WANTED, done_at=None, fault="")
    return list(rows.values_list("pk", flat=True))


def _wanted(file: SubjectAccessFile) -> bool:
    """Asked under the deployment's lock: nobody answers or drops it meanwhile."""
    return SubjectAccessFile.objects.filter(STILL_WANTED, pk=file.pk, done_at=None).exists()


def _done(file: SubjectAccessFile, made: store.OpenFile, **counts: int) -> None:
    SubjectAccessFile.objects.filter(pk=file.pk).update(
        done_at=timezone.now(),
        percent=100,
        fault="",
        wrapped=made.wrapped,
        byte_count=made.byte_count,
        sha256=made.sha256,
        **counts,
    )


def _discard(made: Iterable[store.OpenFile]) -> None:
    for each in made:
        each.unlink()


def _check_segment(request: SubjectAccessRequest, segment: FootageSegment, *, at_s: float) -> None:
    if segment.pk not in {each.pk for each in requests.segments_of(request) if each.is_there}:
        raise Refused("There is no footage of this moment: choose another.")
    assert segment.ended_at is not None, "only what is finished has its number"
    if not 0 <= at_s <= (segment.ended_at - segment.started_at).total_seconds() + 1:
        raise Refused("There is no footage of this moment: choose another.")
