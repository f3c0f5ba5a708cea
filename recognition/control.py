"""Desired cameras against running ones. Runs every second in the general worker, and at once when
a deployment's status changes; never loads a model."""

from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import TypeVar

from celery import current_app
from django.conf import settings
from django.core.cache import cache
from django.db.models import Q
from django.utils import timezone

from deployments import signs, stills
from deployments.enums import EntryStatus, Status
from deployments.models import Deployment
from deployments.queues import (
    send_enrolments,
    send_sign_photograph,
    send_still,
    send_subject_access,
)
from deployments.subject_access import pictures
from recognition import camera_checks, template_store
from recognition.models import CameraRun
from recognition.models.camera_run import RunState
from recognition.profiles import load_profile

Item = TypeVar("Item")

# A recognition worker's host name begins so: `celery worker --hostname recognition@%h`.
WORKER_NAME = "recognition@"
RUN_CAMERA = "recognition.run_camera"
# A task that was sent is given so long to take its lease before another is sent.
ASK_AGAIN_AFTER = timedelta(seconds=5)
# An enrolment that was asked for so long ago and has not come is asked for again.
FORGOTTEN_AFTER = timedelta(minutes=10)
SIGN_FORGOTTEN_AFTER = timedelta(minutes=1)
HOLDS_A_WATCHLIST = (Status.AUTHORISED, Status.READY, Status.LIVE, Status.SUSPENDED)


def reconcile() -> int:
    """Send a task for each camera that should run and does not. Returns how many were sent."""
    now = timezone.now()
    sent = 0
    for deployment in Deployment.objects.filter(
        status=Status.LIVE, starts_at__lte=now, ends_at__gt=now
    ):
        if deployment.authority_ends_at <= now:
            continue  # its review is overdue
        for camera_id in deployment.cameras.values_list("pk", flat=True):
            sent += _ask_for(deployment, camera_id)
    return sent


def rebuild_galleries() -> int:
    """Ask for what a crash of the database emptied, and for what a crash of the broker forgot.
    Each is asked for once in a while only: a long watchlist takes longer than this task's own
    interval. Returns how many were asked for."""
    forgotten_since = timezone.now() - FORGOTTEN_AFTER
    count = 0
    for deployment in Deployment.objects.filter(status__in=HOLDS_A_WATCHLIST):
        pending = deployment.entries.filter(
            status=EntryStatus.PENDING, added_at__lt=forgotten_since
        )
        wanted = [*template_store.missing(deployment), *pending.values_list("pk", flat=True)]
        timeout = FORGOTTEN_AFTER.total_seconds()
        unasked = [pk for pk in wanted if cache.add(f"enrolment-asked-{pk}", 1, timeout=timeout)]
        send_enrolments(unasked)
        count += len(unasked)
    return count


def index_galleries() -> int:
    """Build the index of each long list that is complete, where lists are searched in the
    database: while images are still enrolled it would only slow them down. Returns how many were
    built."""
    if settings.GALLERY != "database":
        return 0
    count = 0
    for deployment in Deployment.objects.filter(status__in=HOLDS_A_WATCHLIST):
        entries = deployment.entries
        is_long = entries.filter(status=EntryStatus.ENROLLED).count() >= template_store.INDEXED_FROM
        if (
            is_long
            and not entries.filter(status=EntryStatus.PENDING).exists()
            and not template_store.has_index(deployment.pk)
        ):
            dimension = load_profile(deployment.profile).dimension
            count += template_store.add_index(deployment.pk, dimension=dimension)
    return count


def ask_again_for_pictures() -> int:
    """Photographs of signs and stills whose faces a worker should have hidden a minute ago, and
    pictures for subject access: their worker was killed, or the broker lost the task. Returns how
    many were asked for."""
    since = timezone.now() - SIGN_FORGOTTEN_AFTER
    return (
        _ask_again("sign", signs.waiting(since_before=since), send_sign_photograph)
        + _ask_again("still", stills.waiting(since_before=since), send_still)
        + _ask_again(
            "subject-access", pictures.waiting(), send_subject_access, after=pictures.LOST_AFTER
        )
    )


def _ask_again(
    kind: str,
    waiting: Iterable[Item],
    send: Callable[[Item], None],
    *,
    after: timedelta = SIGN_FORGOTTEN_AFTER,
) -> int:
    """For each that waits once in so long."""
    count = 0
    for item in waiting:
        if cache.add(f"{kind}-asked-{item}", 1, timeout=after.total_seconds()):
            send(item)
            count += 1
    return count


def on_status_change(deployment: Deployment) -> None:
    if deployment.status == Status.LIVE:
        reconcile()
    if deployment.status == Status.READY:
        camera_checks.request(deployment)


def _ask_for(deployment: Deployment, camera_id: int) -> int:
    now = timezone.now()
    run, _ = CameraRun.objects.get_or_create(deployment=deployment, camera_id=camera_id)
    if run.state == RunState.ENDED and run.stopped_at and run.stopped_at > deployment.status_at:
        return 0  # the file was played to its end in this live period
    free = Q(lease_until=None) | Q(lease_until__lt=now)
    unasked = Q(requested_at=None) | Q(requested_at__lt=now - ASK_AGAIN_AFTER)
    stopped_since = Q(stopped_at__gt=now - ASK_AGAIN_AFTER)
    won = CameraRun.objects.filter(free, unasked | stopped_since, pk=run.pk).update(
        requested_at=now, stopped_at=None
    )
    if won:
        current_app.send_task(RUN_CAMERA, args=[deployment.pk, camera_id], queue="recognition")
    return won
