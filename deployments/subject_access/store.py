"""The pictures made to answer a request: each encrypted as it is written, with a key of its own."""

import hashlib
import uuid
from collections.abc import Iterable
from pathlib import Path
from typing import IO

from django.conf import settings
from django.db import transaction

from deployments import erasure_journal, erasure_ledger
from deployments.encrypted_file import EncryptedWriter, open_encrypted
from deployments.encryption import Unreadable, new_key
from deployments.erasure_journal import What
from deployments.file_places import FilePlace
from deployments.key_providers import unwrap, wrap
from deployments.locking import lock
from deployments.master_key_rotation import Holder, Item, register, rewrapped
from deployments.models import Deployment, SubjectAccessFile

KIND = "subject_access_copy"
FOLDER = "subject_access"
PLACE = FilePlace(
    f"files:{FOLDER}",
    FOLDER,
    rows=lambda: SubjectAccessFile.objects.exclude(done_at=None).values_list("pk", flat=True),
)


def path_of(file_id: uuid.UUID) -> Path:
    return Path(settings.FILE_STORE) / FOLDER / file_id.hex


class OpenFile:
    """A picture in writing, from its beginning to its end. A worker that is killed leaves a
    `.part` that the next one begins anew, or the purge sweeps."""

    def __init__(self, file_id: uuid.UUID) -> None:
        self._file_id = file_id
        key = new_key()
        self.wrapped = wrap(key, associated=_associated(file_id))
        self._digest = hashlib.sha256()
        self._writer = EncryptedWriter(path_of(file_id), key=key, record_id=str(file_id))

    @property
    def byte_count(self) -> int:
        return self._writer.byte_count

    @property
    def sha256(self) -> str:
        return self._digest.hexdigest()

    def write(self, data: bytes) -> int:
        """Raises OSError when the disk is full."""
        self._digest.update(data)
        return self._writer.write(data)

    def finish(self) -> None:
        self._writer.finish()

    def discard(self) -> None:
        """What was not finished."""
        self._writer.discard()

    def unlink(self) -> None:
        """What was finished and is not wanted any more."""
        _unlink([self._file_id])


def opened(file: SubjectAccessFile) -> IO[bytes]:
    """To read and to seek in. Raises Unreadable."""
    if file.wrapped is None:
        raise Unreadable("it was not made yet")
    key = unwrap(bytes(file.wrapped), associated=_associated(file.pk))
    return open_encrypted(path_of(file.pk), key=key, record_id=str(file.pk))


def fault_of(file: SubjectAccessFile) -> str:
    """Whether it is what was made: what is wrong, in words, or nothing."""
    digest = hashlib.sha256()
    try:
        with opened(file) as made:
            while piece := made.read(1 << 20):
                digest.update(piece)
    except Unreadable as error:
        return str(error)
    return "" if digest.hexdigest() == file.sha256 else "it is not what was made"


def erase(files: Iterable[SubjectAccessFile]) -> int:
    """Keys and rows now, files as the transaction commits; the faces of a still go with it."""
    ids = {file.pk for file in files}
    ids |= set(SubjectAccessFile.objects.filter(still__in=ids).values_list("pk", flat=True))
    SubjectAccessFile.objects.filter(pk__in=ids).delete()
    erasure_journal.note(What.PICTURE, ids)
    transaction.on_commit(lambda: _unlink(ids), robust=True)
    return len(ids)


def forget(files: Iterable[SubjectAccessFile], *, ground: str, deployment: Deployment) -> None:
    """What is not needed any more, at once and in the ledger."""
    erasure_ledger.record(KIND, count=erase(files), ground=ground, deployment=deployment)


def register_rotation() -> None:
    def each() -> list[uuid.UUID]:
        made = SubjectAccessFile.objects.exclude(wrapped=None).order_by("pk")
        return list(made.values_list("pk", flat=True))

    register(Holder("keys_of_subject_access_pictures", each, _rewrap))


def _rewrap(file_id: Item, dry: bool) -> bool:  # noqa: FBT001
    """Under the deployment's lock, as the picture is erased under it."""
    assert isinstance(file_id, uuid.UUID)
    file = SubjectAccessFile.objects.filter(pk=file_id).select_related("request").first()
    if file is None:
        return False
    lock(file.request.deployment_id)
    file = SubjectAccessFile.objects.filter(pk=file_id).exclude(wrapped=None).first()
    if file is None or file.wrapped is None:
        return False  # it went in this moment
    fresh = rewrapped(bytes(file.wrapped), associated=_associated(file.pk))
    if fresh is not None and not dry:
        SubjectAccessFile.objects.filter(pk=file.pk).update(wrapped=fresh)
    return fresh is not None


def _unlink(ids: Iterable[uuid.UUID]) -> None:
    for file_id in ids:
        path_of(file_id).unlink(missing_ok=True)
        path_of(file_id).with_suffix(".part").unlink(missing_ok=True)


def _associated(file_id: uuid.UUID) -> str:
    return f"subject access {file_id}"
