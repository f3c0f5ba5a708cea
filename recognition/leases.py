"""Leases on cameras: one worker reads one camera of a deployment, and its successor can tell
when it is gone."""

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q
from django.utils import timezone

from recognition.models import CameraRun
from recognition.models.camera_run import RunState

# A holder renews it every second. Together with the second in which a lost camera is noticed, and
# what a task takes to be sent, this keeps the promise of five seconds.
LEASE = timedelta(seconds=3)


@dataclass(frozen=True, slots=True)
class Lease:
    run_id: int
    token: uuid.UUID

    def renew(self, **report: object) -> bool:
        """Extend by one term and store what the camera reports. False: the lease is lost."""
        now = timezone.now()
        return bool(
            CameraRun.objects.filter(pk=self.run_id, token=self.token).update(
                lease_until=now + LEASE, heartbeat_at=now, **report
            )
        )

    def release(self, **report: object) -> None:
        CameraRun.objects.filter(pk=self.run_id, token=self.token).update(
            token=None,
            lease_until=None,
            stopped_at=timezone.now(),
            frames_per_s=0,
            faces_per_min=0,
            view_address="",
            recording_words="",
            **report,
        )


def take(deployment_id: int, camera_id: int) -> Lease | None:
    """Take the camera, if nobody holds it. A task delivered twice finds it taken."""
    now = timezone.now()
    run, _ = CameraRun.objects.get_or_create(deployment_id=deployment_id, camera_id=camera_id)
    token = uuid.uuid4()
    taken = CameraRun.objects.filter(_free(now), pk=run.pk).update(
        token=token,
        lease_until=now + LEASE,
        heartbeat_at=now,
        started_at=now,
        stopped_at=None,
        state=RunState.CONNECTING,
        state_words="",
    )
    return Lease(run.pk, token) if taken else None


def decline(deployment_id: int, camera_id: int, *, words: str) -> None:
    """Say why this worker cannot take the camera, unless another has it."""
    CameraRun.objects.filter(
        _free(timezone.now()), deployment_id=deployment_id, camera_id=camera_id
    ).update(state=RunState.FAILED, state_words=words[:200], stopped_at=timezone.now())


def _free(now: datetime) -> Q:
    return Q(lease_until=None) | Q(lease_until__lt=now)
