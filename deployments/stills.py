"""Stills of cameras: taken in by the administrator, freed of faces by a recognition worker, shown
to those who draw and judge zones, erased where no worker freed them in time."""

import hashlib
import uuid
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.db.models import Min
from django.utils import timezone

from deployments import audit, erasure_ledger, permissions
from deployments.encryption import Unreadable, new_key, seal, unseal
from deployments.enums import AuditKind
from deployments.file_places import FilePlace
from deployments.image_store import write_durably
from deployments.key_providers import unwrap, wrap
from deployments.lifecycle import Refused
from deployments.locking import lock_still
from deployments.master_key_rotation import Holder, Item, register, rewrapped
from deployments.models import Camera, CameraStill, User
from deployments.queues import send_still
from deployments.retention import RULES, Due
from deployments.sign_pictures import UnusablePicture, cleaned

KIND = "camera_survey"
PLACE = FilePlace(
    "files:stills", "stills", rows=lambda: CameraStill.objects.values_list("file", flat=True)
)


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
        before = CameraStill.objects.filter(camera=locked).first()
        if before is not None:
            _forget(before)
            _note_erasure(before, ground="Another picture took its place")
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
    wrapped, sealed = _parts(_stored_bytes(still))
    associated = _associated(still.file)
    return unseal(sealed, key=unwrap(wrapped, associated=associated), associated=associated)


def register_rotation() -> None:
    def each() -> list[uuid.UUID]:
        return list(CameraStill.objects.order_by("pk").values_list("file", flat=True))

    register(Holder("stills_of_cameras", each, _rewrap))


def _rewrap(file: Item, dry: bool) -> bool:  # noqa: FBT001
    """Under the row's lock: a picture that goes in this moment is not written again."""
    assert isinstance(file, uuid.UUID)
    still = lock_still(file)
    if still is None:
        return False
    wrapped, sealed = _parts(_stored_bytes(still))
    fresh = rewrapped(wrapped, associated=_associated(still.file))
    if fresh is not None and not dry:
        write_durably(_path(still.file), _joined(fresh, sealed))
    return fresh is not None


def replace(still: CameraStill, picture: bytes) -> None:
    """Put the picture without faces in the place of the one with them."""
    with transaction.atomic():
        before = still.file
        still.file, still.faces_hidden_at = _stored(picture), timezone.now()
        still.sha256 = hashlib.sha256(picture).hexdigest()
        still.save(update_fields=["file", "faces_hidden_at", "sha256"])
        audit.record(
            "camera_still.faces_hidden",
            kind=AuditKind.ALTERATION,
            by=None,
            subject=f"camera {still.camera_id}",
        )
        erasure_ledger.record(
            KIND, count=1, ground="Its faces were made unrecognisable", deployment=None
        )
        transaction.on_commit(lambda: _path(before).unlink(missing_ok=True), robust=True)


def record_view(still: CameraStill, *, by: User) -> None:
    audit.record(
        "camera_still.viewed",
        kind=AuditKind.CONSULTATION,
        by=by,
        subject=f"camera {still.camera_id}",
        reason="Drawing or judging a zone of recognition.",
    )


def waiting(*, since_before: datetime) -> list[int]:
    """Stills whose faces a worker should have hidden by now."""
    unready = CameraStill.objects.filter(faces_hidden_at=None, uploaded_at__lt=since_before)
    return list(unready.values_list("pk", flat=True))


def may_be_copied(path: Path, *, ready: set[str]) -> bool:
    """Whether a file of the store may go into a backup. Each of these has its key in itself, which
    cannot be kept apart: only those of `ready_files`, that show nobody, do."""
    return path.parent != _folder() or path.name in ready


def ready_files() -> set[str]:
    ready = CameraStill.objects.exclude(faces_hidden_at=None)
    return {file.hex for file in ready.values_list("file", flat=True)}


def forget_unready(*, ground: str) -> int:
    """Rows that a backup brings back without their pictures. Returns how many."""
    with transaction.atomic():
        unready = list(CameraStill.objects.filter(faces_hidden_at=None))
        for still in unready:
            _forget(still)
        erasure_ledger.record(KIND, count=len(unready), ground=ground, deployment=None)
    return len(unready)


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


def _note_erasure(still: CameraStill, *, ground: str) -> None:
    kind = "camera_still" if still.is_ready else KIND
    erasure_ledger.record(kind, count=1, ground=ground, deployment=None)


def _forget(still: CameraStill) -> None:
    file = still.file
    still.delete()
    transaction.on_commit(lambda: _path(file).unlink(missing_ok=True), robust=True)


def _stored(picture: bytes) -> uuid.UUID:
    file = uuid.uuid4()
    path = _path(file)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    key, associated = new_key(), _associated(file)
    sealed = seal(picture, key=key, associated=associated)
    write_durably(path, _joined(wrap(key, associated=associated), sealed))
    return file


def _stored_bytes(still: CameraStill) -> bytes:
    try:
        return _path(still.file).read_bytes()
    except FileNotFoundError as error:
        raise Unreadable("the picture was erased") from error


def _joined(wrapped: bytes, sealed: bytes) -> bytes:
    """A picture of no deployment: its own key, wrapped, goes before it."""
    return len(wrapped).to_bytes(2, "big") + wrapped + sealed


def _parts(stored: bytes) -> tuple[bytes, bytes]:
    ends = 2 + int.from_bytes(stored[:2], "big")
    return stored[2:ends], stored[ends:]


def _folder() -> Path:
    return Path(settings.FILE_STORE) / "stills"


def _path(file: uuid.UUID) -> Path:
    return _folder() / file.hex


def _associated(file: uuid.UUID) -> str:
    return f"still {file}"
