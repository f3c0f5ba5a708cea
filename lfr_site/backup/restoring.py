"""A restore: into an empty database and an empty file store, shut to everybody until what is due
is erased."""

import base64
import shutil
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

from django.core.management import call_command
from django.db import connection

from deployments import (
    audit,
    audit_checkpoints,
    audit_rows,
    erasure_journal,
    file_places,
    key_providers,
)
from deployments.audit_verifier import Checkpoint, Forged, Walk
from deployments.encrypted_file import open_encrypted
from deployments.encryption import Unreadable
from deployments.enums import AuditKind
from deployments.erasure_journal import Erased, UnreadableJournal
from lfr_site import maintenance
from lfr_site.backup import manifest, programs
from lfr_site.backup.errors import BackupRefused
from lfr_site.backup.making import ASSOCIATED
from lfr_site.backup.manifest import DATABASE, FILES, KEYS, Manifest
from lfr_site.backup.winding_down import WoundDown, wind_down

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Source:
    """`keys` is None where they are withheld."""

    folder: Path
    keys: Path | None
    journal: Path


def restore(source: Source, *, say: Say) -> WoundDown:
    """Raises BackupRefused; before anything is written where the backup is not as it was made."""
    maintenance.exempt_this_process()
    made, sha256 = manifest.read(source.folder)
    say("Comparing every part with the manifest …")
    manifest.require_whole(made, source.folder, keys=source.keys)
    key, erased = _key_of(made), _erased_since(source.journal)
    _require_empty()
    _require_no_later_checkpoint(made)
    _shut()
    say("The site is shut. Restoring the database …")
    _restore(source.folder / DATABASE, ("--exit-on-error", "--no-comments"), key=key, name=DATABASE)
    connection.close()
    call_command("migrate", verbosity=0)
    _require_the_trail(made)
    say("Restoring the encrypted files …")
    _copy_files(source.folder / FILES)
    if source.keys is not None:
        _restore(source.keys, ("--exit-on-error", "--data-only"), key=key, name=KEYS)
    say("Erasing what is due, and what was erased since …")
    done = wind_down(erased)
    _record(made, sha256, done, with_keys=source.keys is not None)
    maintenance.end()
    return done


def _key_of(made: Manifest) -> bytes:
    try:
        return key_providers.unwrap(base64.b64decode(made.wrapped_key), associated=ASSOCIATED)
    except Unreadable as error:
        raise BackupRefused(f"The backup does not open: {error}.") from error


def _erased_since(journal: Path) -> Erased:
    try:
        return erasure_journal.read(journal)
    except (UnreadableJournal, OSError) as error:
        raise BackupRefused(
            f"{error} Without the journal of erasures what was erased since would come back."
        ) from error


def _require_empty() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT (SELECT count(*) FROM pg_tables WHERE schemaname = 'public'),"
            " to_regnamespace(%s) IS NOT NULL",
            [maintenance.SCHEMA],
        )
        tables, is_shut = cursor.fetchone()
    if tables or is_shut:
        interrupted = "A restore into this database was interrupted: " if is_shut else ""
        raise BackupRefused(
            f"{interrupted}The database {connection.settings_dict['NAME']} is not empty: make a "
            "new one (docs/operations.md), and restore into that."
        )
    store = file_places.store()
    if store.exists() and any(store.iterdir()):
        raise BackupRefused(f"The file store {store} is not empty: move it away first.")


def _shut() -> None:
    try:
        maintenance.begin()
    except maintenance.StillInUse as error:
        raise BackupRefused(
            "Somebody was connected to this database before it was shut, and still is: stop "
            "whatever uses it, and restore again."
        ) from error


def _require_no_later_checkpoint(made: Manifest) -> None:
    """Beside those the restored trail would be one that was cut off, for ever."""
    later = [path for path in audit_checkpoints.files() if _sequence(path) > made.audit_sequence]
    if later:
        raise BackupRefused(
            f"{later[0]} was signed after this backup was made: move the folder of checkpoints "
            "away and keep it. It shows what happened between the backup and now."
        )


def _sequence(checkpoint: Path) -> int:
    try:
        return Checkpoint.parse(checkpoint.read_text(errors="replace")).sequence
    except Forged:
        return 0  # verifying the trail names it


def _restore(path: Path, arguments: tuple[str, ...], *, key: bytes, name: str) -> None:
    try:
        with open_encrypted(path, key=key, record_id=name) as sealed:
            programs.restore((*arguments, *_into()), source=sealed)
    except Unreadable as error:
        raise BackupRefused(f"{path} does not open: {error}.") from error


def _into() -> tuple[str, ...]:
    return "--single-transaction", f"--dbname={connection.settings_dict['NAME']}"


def _require_the_trail(made: Manifest) -> None:
    """The trail of the dump is sound and ends where the manifest says."""
    found = Walk().over(audit_rows.rows(until=made.audit_sequence))
    if found.faults or (found.count, found.head) != (made.audit_sequence, made.audit_head):
        what = "; ".join(found.faults) or f"{found.count} events"
        raise BackupRefused(
            f"The audit trail of this backup is not the one that was dumped ({what}): keep it for "
            "whoever investigates, and use another backup."
        )


def _copy_files(source: Path) -> None:
    store = file_places.store()
    store.mkdir(mode=0o700, parents=True, exist_ok=True)
    if source.is_dir():
        shutil.copytree(source, store, dirs_exist_ok=True)


def _record(made: Manifest, sha256: str, done: WoundDown, *, with_keys: bool) -> None:
    """The trail goes on from where the backup ends: what came after that is in its checkpoints
    outside, and missing here."""
    audit.record(
        "backup.restored",
        kind=AuditKind.COLLECTION,
        by=None,
        details={
            "manifest": sha256,
            "made_at": made.made_at,
            "audit_sequence": made.audit_sequence,
            "with_keys": with_keys,
            **asdict(done),
        },
    )
