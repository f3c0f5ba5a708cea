"""Reading the trail page by page, as fast at its five-millionth event as at its first.

A page is read on from one event, along one index, never by counting rows or skipping them."""

from collections.abc import Iterator
from dataclasses import dataclass, fields
from datetime import datetime

from django.db import connection
from django.db.models import QuerySet

from deployments.models import AuditEvent, Deployment

PAGE_SIZE = 50
BATCH = 2000

# Each different action by one step along the index: a DISTINCT would read it all.
_ACTIONS = """
WITH RECURSIVE found(action) AS (
    (SELECT action FROM deployments_auditevent ORDER BY action LIMIT 1)
    UNION ALL
    SELECT (SELECT action FROM deployments_auditevent WHERE action > found.action
            ORDER BY action LIMIT 1)
    FROM found WHERE found.action IS NOT NULL
)
SELECT action FROM found WHERE action IS NOT NULL
"""


@dataclass(frozen=True, slots=True)
class Search:
    since: datetime | None = None
    until: datetime | None = None
    kind: str | None = None
    action: str | None = None
    actor: str | None = None
    deployment: Deployment | None = None
    subject: str | None = None

    @property
    def events(self) -> QuerySet[AuditEvent]:
        given = {each.name: getattr(self, each.name) for each in fields(self)}
        equal = {
            name: value
            for name, value in given.items()
            if value is not None and name not in {"since", "until"}
        }
        found = AuditEvent.objects.filter(**equal)
        if self.since is not None:
            found = found.filter(at__gte=self.since)
        return found if self.until is None else found.filter(at__lt=self.until)


@dataclass(frozen=True, slots=True)
class Page:
    """`newer` and `older` are the events to read on from; None where there is nothing."""

    events: list[AuditEvent]
    newer: int | None
    older: int | None


def page(search: Search, *, before: int = 0, after: int = 0, from_end: bool = False) -> Page:
    """Newest first: those before an event, those after it, or the oldest."""
    rows = search.events.select_related("deployment")
    is_backwards = bool(after) or from_end
    start = AuditEvent.objects.filter(sequence=after or before).first()
    if start is not None:
        rows = _beyond(rows, start, newer=is_backwards)
    order = ("at", "sequence") if is_backwards else ("-at", "-sequence")
    found = list(rows.order_by(*order)[: PAGE_SIZE + 1])
    has_more, found = len(found) > PAGE_SIZE, found[:PAGE_SIZE]
    if is_backwards:
        found.reverse()
    is_at_start = not is_backwards and start is None
    has_newer = has_more if is_backwards else not is_at_start
    has_older = (start is not None) if is_backwards else has_more
    return Page(
        found,
        newer=found[0].sequence if found and has_newer else None,
        older=found[-1].sequence if found and has_older else None,
    )


def batches(search: Search, *, until: int) -> Iterator[list[AuditEvent]]:
    """All of them in the order they were written, some at a time, up to an event: what is written
    meanwhile stays out."""
    rows = search.events.filter(sequence__lte=until).select_related("deployment")
    start: AuditEvent | None = None
    while True:
        on = rows if start is None else _beyond(rows, start, newer=True)
        found = list(on.order_by("at", "sequence")[:BATCH])
        if not found:
            return
        yield found
        start = found[-1]


def actions() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(_ACTIONS)
        return [row[0] for row in cursor.fetchall()]


def _beyond(rows: QuerySet[AuditEvent], start: AuditEvent, *, newer: bool) -> QuerySet[AuditEvent]:
    if newer:
        return rows.filter(at__gte=start.at).exclude(at=start.at, sequence__lte=start.sequence)
    return rows.filter(at__lte=start.at).exclude(at=start.at, sequence__gte=start.sequence)
