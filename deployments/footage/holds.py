"""Named exceptions to the period: who keeps which segments, on what ground, and until when that is
looked at again. A review date that passes erases nothing by itself: it is shown as overdue."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import date, datetime, time, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from deployments import audit, erasure_journal, permissions
from deployments.enums import AuditKind, FootageGround, Status
from deployments.erasure_journal import What
from deployments.locking import lock
from deployments.models import Camera, Deployment, FootageHeld, FootageHold, FootageSegment, User
from deployments.moving import Refused, require

# Its cameras record, or may again.
RECORDING = (Status.LIVE, Status.SUSPENDED)
ONLY = "Only a disclosure officer or an authorising officer holds footage."


@dataclass(frozen=True, slots=True)
class Span:
    """A time of a camera, or of each without one; from the first without a beginning."""

    camera: Camera | None
    begins: datetime | None
    ends: datetime

    def is_coming(self, deployment: Deployment) -> bool:
        """Whether something of it is being written, or may still be recorded."""
        if self.ends > timezone.now() and deployment.status in RECORDING:
            return True
        writing = deployment.footage.filter(ended_at=None, started_at__lt=self.ends)
        return (writing if self.camera is None else writing.filter(camera=self.camera)).exists()


def hold(
    deployment: Deployment,
    segments: Iterable[FootageSegment],
    *,
    span: Span | None = None,
    ground: FootageGround,
    reason: str,
    review_on: date,
    by: User,
) -> FootageHold:
    """Keep these segments until the hold is released, and what is finished later of the span.
    Raises Refused."""
    with transaction.atomic():
        locked = _locked(deployment, by=by)
        require(reason, "Say why these segments are needed.")
        _check_review(review_on)
        wanted = {segment.pk for segment in segments}
        there = locked.footage.filter(pk__in=wanted, erased_at=None).exclude(number=None)
        kept = list(there)
        if not kept and not (span and span.is_coming(locked)):
            raise Refused("Nothing is left of what you chose: choose segments that are there.")
        made = FootageHold.objects.create(
            deployment=locked,
            ground=ground,
            reason=reason,
            held_by=by,
            review_on=review_on,
            **(asdict(span) if span else {}),
        )
        FootageHeld.objects.bulk_create(FootageHeld(hold=made, segment=segment) for segment in kept)
        details: dict[str, object] = {
            "ground": str(ground),
            "segments": sorted(segment.number or 0 for segment in kept),
            "review_on": review_on.isoformat(),
        }
        _record(made, "footage.held", by=by, reason=reason, details=details)
        return made


def extend(made: FootageHold, *, review_on: date, reason: str, by: User) -> FootageHold:
    """Reviewed, and still needed. Raises Refused."""
    with transaction.atomic():
        held = _open(made, by=by)
        require(reason, "Say why these segments are still needed.")
        _check_review(review_on)
        if review_on <= held.review_on:
            raise Refused("The next review is after the one that is due.")
        held.review_on = review_on
        held.save(update_fields=["review_on"])
        _record(
            held,
            "footage.hold_reviewed",
            by=by,
            reason=reason,
            details={"review_on": review_on.isoformat()},
        )
        return held


def release(made: FootageHold, *, reason: str, by: User) -> FootageHold:
    """What is beyond its period goes with the next purge. Raises Refused."""
    with transaction.atomic():
        held = _open(made, by=by)
        require(reason, "Say why these segments are no longer needed.")
        return _release(held, reason=reason, by=by)


def release_again(deployment: Deployment, holds: Q, *, reason: str) -> int:
    """Those that were released before and are open again in a restored backup: by nobody, which the
    database allows while it is being restored. The caller holds the deployment's lock."""
    back = deployment.footage_holds.filter(holds, released_at=None).distinct()
    return len([_release(each, reason=reason, by=None) for each in back])


def _release(held: FootageHold, *, reason: str, by: User | None) -> FootageHold:
    held.released_by, held.released_at, held.release_reason = by, timezone.now(), reason
    held.save(update_fields=["released_by", "released_at", "release_reason"])
    erasure_journal.note(What.RELEASED, [held.uuid])
    _record(held, "footage.hold_released", by=by, reason=reason, details={})
    return held


def is_coming(made: FootageHold, deployment: Deployment) -> bool:
    """Whether it will take in more."""
    if made.ends is None or made.released_at is not None:
        return False
    return Span(made.camera, made.begins, made.ends).is_coming(deployment)


def is_overdue(made: FootageHold) -> bool:
    return made.released_at is None and made.review_on < timezone.localdate()


def overdue() -> QuerySet[FootageHold]:
    """Holds whose review is late, of all deployments."""
    return FootageHold.objects.filter(released_at=None, review_on__lt=timezone.localdate())


def still_open() -> QuerySet[FootageHold]:
    """Holds of all deployments that keep something, the longest overdue first."""
    return FootageHold.objects.filter(released_at=None).order_by("review_on", "pk")


def overdue_for(found: FootageHold | None) -> timedelta:
    """Since the end of the day by which it was to be reviewed."""
    if found is None or not is_overdue(found):
        return timedelta()
    ended = datetime.combine(found.review_on + timedelta(days=1), time())
    return timezone.now() - timezone.make_aware(ended)


def latest_review() -> date:
    return timezone.localdate() + timedelta(days=settings.CCTV_REVIEW_DAYS)


def _check_review(review_on: date) -> None:
    if not timezone.localdate() < review_on <= latest_review():
        raise Refused(
            f"A hold is reviewed within {settings.CCTV_REVIEW_DAYS} days: choose a day from "
            f"tomorrow to {latest_review():%-d %B %Y}."
        )


def _locked(deployment: Deployment, *, by: User) -> Deployment:
    locked = lock(deployment.pk)
    if not permissions.can_hold_footage(by, locked):
        raise Refused(ONLY)
    return locked


def _open(made: FootageHold, *, by: User) -> FootageHold:
    """Read again under the deployment's lock: somebody may have been quicker."""
    _locked(made.deployment, by=by)
    held = FootageHold.objects.select_related("deployment").get(pk=made.pk)
    if held.released_at is not None:
        raise Refused("This hold was released already.")
    return held


def _record(
    made: FootageHold, action: str, *, by: User | None, reason: str, details: dict[str, object]
) -> None:
    audit.record(
        action,
        kind=AuditKind.DECISION,
        by=by,
        deployment=made.deployment,
        subject=f"hold {made.pk}",
        reason=reason,
        details=details,
    )
