"""Signed checkpoints of the audit trail: the one thing that whoever owns the database cannot make.

A checkpoint is never signed over a trail that does not follow from the one before it, so that
nobody is helped to cover up. Its file is meant to be copied off the host: what lies there shows a
trail that was cut off or computed anew in the database."""

from collections.abc import Iterator
from datetime import UTC
from pathlib import Path

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from deployments import audit_rows, signing
from deployments.audit_verifier import Checkpoint, Walk, believed
from deployments.models import AuditCheckpoint, AuditEvent

CHECKPOINT_LOCK = 0x4C4653  # one maker at a time; nobody who writes events waits for it


class Broken(Exception):
    """The trail does not follow from the newest checkpoint: the faults, in words."""


def make() -> AuditCheckpoint | None:
    """Sign where the trail stands; None where nothing happened since the last one. Raises Broken,
    and ImproperlyConfigured without a key."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [CHECKPOINT_LOCK])
        before = _newest()
        head = AuditEvent.objects.order_by("-sequence").first()
        if head is None and before is None:
            return None
        walk = _since(before, until=head.sequence if head else 0)
        if walk.faults:
            raise Broken("; ".join(walk.faults))
        if before is not None and walk.last == before.sequence:
            _restore_file(before)
            return None
        made = _signed(walk)
        made.save(force_insert=True)
        transaction.on_commit(lambda: _write(made.file_name, made.text))
    return made


def files() -> list[Path]:
    """In the order of the events."""
    return sorted(settings.AUDIT_CHECKPOINTS.glob("audit-*.txt"))


def texts() -> Iterator[tuple[str, str]]:
    """All that lie in the folder and in the database, by where they lie; each text once."""
    known = set()
    for path in files():
        text = path.read_text(errors="replace")
        known.add(text)
        yield path.name, text
    for sequence, text in AuditCheckpoint.objects.values_list("sequence", "text").iterator():
        if text not in known:
            yield f"at event {sequence} in the database", text


def removed() -> list[str]:
    """Checkpoints whose file is there and whose row is gone, in words."""
    rows = set(AuditCheckpoint.objects.values_list("text", flat=True).iterator())
    return [
        f"checkpoint {path.name} was removed from the database"
        for path in files()
        if path.read_text(errors="replace") not in rows
    ]


def _newest() -> Checkpoint | None:
    """By what was signed, whichever of the two places still has it."""
    row, paths = AuditCheckpoint.objects.first(), files()
    found = [("in the database", row.text)] if row else []
    found += [(paths[-1].name, paths[-1].read_text(errors="replace"))] if paths else []
    good, faults = believed(found, check=signing.verify)
    if faults:
        raise Broken("; ".join(faults))
    return max(good, key=lambda point: point.sequence, default=None)


def _since(before: Checkpoint | None, *, until: int) -> Walk:
    """From the row that the newest checkpoint names: it must be there, as it was."""
    if before is None:
        return Walk().over(audit_rows.rows(until=until))
    row = AuditEvent.objects.filter(sequence=before.sequence).values_list("hash", flat=True).first()
    if row != before.head:
        words = f"event {before.sequence} is not the one that the checkpoint of {before.at} names"
        raise Broken(words)
    walk = Walk(last=before.sequence, written=before.sequence, head=before.head)
    return walk.over(audit_rows.rows(after=before.sequence, until=until))


def _signed(walk: Walk) -> AuditCheckpoint:
    now = timezone.now()
    facts = Checkpoint(
        sequence=walk.last,
        count=walk.last,
        head=walk.head,
        at=now.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
        force=" ".join(settings.FORCE_NAME.split()),
        key=signing.fingerprint(),
    )
    parts = {name: getattr(facts, name) for name in Checkpoint.__slots__ if name != "signature"}
    whole = Checkpoint(**parts, signature=signing.sign(facts.signed))
    return AuditCheckpoint(sequence=whole.sequence, at=now, head=whole.head, text=whole.text)


def _restore_file(point: Checkpoint) -> None:
    """A crash between the commit and the file, or a folder that was lost."""
    row = AuditCheckpoint(sequence=point.sequence)
    if not (settings.AUDIT_CHECKPOINTS / row.file_name).exists():
        _write(row.file_name, point.text)


def _write(name: str, text: str) -> None:
    """Whole or not at all, and readable by whoever copies it away: it holds no secret."""
    folder: Path = settings.AUDIT_CHECKPOINTS
    folder.mkdir(parents=True, exist_ok=True)
    partial = folder / f".{name}.part"
    partial.write_text(text)
    partial.replace(folder / name)
