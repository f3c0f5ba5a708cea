"""The urgent route (off unless policy has one): a lower rank authorises for a limited time, and a
superintendent or above who had no part in it confirms or withdraws it by a deadline. When that
passes, recognition stops by itself: the worker's own clock knows it."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from deployments import (
    audit,
    authority_documents,
    lifecycle,
    permissions,
    publication,
    urgent_policy,
)
from deployments.enums import AuditKind, Status
from deployments.locking import lock
from deployments.models import Deployment, User
from deployments.moving import Refused, check_not_over, decide, move, require, tell

UNREVIEWED = "The review of the urgent authority was due and was not made."


def authorise(deployment: Deployment, *, by: User, reasons: str) -> Deployment:
    with transaction.atomic():
        _check_policy(by)
        locked = decide(deployment, "authorise_urgently", by=by, reasons=reasons)
        check_not_over(locked)
        longest = timedelta(hours=settings.URGENT_WINDOW_HOURS)
        if locked.ends_at - locked.starts_at > longest:
            raise Refused(
                "On the urgent route a window lasts at most "
                f"{settings.URGENT_WINDOW_HOURS} hours: return the application to be shortened."
            )
        decided_at = locked.decided_at or timezone.now()
        locked.review_due_at = decided_at + timedelta(hours=settings.URGENT_REVIEW_HOURS)
        locked = move(
            locked, "authorise_urgently", by=by, reason=reasons, fields=("review_due_at",)
        )
        publication.publish_notice(locked, by=by)
        authority_documents.write(locked, by=by)
        return locked


def confirm(deployment: Deployment, *, by: User, reasons: str) -> Deployment:
    """The authority goes on to the end of its window. A late review is a review, and is seen to
    be late."""
    with transaction.atomic():
        locked = _review(deployment, by=by, reasons=reasons)
        locked.reviewed_by, locked.reviewed_at, locked.review_reasons = by, timezone.now(), reasons
        locked.save(update_fields=["reviewed_by", "reviewed_at", "review_reasons"])
        _record(locked, "deployment.urgent_confirmed", by=by, reasons=reasons)
        transaction.on_commit(lambda: tell(locked))
        return locked


def withdraw(deployment: Deployment, *, by: User, reasons: str) -> Deployment:
    """The authority is gone: what runs ends, what has not begun is cancelled."""
    with transaction.atomic():
        locked = _review(deployment, by=by, reasons=reasons)
        _record(locked, "deployment.urgent_withdrawn", by=by, reasons=reasons)
        if locked.status in {Status.LIVE, Status.SUSPENDED}:
            return lifecycle.end(locked, by=by, reason=reasons)
        return lifecycle.cancel(locked, by=by, reason=reasons)


def suspend_unreviewed(*, now: datetime | None = None) -> int:
    """Suspend what runs on an urgent authority whose review is overdue. Returns how many."""
    overdue = Deployment.objects.filter(
        status=Status.LIVE, reviewed_at=None, review_due_at__lte=now or timezone.now()
    )
    count = 0
    for deployment in overdue:
        try:
            lifecycle.suspend(deployment, by=None, reason=UNREVIEWED)
        except Refused:  # somebody ended it in this moment
            continue
        count += 1
    return count


def _check_policy(by: User) -> None:
    if not settings.URGENT_ROUTE:
        raise Refused("This force has no urgent route: a superintendent or above decides.")
    if by.rank < settings.URGENT_RANK:
        words = settings.URGENT_RANK.label.lower()
        raise Refused(f"Policy lets nobody below {words} authorise, even in urgent cases.")
    if urgent_policy.rank_in_database() != settings.URGENT_RANK:
        raise Refused(
            "The database holds another policy on urgent cases than the site's settings. Ask the "
            "system administrator to run `manage.py migrate`, which tells it."
        )


def _review(deployment: Deployment, *, by: User, reasons: str) -> Deployment:
    locked = lock(deployment.pk)
    if not locked.awaits_review:
        raise Refused("There is no urgent authority here that waits for its review.")
    if not permissions.can_review_urgent(by, locked):
        raise Refused(
            "Only a superintendent or above reviews an urgent authority, one who neither applied "
            "for it nor gave it, while it may still run."
        )
    require(reasons, "A review needs its reasons.")
    return locked


def _record(deployment: Deployment, action: str, *, by: User, reasons: str) -> None:
    due = deployment.review_due_at
    audit.record(
        action,
        kind=AuditKind.DECISION,
        by=by,
        deployment=deployment,
        reason=reasons,
        details={"due_at": due, "is_late": due is not None and timezone.now() > due},
    )
