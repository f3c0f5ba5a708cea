"""The recorder's archive in the database and the encrypted store."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial

from django.conf import settings
from django.db import DatabaseError, IntegrityError, connection
from structlog import get_logger

from deployments.footage import store
from deployments.models import Deployment, DeploymentCamera, FootageGap
from recognition.footage.recorder import ArchiveFailed, GapReason, NotAuthorised, Recorder
from recognition.protocols import KeepGoing

log = get_logger(__name__)


def recorder_for(deployment: Deployment, camera_id: int) -> Callable[[KeepGoing], Recorder] | None:
    """What begins to record when there is an authority; None where recording is not in it."""
    is_recorded = DeploymentCamera.objects.filter(
        deployment=deployment, camera=camera_id, records_cctv=True
    ).exists()
    if not is_recorded:
        return None
    return partial(_begin, deployment.pk, camera_id)


def _begin(deployment_id: int, camera_id: int, keep_going: KeepGoing) -> Recorder:
    archive = CameraArchive(deployment_id, camera_id)
    return Recorder(archive, keep_going=keep_going, segment_s=settings.CCTV_SEGMENT_S)


class StoredSegment:
    def __init__(self, segment: store.OpenSegment) -> None:
        self._segment = segment

    @property
    def byte_count(self) -> int:
        return self._segment.byte_count

    def write(self, data: bytes) -> int:
        return self._segment.write(data)

    def finish(self, *, ended_at: float) -> None:
        with _database():
            self._segment.finish(ended_at=_moment(ended_at))

    def discard(self) -> None:
        with _database():
            self._segment.discard()

    def abandon(self) -> None:
        self._segment.abandon()


class CameraArchive:
    def __init__(self, deployment_id: int, camera_id: int) -> None:
        self._deployment_id = deployment_id
        self._camera_id = camera_id

    def begin(self, *, started_at: float) -> StoredSegment:
        with _database():
            return StoredSegment(
                store.OpenSegment(
                    self._deployment_id, self._camera_id, started_at=_moment(started_at)
                )
            )

    def has_space(self) -> bool:
        return store.free_bytes() >= settings.CCTV_MIN_FREE_BYTES

    def state_gap(self, reason: GapReason, *, began_at: float, ended_at: float | None) -> None:
        ends = None if ended_at is None else _moment(max(began_at, ended_at))
        if ended_at is None:
            log.warning("footage_gap", camera=self._camera_id, reason=reason.value)
        with _database():
            FootageGap.objects.update_or_create(
                deployment_id=self._deployment_id,
                camera_id=self._camera_id,
                began_at=_moment(began_at),
                defaults={"reason": reason.value, "ended_at": ends},
            )

    def close(self) -> None:
        connection.close()  # of the recorder's own thread


@contextmanager
def _database() -> Iterator[None]:
    """A connection that was lost is not asked again."""
    try:
        yield
    except IntegrityError as error:
        raise NotAuthorised from error
    except DatabaseError as error:
        connection.close()
        raise ArchiveFailed from error


def _moment(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
