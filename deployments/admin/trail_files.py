"""What leaves the trail as a file: each taking is a disclosure, recorded before the first byte."""

import csv
import io
from collections.abc import AsyncIterator, Callable, Iterable, Iterator

from asgiref.sync import sync_to_async
from django.core.handlers.asgi import ASGIRequest
from django.http import HttpRequest, StreamingHttpResponse

from deployments import audit, audit_export, audit_search
from deployments.admin.access import person_of
from deployments.audit_export import pseudonym, trail_batches
from deployments.audit_search import Search
from deployments.csv_text import without_formula
from deployments.enums import AuditKind
from deployments.models import AuditEvent
from deployments.permissions import is_inspector

HEADER = (
    *("sequence", "at", "kind", "action", "actor", "deployment", "subject", "reason", "details"),
    *("previous_hash", "hash"),
)


def take_out(
    request: HttpRequest, search: Search, *, reason: str, to: str
) -> StreamingHttpResponse:
    """The events of a search as a sheet."""
    withheld = _is_withheld(request)
    until = _record(request, what="search", reason=reason, to=to, search=search)
    rows = audit_search.batches(search, until=until)
    chunks = (_csv(map(_cells(withheld=withheld), batch)) for batch in rows)
    header = "\ufeff" + _csv([HEADER])
    return _file(request, [header], chunks, name="audit-trail.csv", kind="text/csv")


def take_out_whole(request: HttpRequest, *, reason: str, to: str) -> StreamingHttpResponse:
    """The whole trail, to be verified elsewhere."""
    until = _record(request, what="whole-trail", reason=reason, to=to)
    chunks = trail_batches(withheld=_is_withheld(request), until=until)
    kind = "application/x-ndjson"
    return _file(request, [], chunks, name="audit-trail.jsonl", kind=kind)


def _record(
    request: HttpRequest, *, what: str, reason: str, to: str, search: Search | None = None
) -> int:
    """The number of the disclosure's own event, with which a whole trail ends."""
    filters = {}
    if search is not None:
        given: dict[str, object] = {
            "kind": search.kind,
            "action": search.action,
            "since": search.since,
            "until": search.until,
            # What was typed may be anybody's name.
            "by_actor": bool(search.actor),
            "by_subject": bool(search.subject),
        }
        filters = {name: value for name, value in given.items() if value}
    audit.record(
        "audit.exported",
        kind=AuditKind.DISCLOSURE,
        by=person_of(request),
        deployment=search.deployment if search else None,
        reason=audit_export.reason_of(reason, to=to),
        details={"what": what, "withheld": _is_withheld(request), **filters},
    )
    return AuditEvent.objects.latest("sequence").sequence


def _is_withheld(request: HttpRequest) -> bool:
    person = person_of(request)
    return person is None or is_inspector(person)


def _cells(*, withheld: bool) -> Callable[[AuditEvent], list[str]]:
    def cells(event: AuditEvent) -> list[str]:
        return [
            str(event.sequence),
            event.at.isoformat(),
            event.kind,
            event.action,
            pseudonym(event.actor) if withheld else event.actor,
            audit_export.deployment_of(event, withheld=withheld),
            event.subject,
            "" if withheld else event.reason,
            event.details,
            event.previous_hash,
            event.hash,
        ]

    return cells


def _csv(rows: Iterable[Iterable[str]]) -> str:
    text = io.StringIO(newline="")
    csv.writer(text).writerows([without_formula(value) for value in row] for row in rows)
    return text.getvalue()


def _file(
    request: HttpRequest, first: Iterable[str], rest: Iterator[str], *, name: str, kind: str
) -> StreamingHttpResponse:
    def chunks() -> Iterator[str]:
        yield from first
        yield from rest

    # Under ASGI Django would first collect all that a plain iterator gives.
    body = _awaited(chunks()) if isinstance(request, ASGIRequest) else chunks()
    return StreamingHttpResponse(
        body,
        content_type=f"{kind}; charset=utf-8",
        headers={
            "Content-Disposition": f'attachment; filename="{name}"',
            "Cache-Control": "no-store",
        },
    )


async def _awaited(chunks: Iterator[str]) -> AsyncIterator[str]:
    def following() -> str | None:
        return next(chunks, None)

    while (chunk := await sync_to_async(following)()) is not None:
        yield chunk
