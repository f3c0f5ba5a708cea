"""An import of a watchlist, step by step: the sheet is read, a dry run says row by row what will
happen, somebody confirms, each row is added whole or not at all.

The work is done in slices of a few seconds, each under a lease. A worker that is killed loses its
slice: the rows know what was done, and the next goes on from there. Nothing about a person is in a
task's arguments."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from itertools import islice
from time import monotonic

from django.db import connection, transaction
from django.db.models import Q
from django.utils import timezone
from structlog import get_logger

from deployments import audit, image_store, import_files, permissions
from deployments.encryption import Unreadable
from deployments.enums import AuditKind, ImportStatus, RowOutcome, UploadKind
from deployments.import_faces import NOTHING_SEEN
from deployments.import_files import EncryptedUpload
from deployments.import_images import BadImport, Images, UnusableMember
from deployments.import_rows import Finding, RowCheck, RowForm, counts_of
from deployments.import_sheet import read_rows
from deployments.lifecycle import Refused
from deployments.locking import lock, lock_import
from deployments.models import Deployment, ImportRow, User, WatchlistImport
from deployments.models.watchlist_import import ACTIVE
from deployments.queues import ENROLLED_TOGETHER, send_import, send_import_faces
from deployments.watchlist import NewEntry, add_entries

log = get_logger(__name__)

SLICE_S = 2.0
# Longer than any slice: reading the longest sheet, in one piece, takes a third of it.
LEASE = timedelta(seconds=60)
BATCH = 500
# Checked in one go: a slice ends after such a piece at the latest.
TOGETHER = 200
# Added in one transaction, and enrolled by two tasks. The deployment and the audit chain are held
# meanwhile, for about a tenth of a second: alerts and an emergency stop wait no longer behind an
# import.
AT_ONCE = 2 * ENROLLED_TOGETHER
WORKED_ON = (ImportStatus.RECEIVED, ImportStatus.CHECKING, ImportStatus.IMPORTING)


def receive(
    deployment: Deployment,
    *,
    sheet: EncryptedUpload,
    archive: EncryptedUpload | None = None,
    images: Iterable[EncryptedUpload] = (),
    by: User,
) -> WatchlistImport:
    """Keep what was uploaded, and have it checked."""
    with transaction.atomic():
        locked = lock(deployment.pk)
        if not permissions.can_manage_watchlist(by, locked):
            raise Refused("Only a watchlist manager imports a watchlist, under an authority.")
        if locked.imports.filter(status__in=ACTIVE).exists():
            raise Refused("An import is under way already: finish or discard it first.")
        made = WatchlistImport.objects.create(deployment=locked, by=by)
        import_files.keep(made, sheet, kind=UploadKind.SHEET)
        if archive is not None:
            import_files.keep(made, archive, kind=UploadKind.ARCHIVE)
        for image in images:
            import_files.keep(made, image, kind=UploadKind.IMAGE)
        _record("watchlist.import_received", made, by=by)
        transaction.on_commit(lambda: send_import(made.pk), robust=True)
    return made


def confirm(of: WatchlistImport, *, by: User) -> None:
    with transaction.atomic():
        held = _decided_by(of, by)
        if not held.rows.filter(outcome=RowOutcome.READY).exists():
            raise Refused("No row of this sheet can be added: discard it and correct the sheet.")
        held.status, held.confirmed_at = ImportStatus.IMPORTING, timezone.now()
        held.by, held.lease_until = by, None
        held.save(update_fields=["status", "confirmed_at", "by", "lease_until"])
        _record("watchlist.import_confirmed", held, by=by, details=counts_of(held))
        transaction.on_commit(lambda: send_import(held.pk), robust=True)


def discard(of: WatchlistImport, *, by: User) -> None:
    """Everything that was uploaded goes at once, while faces are still compared too."""
    with transaction.atomic():
        held = _decided_by(of, by, until=(ImportStatus.COMPARING, ImportStatus.CHECKED))
        held.status, held.finished_at = ImportStatus.DISCARDED, timezone.now()
        held.save(update_fields=["status", "finished_at"])
        import_files.erase_files(held, ground="What was uploaded was discarded")
        import_files.erase_rows(held)
        _record("watchlist.import_discarded", held, by=by, kind=AuditKind.ERASURE)


def forget_refused(of: WatchlistImport, *, by: User) -> None:
    """The rows that were refused are corrected elsewhere, and go here."""
    with transaction.atomic():
        deployment = lock(of.deployment_id)
        if not permissions.can_manage_watchlist(by, deployment) or of.is_active:
            raise Refused("Only a watchlist manager does this, once the import is done.")
        import_files.erase_rows(of)
        _record("watchlist.import_rows_erased", of, by=by, kind=AuditKind.ERASURE)


def work_on(import_id: int, *, seconds: float = SLICE_S) -> bool:
    """One slice. Returns whether there is more to do; delivered twice, the second finds the lease
    taken and does nothing."""
    of = _leased(import_id)
    if of is None:
        return False
    try:
        _STEPS[ImportStatus(of.status)](of, monotonic() + seconds)
    except BadImport as fault:
        mark_unusable(of, str(fault))
    except Unreadable as fault:
        mark_unusable(of, f"The files cannot be read: {fault}.")
    finally:
        WatchlistImport.objects.filter(pk=of.pk).update(lease_until=None)
    of.refresh_from_db()
    return of.status in WORKED_ON


def abandoned() -> list[int]:
    """Imports that nobody works on: their worker was killed, or their message was lost."""
    free = Q(lease_until=None) | Q(lease_until__lt=timezone.now())
    return list(
        WatchlistImport.objects.filter(free, status__in=WORKED_ON).values_list("pk", flat=True)
    )


def _leased(import_id: int) -> WatchlistImport | None:
    now = timezone.now()
    free = Q(lease_until=None) | Q(lease_until__lt=now)
    won = WatchlistImport.objects.filter(free, pk=import_id, status__in=WORKED_ON).update(
        lease_until=now + LEASE
    )
    if not won:
        return None
    return WatchlistImport.objects.select_related("deployment", "by").get(pk=import_id)


def _read(of: WatchlistImport, _: float) -> None:
    """All rows of the sheet, or none: it is read in one piece."""
    key = image_store.data_key(of.deployment)
    with (
        transaction.atomic(),
        import_files.opened_sheet(of) as (sheet, size),
        closing(read_rows(sheet, size=size)) as lines,
    ):
        count = 0
        while batch := list(islice(lines, BATCH)):
            _store_new(import_files.seal_row(of, line, values, key=key) for line, values in batch)
            count += len(batch)
        of.status, of.row_count = ImportStatus.CHECKING, count
        of.save(update_fields=["status", "row_count"])


def _check(of: WatchlistImport, until: float) -> None:
    with import_files.opened_images(of) as images:
        check = RowCheck(of, images)
        while batch := _next(of, RowOutcome.UNCHECKED, count=TOGETHER):
            _store(list(check.findings(batch)))
            if monotonic() >= until:
                return
    with transaction.atomic():
        if of.rows.filter(outcome=RowOutcome.READY).exists():
            # This process has no models: a recognition worker looks at the faces.
            of.status = ImportStatus.COMPARING
            transaction.on_commit(lambda: send_import_faces(of.pk), robust=True)
        else:
            of.status, of.checked_at = ImportStatus.CHECKED, timezone.now()
        of.save(update_fields=["status", "checked_at"])


def _next(of: WatchlistImport, outcome: RowOutcome, *, count: int) -> list[ImportRow]:
    """Rows are read some at a time; what became of each is stored before the next are read."""
    return list(of.rows.filter(outcome=outcome).order_by("line")[:count])


def _store_new(rows: Iterable[ImportRow]) -> None:
    """Copied: tens of thousands of rows are what an INSERT is slow at."""
    columns = ("watchlist_import_id", "line", "outcome", "reason", "sealed", "reference_digest")
    into = f"COPY deployments_importrow ({', '.join(columns)}) FROM STDIN"
    with connection.cursor() as cursor, cursor.copy(into) as copy:
        for row in rows:
            copy.write_row([getattr(row, name) for name in columns])


def _store(findings: list[Finding]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE deployments_importrow AS row SET outcome = found.outcome,"
            " reason = found.reason, image_digest = found.digest"
            " FROM unnest(%s::bigint[], %s::text[], %s::text[], %s::bytea[])"
            " AS found (id, outcome, reason, digest) WHERE row.id = found.id",
            [
                [found.row_id for found in findings],
                [found.outcome.value for found in findings],
                [found.reason[:500] for found in findings],
                [found.image_digest for found in findings],
            ],
        )


def _import(of: WatchlistImport, until: float) -> None:
    key = image_store.data_key(of.deployment)
    with import_files.opened_images(of) as images:
        form = RowForm(of.deployment)
        while batch := _next(of, RowOutcome.READY, count=AT_ONCE):
            sound = list(_sound(of, batch, images, form=form, key=key))
            try:
                _add(of, sound)
            except Refused:
                for row, new in sound:
                    _add_alone(of, row, new)
            if monotonic() >= until:
                return
    with transaction.atomic():
        of.status, of.finished_at = ImportStatus.DONE, timezone.now()
        of.save(update_fields=["status", "finished_at"])
        import_files.erase_files(of, ground="What was uploaded is imported")
        counts = counts_of(of)
        details = {"added": counts[RowOutcome.ADDED], "refused": counts[RowOutcome.REFUSED]}
        _record("watchlist.imported", of, by=of.by, details=details)


def _sound(
    of: WatchlistImport, rows: list[ImportRow], images: Images, *, form: RowForm, key: bytes
) -> Iterator[tuple[ImportRow, NewEntry]]:
    for row in rows:
        values = import_files.values_of(row, of=of, key=key)
        try:
            new = form.new_entry(values, images.read(values["image"]))
        except UnusableMember as reason:
            new = str(reason)
        if isinstance(new, str):
            _refuse(row, new)
        else:
            face = None if row.sealed_face is None else bytes(row.sealed_face)
            yield row, replace(new, sealed_face=face)


def _add(of: WatchlistImport, sound: list[tuple[ImportRow, NewEntry]]) -> None:
    """The entries and their rows' new state in one transaction: never one without the other."""
    with transaction.atomic():
        add_entries(of.deployment, [new for _, new in sound], by=of.by)
        rows = ImportRow.objects.filter(pk__in=[row.pk for row, _ in sound])
        added = rows.filter(outcome=RowOutcome.READY).update(
            outcome=RowOutcome.ADDED, sealed=b"", **NOTHING_SEEN
        )
        if added != len(sound):
            raise Refused("Another worker added this row.")


def _add_alone(of: WatchlistImport, row: ImportRow, new: NewEntry) -> None:
    """Where one of several is refused, the others are not."""
    try:
        _add(of, [(row, new)])
    except Refused as reason:
        _refuse(row, str(reason))


def _refuse(row: ImportRow, reason: str) -> None:
    """Not where another worker, once the lease was lost, has added it."""
    ImportRow.objects.filter(pk=row.pk, outcome=RowOutcome.READY).update(
        outcome=RowOutcome.REFUSED, reason=reason[:500], sealed_face=None
    )


_STEPS: dict[ImportStatus, Callable[[WatchlistImport, float], None]] = {
    ImportStatus.RECEIVED: _read,
    ImportStatus.CHECKING: _check,
    ImportStatus.IMPORTING: _import,
}


def mark_unusable(of: WatchlistImport, words: str) -> None:
    """The import as a whole: what was added stays, everything else goes."""
    log.warning("import_unusable", watchlist_import=of.pk)
    with transaction.atomic():
        of.status, of.fault, of.finished_at = ImportStatus.UNUSABLE, words[:300], timezone.now()
        of.save(update_fields=["status", "fault", "finished_at"])
        import_files.erase_files(of, ground="What was uploaded is of no use")
        import_files.erase_rows(of)
        _record("watchlist.import_unusable", of, by=None, reason=words)


def _decided_by(
    of: WatchlistImport,
    by: User,
    *,
    until: tuple[ImportStatus, ...] = (ImportStatus.CHECKED,),
) -> WatchlistImport:
    deployment = lock(of.deployment_id)
    if not permissions.can_manage_watchlist(by, deployment):
        raise Refused("Only a watchlist manager decides this, while the authority stands.")
    held = lock_import(of.pk)
    if held.status not in until:
        raise Refused(f"This import does not wait for a decision: {held.get_status_display()}.")
    return held


def _record(
    action: str,
    of: WatchlistImport,
    *,
    by: User | None,
    kind: AuditKind = AuditKind.COLLECTION,
    reason: str = "",
    details: dict[str, int] | None = None,
) -> None:
    audit.record(
        action,
        kind=kind,
        by=by,
        deployment=of.deployment,
        subject=f"import {of.pk}",
        reason=reason,
        details=details,
    )
