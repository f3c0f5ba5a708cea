"""Writing the audit trail. `audit_verification` reads it back."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from django.db import connection

from deployments.enums import AuditKind
from deployments.models import Deployment, User

SYSTEM = "system"

# Not through the model: every transition waits for it, and what the database does takes a quarter
# of what the model's own way to it does. The chain's columns are the database's.
INSERT_SQL = """
    INSERT INTO deployments_auditevent
        (kind, action, actor, deployment_id, reason, subject, details)
    SELECT %(kind)s, %(action)s, %(actor)s, %(deployment)s, %(reason)s, thing.subject, thing.details
    FROM unnest(%(subjects)s::text[], %(details)s::text[])
        WITH ORDINALITY AS thing (subject, details, place)
    ORDER BY thing.place
"""


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
    things = list(events)
    parameters = {
        "kind": kind,
        "action": action,
        "actor": by.get_username() if by else SYSTEM,
        "deployment": None if deployment is None else deployment.pk,
        "reason": reason,
        "subjects": ["" if thing.subject is None else str(thing.subject) for thing in things],
        "details": [json.dumps(each.details, sort_keys=True, default=_code) for each in things],
    }
    with connection.cursor() as cursor:
        cursor.execute(INSERT_SQL, parameters)


def _code(value: object) -> str:
    return value.isoformat() if isinstance(value, date) else str(value)
