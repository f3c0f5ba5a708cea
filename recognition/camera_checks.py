"""Looking at the cameras of a deployment before it starts, on its authority and in its window."""

import socket
from datetime import timedelta

from celery import current_app
from django.db.models import F, Q
from django.utils import timezone
from structlog import get_logger

from deployments.enums import Status
from deployments.models import Camera, Deployment
from recognition.authority import AuthorityWatch, ask_to_look
from recognition.camera_look import CameraHealth, look_at
from recognition.factory import open_reader
from recognition.models import CameraCheck
from recognition.models.camera_check import LOOKED_AT_WHILE

log = get_logger(__name__)

CHECK_CAMERA = "recognition.check_camera"
# Long enough for a key frame of most cameras: between two of them a still street may not change.
LOOK_S = 5.0
GIVE_UP_S = 12.0
# Evidence for a start is at most so old (start check); a good one is renewed well before, a bad
# one soon, because somebody is at the camera.
VALID_FOR = timedelta(minutes=10)
AGAIN_AFTER = timedelta(minutes=4)
AGAIN_AFTER_A_FAILURE = timedelta(seconds=30)
# A request that was not answered for so long was lost.
LOST_AFTER = timedelta(seconds=30)


def request_due() -> int:
    """For every ready deployment in its window. Returns how many were asked for."""
    now = timezone.now()
    ready = Deployment.objects.filter(status=Status.READY, starts_at__lte=now, ends_at__gt=now)
    return sum(request(deployment) for deployment in ready)


def request(deployment: Deployment, *, at_once: bool = False) -> int:
    """Ask a worker to look at each camera that is due for it, or at all of them `at_once`.
    Outside the authority nothing is asked for. Returns how many were asked for."""
    now = timezone.now()
    if deployment.status not in LOOKED_AT_WHILE:
        return 0
    if not deployment.starts_at <= now < deployment.ends_at:
        return 0
    return sum(
        _ask_for(deployment, camera_id, at_once=at_once)
        for camera_id in deployment.cameras.values_list("pk", flat=True)
    )


def _ask_for(deployment: Deployment, camera_id: int, *, at_once: bool) -> int:
    now = timezone.now()
    check, _ = CameraCheck.objects.get_or_create(deployment=deployment, camera_id=camera_id)
    answered = Q(requested_at=None) | Q(requested_at__lte=F("checked_at"))
    free = answered | Q(requested_at__lt=now - LOST_AFTER)
    due = (
        Q(checked_at=None)
        | Q(checked_at__lt=now - AGAIN_AFTER)
        | Q(passed=False, checked_at__lt=now - AGAIN_AFTER_A_FAILURE)
    )
    wanted = CameraCheck.objects.filter(free, pk=check.pk)
    won = (wanted if at_once else wanted.filter(due)).update(requested_at=now)
    if won:
        current_app.send_task(CHECK_CAMERA, args=[deployment.pk, camera_id], queue="recognition")
    return won


def check_camera(deployment_id: int, camera_id: int) -> None:
    """Look at one camera and write down what was found. Without an authority, outside its window
    or once recognition has begun, nothing is opened and nothing written."""
    camera = Camera.objects.filter(pk=camera_id, deployments=deployment_id).first()
    if camera is None:
        return
    health = _looked_at(deployment_id, camera)
    if health is not None:
        _write(deployment_id, camera_id, health)


def _looked_at(deployment_id: int, camera: Camera) -> CameraHealth | None:
    reader = open_reader(camera.source, loop=camera.loop)
    with AuthorityWatch(
        deployment_id, on_tick=lambda _: True, on_loss=reader.close, question=ask_to_look
    ) as authority:
        if not authority.holds():  # nothing is opened before
            return None
        try:
            return look_at(reader, authority.holds, look_s=LOOK_S, give_up_s=GIVE_UP_S)
        except Exception as error:  # noqa: BLE001 - no traceback: its locals hold pictures
            log.error("camera_check_failed", camera=camera.pk, error=type(error).__name__)
            return CameraHealth(problem=f"The camera cannot be read: {type(error).__name__}.")


def _write(deployment_id: int, camera_id: int, health: CameraHealth) -> None:
    from recognition.start_checks.clocks import database_ahead_s

    CameraCheck.objects.filter(deployment_id=deployment_id, camera_id=camera_id).update(
        checked_at=timezone.now(),
        passed=not health.problem,
        words=health.problem[:200],
        frames_per_s=round(health.frames_per_s, 1),
        sharpness=round(health.sharpness, 4),
        brightness=round(health.brightness, 1),
        is_frozen=health.is_frozen,
        worker=socket.gethostname()[:120],
        clock_ahead_s=round(-database_ahead_s()[0], 3),
    )
