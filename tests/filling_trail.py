"""Very many audit events, chained as the database would have chained them, in seconds."""

import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from django.db import connection
from django.utils import timezone

from deployments.audit_verifier import GENESIS, chain_hash, content_of
from deployments.models import AuditEvent
from tests.tampering import triggers_disabled

KINDS = ("decision", "consultation", "collection", "access", "erasure", "alteration")
ACTORS = ("alice", "bob", "system", "watchlist_manager", "authorising_officer")
COLUMNS = (
    "sequence, at, kind, action, actor, deployment_id, subject, reason, details,"
    " previous_hash, hash"
)


def fill(
    count: int,
    *,
    deployments: Sequence[int] = (),
    start: datetime | None = None,
    step: timedelta = timedelta(minutes=1),
) -> None:
    """Append as the table's owner: a year of them before now, unless told otherwise."""
    last = AuditEvent.objects.order_by("-sequence").first()
    number, head = (last.sequence, last.hash) if last else (0, GENESIS)
    at = start or timezone.now() - min(timedelta(days=365), step * count)
    with (
        triggers_disabled("deployments_auditevent"),
        connection.cursor() as cursor,
        cursor.copy(f"COPY deployments_auditevent ({COLUMNS}) FROM STDIN") as copy,
    ):
        for each in range(count):
            number += 1
            moment = (at + step * each).astimezone(UTC)
            kind, actor = KINDS[each % 6], ACTORS[each % 5]
            action, subject = f"test.{each % 40}", f"alert {each % 9973}"
            deployment = str(deployments[each % len(deployments)]) if deployments else ""
            reason = "Judging the alert." if kind == "consultation" else ""
            details = f'{{"digest": "{hashlib.sha256(str(each).encode()).hexdigest()[:16]}"}}'
            written = moment.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
            fields = (written, kind, action, actor, deployment, subject, reason, details)
            own = chain_hash(head, number, content_of(fields))
            values = (moment, kind, action, actor, deployment or None, subject, reason, details)
            copy.write_row((number, *values, head, own))
            head = own
