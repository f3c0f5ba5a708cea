"""Writing the audit trail. `audit_verification` reads it back."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from deployments.enums import AuditKind
from deployments.models import AuditEvent, Deployment, User

SYSTEM = "system"


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
    fall together. `details` hold codes and numbers: the database refuses words, because inspectors
    from outside the force read them. `by=None` is the system itself."""
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
            details=json.dumps(event.details, sort_keys=True, default=_code),
        )
        for event in events
    )


def _code(value: object) -> str:
    return value.isoformat() if isinstance(value, date) else str(value)
