"""The ledger of what was erased: due, done, how much, of which kind and why; nothing personal.

Every erasure is written here with its audit event in the transaction that makes it, so that the
two can be held against each other and against what is still there."""

from datetime import datetime

from django.db import connection
from django.utils import timezone

from deployments import audit
from deployments.enums import AuditKind
from deployments.models import Deployment, ErasureRecord

ACTION = "retention.erased"


def record(
    kind: str,
    *,
    count: int,
    ground: str,
    deployment: Deployment | None,
    due_at: datetime | None = None,
) -> None:
    """Write down what this transaction erases; nothing for nothing. Without `due_at` it was asked
    for just now, by a withdrawal for instance."""
    if not count:
        return
    # What the erasure leaves to be checked at the commit is checked now: the audit trail has one
    # writer at a time, and nobody is to wait for it longer than a row takes.
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
    now = timezone.now()
    due_at = due_at or now
    ErasureRecord.objects.create(
        deployment=deployment, kind=kind, ground=ground, count=count, due_at=due_at, done_at=now
    )
    audit.record(
        ACTION,
        kind=AuditKind.ERASURE,
        by=None,
        deployment=deployment,
        reason=ground,
        details={"kind": kind, "count": count, "due": due_at.isoformat()},
    )
