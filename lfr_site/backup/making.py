"""A backup: the database as of one moment, the encrypted files as they are, the keys apart."""

import base64
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from django.db import connection, transaction
from django.utils import timezone

from deployments import audit, file_places, key_providers, stills
from deployments.audit_verifier import GENESIS
from deployments.encrypted_file import EncryptedWriter
from deployments.encryption import new_key
from deployments.enums import AuditKind
from deployments.models import AuditEvent
from lfr_site.backup import manifest, programs
from lfr_site.backup.errors import BackupRefused
from lfr_site.backup.manifest import DATABASE, FILES, KEYS, Manifest, Part

ASSOCIATED = "backup"
# The last holds the keys of pictures made for subject access, in the rows that name them.
KEY_TABLES = (
    "public.deployments_deploymentkey",
    "public.deployments_footagekey",
    "public.deployments_subjectaccessfile",
)
# Templates are made anew from the images; keys lie apart; nobody stays signed in.
WITHOUT = (
    "--exclude-schema=gallery",
    "--exclude-table=public.recognition_template_*",
    *(f"--exclude-table-data={table}" for table in KEY_TABLES),
    "--exclude-table-data=public.django_session",
    "--no-unlogged-table-data",
    "--no-comments",
)
REASON = "Kept by the force, so that the site can be restored."
Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Made:
    manifest: Manifest
    sha256: str


def make(folder: Path, *, keys: Path | None, say: Say) -> Made:
    """Into an empty folder; the keys into a file of their own, elsewhere where `keys` says so.
    Raises BackupRefused."""
    folder.mkdir(parents=True, exist_ok=True)
    keys = keys or folder / KEYS
    if any(folder.iterdir()) or keys.exists():
        raise BackupRefused(f"{folder} is not empty, or {keys} is there: choose another place.")
    folder.chmod(0o700)
    key = new_key()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        cursor.execute("SELECT pg_export_snapshot()")
        moment = f"--snapshot={cursor.fetchone()[0]}"
        last = AuditEvent.objects.order_by("-sequence").first()
        say("Dumping the database …")
        _dump(folder / DATABASE, (*WITHOUT, moment), key=key, name=DATABASE)
        only_keys = ("--data-only", *(f"--table={table}" for table in KEY_TABLES))
        _dump(keys, (*only_keys, moment), key=key, name=KEYS)
    say("Copying the encrypted files …")
    made = Manifest(
        made_at=timezone.now().isoformat(),
        wrapped_key=base64.b64encode(key_providers.wrap(key, associated=ASSOCIATED)).decode(),
        audit_sequence=last.sequence if last else 0,
        audit_head=last.hash if last else GENESIS,
        database=manifest.part_of(folder / DATABASE),
        keys=manifest.part_of(keys),
        files=_copy_files(folder / FILES),
    )
    sha256 = made.write(folder)
    audit.record(
        "backup.made",
        kind=AuditKind.DISCLOSURE,
        by=None,
        reason=REASON,
        details={
            "manifest": sha256,
            "files": len(made.files),
            "audit_sequence": made.audit_sequence,
        },
    )
    return Made(made, sha256)


def _dump(path: Path, arguments: tuple[str, ...], *, key: bytes, name: str) -> None:
    """Sealed as it is written: names are in it."""
    writer = EncryptedWriter(path, key=key, record_id=name)
    try:
        programs.dump(("--format=custom", *arguments), into=writer)  # type: ignore[arg-type]
    except BaseException:
        writer.discard()
        raise
    writer.finish()


def _copy_files(into: Path) -> dict[str, Part]:
    """What is erased meanwhile is left out; what is added meanwhile has no row in the dump and is
    swept after a restore. A survey picture is in no backup while somebody may
    be seen in it."""
    into.mkdir(mode=0o700)
    store = file_places.store()
    copied = {}
    ready = stills.ready_files()
    for path in sorted(store.rglob("*")):
        if not path.is_file() or path.suffix == ".part":
            continue
        if not stills.may_be_copied(path, ready=ready):
            continue
        name = path.relative_to(store)
        copy = into / name
        copy.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        try:
            shutil.copy2(path, copy)
        except FileNotFoundError:
            continue
        copied[str(name)] = manifest.part_of(copy)
    return copied
