"""How a request for access goes from its receipt to its answer. Each change is made under the lock
of its deployment, with its audit event; the moves themselves stand in `enums` and hold in the
database."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils import timezone

from deployments import audit, erasure_journal, permissions
from deployments.enums import (
    SUBJECT_ACCESS_MOVES,
    AuditKind,
    FootageGround,
    IdentityProof,
    SubjectAccessFileKind,
    SubjectAccessRefusal,
    SubjectAccessStatus,
)
from deployments.erasure_journal import What
from deployments.footage import holds
from deployments.locking import lock
from deployments.models import Camera, Deployment, FootageSegment, SubjectAccessRequest, User
from deployments.moving import Refused
from deployments.subject_access import store

S = SubjectAccessStatus
ONLY = "Only a disclosure officer answers requests for access."
# An hour of one camera: whoever asks says about when they passed.
MOST = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Asked:
    """What somebody asks for, and by which case the force knows who."""

    case_number: str
    camera: Camera
    begins: datetime
    ends: datetime
    received_on: date
    identity: IdentityProof


def open_request(deployment: Deployment, asked: Asked, *, by: User) -> SubjectAccessRequest:
    """The request, and a hold on what there is and on what is being recorded of that time, so that
    it does not go meanwhile. Raises Refused."""
    _check(asked)
    with transaction.atomic():
        locked = lock(deployment.pk)
        if not permissions.can_play_footage(by, locked):
            raise Refused(ONLY)
        if not locked.cameras.filter(pk=asked.camera.pk).exists():
            raise Refused("This camera was not part of the deployment: choose another.")
        made = SubjectAccessRequest.objects.create(
            deployment=locked,
            camera=asked.camera,
            case_number=asked.case_number,
            begins=asked.begins,
            ends=asked.ends,
            received_on=asked.received_on,
            identity=asked.identity,
            opened_by=by,
        )
        made.refresh_from_db()  # the database reckons when it is due
        _hold(made, by=by)
        details = {"due": made.due_on.isoformat(), "camera": asked.camera.pk}
        record(made, "opened", AuditKind.DECISION, by=by, details=details)
    return made


def segments_of(request: SubjectAccessRequest) -> list[FootageSegment]:
    """Those of the camera and time asked for, erased ones too, in their order."""
    of_camera = request.deployment.footage.filter(camera=request.camera).exclude(number=None)
    within = of_camera.filter(ended_at__gt=request.begins, started_at__lt=request.ends)
    return list(within.select_related("camera").order_by("started_at"))


def refuse(
    request: SubjectAccessRequest, *, ground: SubjectAccessRefusal, by: User
) -> SubjectAccessRequest:
    """Raises Refused."""
    with transaction.atomic():
        locked = locked_for(request, by=by)
        locked.refusal_ground = ground
        return end(locked, S.REFUSED, by=by, details={"ground": str(ground)})


def nothing_found(request: SubjectAccessRequest, *, by: User) -> SubjectAccessRequest:
    """Raises Refused."""
    with transaction.atomic():
        return end(locked_for(request, by=by), S.NOTHING_FOUND, by=by)


def confirm(request: SubjectAccessRequest, *, by: User) -> SubjectAccessRequest:
    """Somebody looked at all of every copy, and nobody else can be recognised. Raises Refused."""
    with transaction.atomic():
        locked = locked_for(request, by=by)
        _check_move(locked, S.REVIEWED)
        locked.reviewed_by, locked.reviewed_at = by, timezone.now()
        move(locked, S.REVIEWED, fields=("reviewed_by", "reviewed_at"))
        record(locked, "reviewed", AuditKind.DECISION, by=by)
        return locked


def reopen(request: SubjectAccessRequest) -> None:
    """Something is prepared anew: what was looked through is not all any more. The request is
    locked by the caller."""
    if request.status in {S.PREPARED, S.REVIEWED}:
        request.reviewed_by = request.reviewed_at = None
        move(request, S.OPEN, fields=("reviewed_by", "reviewed_at"))


def end(
    request: SubjectAccessRequest,
    status: SubjectAccessStatus,
    *,
    by: User,
    kind: AuditKind = AuditKind.DECISION,
    details: dict[str, object] | None = None,
) -> SubjectAccessRequest:
    """The answer, and the end of its hold. The request is locked by the caller. Raises Refused."""
    _check_move(request, status)
    if request.hold is not None and request.hold.released_at is None:
        reason = f"{request.reason}: {status.label.lower()}"
        request.hold = holds.release(request.hold, reason=reason, by=by)
    spent = request.files.all()
    if status == S.HANDED_OVER:  # it may have to be downloaded once more
        spent = spent.exclude(kind=SubjectAccessFileKind.COPY)
    store.forget(spent, ground="The request was answered", deployment=request.deployment)
    request.ended_by, request.ended_at = by, timezone.now()
    fields = ("ended_by", "ended_at", "refusal_ground", "disclosure")
    move(request, status, fields=fields)
    erasure_journal.note(What.ANSWERED, [request.uuid])
    record(request, status.value, kind, by=by, details=details)
    return request


def move(
    request: SubjectAccessRequest, status: SubjectAccessStatus, *, fields: tuple[str, ...] = ()
) -> None:
    request.status = status
    request.save(update_fields=["status", *fields])


def locked_for(request: SubjectAccessRequest, *, by: User) -> SubjectAccessRequest:
    """Read again under the deployment's lock: somebody may have been quicker. Raises Refused."""
    locked = lock(request.deployment_id)
    if not permissions.can_play_footage(by, locked):
        raise Refused(ONLY)
    found = SubjectAccessRequest.objects.select_related("deployment", "camera", "hold").get(
        pk=request.pk
    )
    if found.is_over:
        raise Refused(f"This request was answered already: {found.get_status_display().lower()}.")
    return found


def is_overdue(request: SubjectAccessRequest) -> bool:
    return not request.is_over and request.due_on < timezone.localdate()


def record(
    request: SubjectAccessRequest,
    action: str,
    kind: AuditKind,
    *,
    by: User | None,
    details: dict[str, object] | None = None,
) -> None:
    audit.record(
        f"subject_access.{action}",
        kind=kind,
        by=by,
        deployment=request.deployment,
        subject=f"subject access {request.pk}",
        reason=request.reason,
        details=details,
    )


def _check(asked: Asked) -> None:
    if asked.ends <= asked.begins:
        raise Refused("The end must be after the beginning.")
    if asked.ends - asked.begins > MOST:
        raise Refused("Choose an hour at most: ask the person about when they passed.")
    if asked.received_on > timezone.localdate():
        raise Refused("The day of receipt lies ahead: choose today or a day before.")


def _check_move(request: SubjectAccessRequest, status: SubjectAccessStatus) -> None:
    if status not in SUBJECT_ACCESS_MOVES[S(request.status)]:
        raise Refused(
            f"A request that is {request.get_status_display().lower()} cannot become "
            f"{status.label.lower()}."
        )


def _hold(request: SubjectAccessRequest, *, by: User) -> None:
    there = [segment for segment in segments_of(request) if segment.is_there]
    span = holds.Span(request.camera, request.begins, request.ends)
    if not there and not span.is_coming(request.deployment):
        return
    tomorrow = timezone.localdate() + timedelta(days=1)
    request.hold = holds.hold(
        request.deployment,
        there,
        span=span,
        ground=FootageGround.SUBJECT_ACCESS,
        reason=request.reason,
        review_on=max(tomorrow, min(request.due_on, holds.latest_review())),
        by=by,
    )
    request.save(update_fields=["hold"])
