"""Writing and verifying the audit trail."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC

from deployments.enums import AuditKind
from deployments.models import AuditEvent, Deployment, User

SYSTEM = "system"
GENESIS = "0" * 64


def record(
    action: str,
    *,
    kind: AuditKind,
    by: User | None,
    deployment: Deployment | None = None,
    subject: object = None,
    reason: str = "",
    details: Mapping[str, object] | None = None,
) -> None:
    """Append one event, inside the caller's transaction: what happened and its proof stand or
    fall together. `details` must hold nothing personal. `by=None` is the system itself."""
    event = Event(subject, details or {})
    record_each(action, [event], kind=kind, by=by, deployment=deployment, reason=reason)


@dataclass(frozen=True, slots=True)
class Event:
    """What differs between things that are done together."""

    subject: object
    details: Mapping[str, object]


def record_each(
    action: str,
    events: Iterable[Event],
    *,
    kind: AuditKind,
    by: User | None,
    deployment: Deployment | None = None,
    reason: str = "",
) -> None:
    """One event for each, in their order: the chain is held once for all of them."""
    AuditEvent.objects.bulk_create(
        AuditEvent(
            kind=kind,
            action=action,
            actor=by.get_username() if by else SYSTEM,
            deployment=deployment,
            subject="" if event.subject is None else str(event.subject),
            reason=reason,
            details=json.dumps(event.details, sort_keys=True, default=str),
        )
        for event in events
    )


def row_hash(event: AuditEvent) -> str:
    """The hash that the database must have stored for this row (see models.audit)."""
    at = event.at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    fields = (
        event.previous_hash,
        str(event.sequence),
        at,
        event.kind,
        event.action,
        event.actor,
        str(event.deployment_id or ""),
        event.subject,
        event.reason,
        event.details,
    )
    digests = b"".join(hashlib.sha256(field.encode()).digest() for field in fields)
    return hashlib.sha256(digests).hexdigest()


@dataclass(frozen=True, slots=True)
class Verification:
    """`count` rows read, the `head` hash, and the first fault in words, if any."""

    count: int
    head: str
    fault: str = ""

    @property
    def is_sound(self) -> bool:
        return not self.fault


def verify(events: Iterable[AuditEvent] | None = None) -> Verification:
    """Walk the chain from its first row and stop at the first row that does not fit."""
    if events is None:
        events = AuditEvent.objects.order_by("sequence").iterator(chunk_size=5000)
    head, count = GENESIS, 0
    for event in events:
        expected = count + 1
        if event.sequence != expected:
            return Verification(count, head, f"event {expected} is missing or out of order")
        if event.previous_hash != head:
            return Verification(count, head, f"event {expected} does not follow the one before it")
        if event.hash != row_hash(event):
            return Verification(count, head, f"event {expected} was changed")
        head, count = event.hash, expected
    return Verification(count, head)
