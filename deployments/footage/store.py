"""Segments on the disk: each under a key of its own, encrypted as it is written, finished once.

A segment is written as `.part`; when it is whole it gets its name, and its row its place in the
chain. What a process that was cut off left behind is finished by `recovery`."""

import hashlib
import shutil
import uuid
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import IO

from django.conf import settings
from django.db import transaction

from deployments import audit
from deployments.encrypted_file import EncryptedWriter, open_encrypted
from deployments.encryption import Unreadable, new_key
from deployments.enums import AuditKind
from deployments.file_places import FilePlace
from deployments.key_providers import unwrap, wrap
from deployments.locking import lock
from deployments.models import FootageKey, FootageSegment

FOLDER = "footage"


def folder() -> Path:
    return Path(settings.FILE_STORE) / FOLDER


def ids_with_a_file() -> Iterable[uuid.UUID]:
    return FootageSegment.objects.filter(erased_at=None).values_list("pk", flat=True)


PLACE = FilePlace("files:footage", FOLDER, ids_with_a_file)


def path_of(segment_id: uuid.UUID) -> Path:
    return folder() / segment_id.hex


def partial_of(segment_id: uuid.UUID) -> Path:
    return path_of(segment_id).with_suffix(".part")


def free_bytes() -> int:
    """Of the disk on which footage lies."""
    # Its folder, not the store's: an administrator may have given footage a disk of its own.
    folder().mkdir(mode=0o700, parents=True, exist_ok=True)
    return shutil.disk_usage(folder()).free


class OpenSegment:
    """A segment in writing: takes the video's bytes in their order."""

    def __init__(self, deployment_id: int, camera_id: int, *, started_at: datetime) -> None:
        """Raises DatabaseError where recording is not authorised now, and OSError."""
        key = new_key()
        self.row = FootageSegment(
            deployment_id=deployment_id, camera_id=camera_id, started_at=started_at
        )
        self._digest = hashlib.sha256()
        # The file first: a row whose file is not there yet would be taken for a loss.
        self._writer = EncryptedWriter(path_of(self.row.pk), key=key, record_id=str(self.row.pk))
        try:
            with transaction.atomic():
                self.row.save(force_insert=True)
                wrapped = wrap(key, associated=associated(self.row.pk))
                FootageKey.objects.create(segment=self.row, wrapped=wrapped)
        except BaseException:
            self._writer.discard()
            raise

    @property
    def byte_count(self) -> int:
        return self._writer.byte_count

    def write(self, data: bytes) -> int:
        """Raises OSError when the disk is full."""
        self._digest.update(data)
        return self._writer.write(data)

    def finish(self, *, ended_at: datetime) -> FootageSegment:
        """Raises OSError when the disk is full; `abandon` it then."""
        self._writer.finish()
        return finished(
            self.row,
            ended_at=ended_at,
            byte_count=self.byte_count,
            content_sha256=self._digest.hexdigest(),
        )

    def discard(self) -> None:
        """Nothing was recorded in it."""
        self._writer.discard()
        forget(self.row)

    def abandon(self) -> None:
        """Leave it as a killed process would: what is whole of it is recovered later."""
        self._writer.abandon()


def associated(segment_id: uuid.UUID) -> str:
    """What binds a wrapped key to its segment."""
    return f"footage {segment_id}"


def key_of(segment: FootageSegment) -> bytes:
    """Raises Unreadable when it was destroyed, or the master key is another."""
    row = FootageKey.objects.filter(segment=segment).first()
    if row is None:
        raise Unreadable("the footage was erased")
    return unwrap(bytes(row.wrapped), associated=associated(segment.pk))


def opened(segment: FootageSegment) -> IO[bytes]:
    """The video, to read and to seek in. Raises Unreadable."""
    return open_encrypted(path_of(segment.pk), key=key_of(segment), record_id=str(segment.pk))


def finished(
    segment: FootageSegment,
    *,
    ended_at: datetime,
    byte_count: int,
    content_sha256: str,
    is_cut_short: bool = False,
) -> FootageSegment:
    """The file is whole and has its name: the row takes its place in the chain."""
    with transaction.atomic():
        lock(segment.deployment_id)
        FootageSegment.objects.filter(pk=segment.pk, ended_at=None).update(
            ended_at=max(ended_at, segment.started_at),
            byte_count=byte_count,
            content_sha256=content_sha256,
            is_cut_short=is_cut_short,
        )
        segment.refresh_from_db()
        audit.record(
            "footage.recovered" if is_cut_short else "footage.recorded",
            kind=AuditKind.COLLECTION,
            by=None,
            deployment=segment.deployment,
            subject=f"footage {segment.number}",
            details={
                "camera": segment.camera_id,
                "hash": segment.hash,
                "bytes": byte_count,
                # Those whose time it is of: the database has taken it into them.
                "holds": list(segment.holds.order_by("pk").values_list("pk", flat=True)),
            },
        )
    return segment


def forget(segment: FootageSegment) -> None:
    """A segment in which nothing was recorded."""
    FootageSegment.objects.filter(pk=segment.pk, ended_at=None).delete()


def unlink(segment_id: uuid.UUID) -> None:
    path_of(segment_id).unlink(missing_ok=True)
    partial_of(segment_id).unlink(missing_ok=True)


def unlink_each(ids: Iterable[uuid.UUID]) -> None:
    for segment_id in ids:
        unlink(segment_id)
