"""Images of people, encrypted on disk. Nothing else in the system writes an image to a file."""

import os
import uuid
from collections.abc import Iterable, Sequence
from contextlib import suppress
from pathlib import Path

from django.conf import settings
from django.db import connection, transaction

from deployments import erasure_journal
from deployments.encryption import Unreadable, keyed_digest, new_key, seal, unseal
from deployments.enums import ImageKind, Status
from deployments.erasure_journal import What
from deployments.file_places import FilePlace
from deployments.key_providers import unwrap, wrap
from deployments.models import Deployment, DeploymentKey, StoredImage

# A deployment that is over: its key, once destroyed, is not made again.
TAKES_NO_IMAGES = (Status.ENDED, Status.CLOSED, Status.CANCELLED)
PLACE = FilePlace(
    "files:images", "??", rows=lambda: StoredImage.objects.values_list("pk", flat=True)
)


def path_of(image_id: uuid.UUID) -> Path:
    return Path(_place_of(image_id))


def _place_of(image_id: uuid.UUID) -> str:
    return f"{settings.FILE_STORE}/{image_id.hex[:2]}/{image_id.hex}"


def put(
    deployment: Deployment, data: bytes, *, kind: ImageKind, content_type: str = "image/jpeg"
) -> StoredImage:
    """Encrypt and store, within the caller's transaction. If that is rolled back, the file that
    is left without a row is swept later (see `FilePlace.strays`)."""
    key = data_key(deployment)
    image = written(deployment, data, kind=kind, content_type=content_type, key=key)
    image.save(force_insert=True)
    return image


def written(
    deployment: Deployment,
    data: bytes,
    *,
    kind: ImageKind,
    key: bytes,
    content_type: str = "image/jpeg",
) -> StoredImage:
    """The encrypted file, under the deployment's key, and its row, which is not saved: the disk is
    waited for before anything is locked."""
    image = StoredImage(
        deployment=deployment, kind=kind, content_type=content_type, byte_count=len(data)
    )
    path = path_of(image.pk)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    write_durably(path, seal(data, key=key, associated=str(image.pk)))
    return image


def unwrite(images: Iterable[StoredImage]) -> None:
    """Of `written`, where no row came of them."""
    _unlink([image.pk for image in images])


def read(image: StoredImage) -> bytes:
    """Decrypt. Raises Unreadable when the key or the file is gone."""
    key_row = (
        DeploymentKey.objects.select_related("deployment")
        .filter(deployment_id=image.deployment_id)
        .first()
    )
    if key_row is None:
        raise Unreadable("the key of this deployment was destroyed")
    return _read(image, key=_unwrap(key_row))


def read_each(deployment: Deployment, images: Sequence[StoredImage]) -> list[bytes | Unreadable]:
    """Several of one deployment, its key unwrapped once: each decrypted, or why it is not."""
    try:
        key = held_key(deployment)
    except Unreadable as unreadable:
        return [unreadable for _ in images]
    return [_opened(image, key=key) for image in images]


def held_key(deployment: Deployment) -> bytes:
    """The deployment's key. Raises Unreadable where there is none, and makes none."""
    key_row = _key_row(deployment)
    if key_row is None:
        raise Unreadable("the key of this deployment was destroyed")
    return _unwrap(key_row)


def is_there(image: StoredImage) -> bool:
    return path_of(image.pk).exists()


def _opened(image: StoredImage, *, key: bytes) -> bytes | Unreadable:
    try:
        return _read(image, key=key)
    except Unreadable as unreadable:
        return unreadable


def _read(image: StoredImage, *, key: bytes) -> bytes:
    try:
        sealed = path_of(image.pk).read_bytes()
    except FileNotFoundError as error:
        raise Unreadable("the image was erased") from error
    return unseal(sealed, key=key, associated=str(image.pk))


def erase(images: Iterable[StoredImage]) -> int:
    """Delete rows now and files when the transaction commits. Returns how many."""
    ids = [image.pk for image in images]
    StoredImage.objects.filter(pk__in=ids).delete()
    return _forgotten(ids)


def erase_each(ids: list[uuid.UUID]) -> int:
    """The same for many, by their ids. Whatever refers to them has let go of them already: the
    database refuses otherwise."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM deployments_storedimage WHERE id = ANY(%s)", [ids])
    return _forgotten(ids)


def _forgotten(ids: list[uuid.UUID]) -> int:
    erasure_journal.note(What.IMAGE, ids)
    transaction.on_commit(lambda: _unlink(ids), robust=True)
    return len(ids)


def digest(data: bytes, *, key: bytes) -> bytes:
    """Finds the same image a second time, as long as the deployment's key exists."""
    return keyed_digest(data, key=key, purpose="watchlist image")


def destroy_key(deployment: Deployment) -> bool:
    """Make every copy of the deployment's images unreadable, backups included."""
    deleted, _ = DeploymentKey.objects.filter(deployment=deployment).delete()
    if deleted:
        erasure_journal.note(What.KEY, [deployment.uuid])
    return bool(deleted)


def _unlink(ids: Iterable[uuid.UUID]) -> None:
    """One after the other. Each mostly waits for the disk, and leaves the processors to others."""
    for image_id in ids:
        with suppress(FileNotFoundError):
            os.unlink(_place_of(image_id))  # noqa: PTH108  a Path takes longer than the file


def write_durably(path: Path, data: bytes) -> None:
    """Whole on the disk or not there at all. `data` is ciphertext, always."""
    partial = path.with_suffix(".part")
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    partial.rename(path)


def data_key(deployment: Deployment) -> bytes:
    """The deployment's key, made at first use. A closed deployment gets no new one."""
    key_row = _key_row(deployment)
    if key_row is None:
        if deployment.status in TAKES_NO_IMAGES:
            raise Unreadable("the key of this deployment was destroyed")
        fresh = wrap(new_key(), associated=str(deployment.uuid))
        key_row, _ = DeploymentKey.objects.get_or_create(
            deployment=deployment, defaults={"wrapped": fresh}
        )
    return _unwrap(key_row)


def _key_row(deployment: Deployment) -> DeploymentKey | None:
    key_row = DeploymentKey.objects.filter(deployment=deployment).first()
    if key_row is not None:
        key_row.deployment = deployment  # it need not be read once more
    return key_row


def _unwrap(key_row: DeploymentKey) -> bytes:
    return unwrap(bytes(key_row.wrapped), associated=str(key_row.deployment.uuid))
