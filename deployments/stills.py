"""Stills of cameras: taken in by the administrator, freed of faces by a recognition worker, shown
to those who draw and judge zones, erased where no worker freed them in time."""

import time
import uuid
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.db.models import Min
from django.utils import timezone

from deployments import audit, permissions
from deployments.encryption import Unreadable, master_key, seal, unseal
from deployments.enums import AuditKind
from deployments.image_store import IN_FLIGHT_S, write_durably
from deployments.lifecycle import Refused
from deployments.models import Camera, CameraStill, User
from deployments.queues import send_still
from deployments.retention import RULES, Due
from deployments.sign_pictures import UnusablePicture, cleaned

KIND = "camera_survey"


def take_in(camera: Camera, data: bytes, *, by: User) -> CameraStill:
    """Keep it encrypted until its faces are hidden. Raises Refused with the reason in words."""
    if not permissions.can_configure(by):
        raise Refused("Only a system administrator gives a camera its picture.")
    try:
        picture = cleaned(data)
    except UnusablePicture as error:
        raise Refused(str(error)) from None
    with transaction.atomic():
        locked = Camera.objects.select_related(None).get(pk=camera.pk)
        if locked.is_bound:
            raise Refused(
                "This camera is part of an application or an authority; its picture stays what it "
                "was until that is over."
            )
        _forget(CameraStill.objects.filter(camera=locked).first())
        still = CameraStill.objects.create(
            camera=locked, uploaded_by=by, uploaded_at=timezone.now(), file=_stored(picture)
        )
        audit.record(
            "camera_still.uploaded",
            kind=AuditKind.COLLECTION,
            by=by,
            subject=f"camera {camera.pk}",
        )
        transaction.on_commit(lambda: send_still(still.pk), robust=True)
    return still


def read(still: CameraStill) -> bytes:
    """Raises Unreadable."""
    try:
        sealed = _path(still.file).read_bytes()
    except FileNotFoundError as error:
        raise Unreadable("the picture was erased") from error
    return unseal(sealed, key=master_key(), associated=_associated(still.file))


def replace(still: CameraStill, picture: bytes) -> None:
    """Put the picture without faces in the place of the one with them."""
    with transaction.atomic():
        before = still.file
        still.file, still.faces_hidden_at = _stored(picture), timezone.now()
        still.save(update_fields=["file", "faces_hidden_at"])
        audit.record(
            "camera_still.faces_hidden",
            kind=AuditKind.ALTERATION,
            by=None,
            subject=f"camera {still.camera_id}",
        )
        transaction.on_commit(lambda: _path(before).unlink(missing_ok=True), robust=True)


def record_view(still: CameraStill, *, by: User) -> None:
    audit.record(
        "camera_still.viewed",
        kind=AuditKind.CONSULTATION,
        by=by,
        subject=f"camera {still.camera_id}",
    )


def waiting(*, since_before: datetime) -> list[int]:
    """Stills whose faces a worker should have hidden by now."""
    unready = CameraStill.objects.filter(faces_hidden_at=None, uploaded_at__lt=since_before)
    return list(unready.values_list("pk", flat=True))


def find_surveys() -> list[Due]:
    """Pictures that may still show somebody."""
    period = RULES[KIND].period
    unready = CameraStill.objects.filter(faces_hidden_at=None)
    first = unready.aggregate(first=Min("uploaded_at"))["first"]
    if first is None or period is None:
        return []
    return [Due(None, RULES[KIND], first + period, unready.count())]


def erase_surveys(due: Due) -> int:
    until = timezone.now() - (due.rule.period or timedelta())
    late = list(CameraStill.objects.filter(faces_hidden_at=None, uploaded_at__lte=until))
    for still in late:
        _forget(still)
    return len(late)


def orphans() -> list[Path]:
    """Files that a crash left without a row, as in `image_store.orphans`."""
    written_before = time.time() - IN_FLIGHT_S
    old = [path for path in _folder().glob("*") if path.stat().st_mtime < written_before]
    known = {file.hex for file in CameraStill.objects.values_list("file", flat=True)}
    return [path for path in old if path.name not in known]


def _forget(still: CameraStill | None) -> None:
    if still is None:
        return
    file = still.file
    still.delete()
    transaction.on_commit(lambda: _path(file).unlink(missing_ok=True), robust=True)


def _stored(picture: bytes) -> uuid.UUID:
    file = uuid.uuid4()
    path = _path(file)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    write_durably(path, seal(picture, key=master_key(), associated=_associated(file)))
    return file


def _folder() -> Path:
    return Path(settings.FILE_STORE) / "stills"


def _path(file: uuid.UUID) -> Path:
    return _folder() / file.hex


def _associated(file: uuid.UUID) -> str:
    return f"still {file}"
