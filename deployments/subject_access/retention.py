"""Pictures made for a request go a short while after its answer; where none came, after the day on
which it was due."""

from datetime import datetime, time, timedelta

from django.db.models import Count, QuerySet
from django.utils import timezone

from deployments.models import SubjectAccessFile, SubjectAccessRequest
from deployments.retention import BATCH, RULES, Due
from deployments.subject_access import store


def period() -> timedelta:
    return RULES[store.KIND].period or timedelta()


def due_at(request: SubjectAccessRequest) -> datetime:
    """An open request has its clock too: nothing waits for somebody who forgot it."""
    return _clock(request.ended_at, request) + period()


def find_pictures() -> list[Due]:
    """Per deployment, due as its earliest request is."""
    found: dict[int, Due] = {}
    for request in _with_pictures().select_related("deployment").annotate(count=Count("files")):
        at, count = due_at(request), request.count
        before = found.get(request.deployment_id)
        if before is not None:
            at, count = min(at, before.due_at), count + before.count
        found[request.deployment_id] = Due(request.deployment, RULES[store.KIND], at, count)
    return list(found.values())


def erase_pictures(due: Due) -> int:
    now = timezone.now()
    requests = _with_pictures().filter(deployment=due.deployment)
    over = [request.pk for request in requests if due_at(request) <= now]
    return store.erase(SubjectAccessFile.objects.filter(request__in=over)[:BATCH])


def _with_pictures() -> QuerySet[SubjectAccessRequest]:
    return SubjectAccessRequest.objects.filter(files__isnull=False).distinct()


def _clock(ended_at: datetime | None, request: SubjectAccessRequest) -> datetime:
    if ended_at is not None:
        return ended_at
    return timezone.make_aware(datetime.combine(request.due_on + timedelta(days=1), time()))
