"""The last part of a dry run: the face in each image that could be added is looked at, measured,
and compared with those of the lines above it and of the list.

A recognition worker does it, under a lease that it renews with each piece. What it found of a face
is sealed and stored with the row, so that whoever follows a worker that was killed goes on from
there, and the entry is enrolled without another look."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import timedelta

from django.db import connection, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from deployments.entry_rules import TAKES_ENTRIES
from deployments.enums import ImportStatus, RowOutcome
from deployments.models import ImportRow, WatchlistImport
from deployments.watchlist import Measure

# Many times what a busy worker needs for one piece: one that lost its lease begins anew.
LEASE = timedelta(seconds=120)


@dataclass(frozen=True, slots=True)
class Looked:
    """What was seen of one row: `reason` says in words why its face cannot be used, or is empty."""

    row_id: int
    reason: str = ""
    quality: Sequence[Measure] = ()
    alike_line: int | None = None
    alike_entry: int | None = None
    sealed_face: bytes | None = None


# As in a row that was not looked at.
NOTHING_SEEN = {
    "image_quality": None,
    "alike_line": None,
    "alike_entry": None,
    "sealed_face": None,
}


class LeaseLost(Exception):
    """The import was discarded, its deployment is over, or another worker took it over."""


def abandoned() -> list[int]:
    return list(_free().values_list("pk", flat=True))


def take(import_id: int) -> WatchlistImport | None:
    """Begin, or go on. None where there is nothing to do, or somebody does it."""
    if not _free().filter(pk=import_id).update(lease_until=timezone.now() + LEASE):
        return None
    return WatchlistImport.objects.select_related("deployment", "by").get(pk=import_id)


def looked_at(of: WatchlistImport) -> Iterator[ImportRow]:
    """The usable ones of a worker that was killed, in the order of the sheet."""
    rows = of.rows.filter(outcome=RowOutcome.READY, is_looked_at=True)
    return rows.order_by("line").iterator(chunk_size=500)


def begin_anew(of: WatchlistImport) -> None:
    with transaction.atomic():
        _renew(of)
        rows = of.rows.filter(outcome=RowOutcome.READY, is_looked_at=True)
        rows.update(is_looked_at=False, **NOTHING_SEEN)


def rows_of(of: WatchlistImport, *, together: int) -> Iterator[list[ImportRow]]:
    """Those whose image was found good by its header, not looked at yet, in the order of the
    sheet."""
    after = 0
    rows = of.rows.filter(outcome=RowOutcome.READY, is_looked_at=False).order_by("line")
    while some := list(rows.filter(line__gt=after)[:together]):
        yield some
        after = some[-1].line


def store(of: WatchlistImport, looked: Sequence[Looked]) -> None:
    """Raises LeaseLost, and stores nothing, where the import is no longer this worker's."""
    with transaction.atomic():
        _renew(of)
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE deployments_importrow AS row SET is_looked_at = true,"
                " outcome = CASE WHEN found.reason = '' THEN row.outcome ELSE 'refused' END,"
                " reason = found.reason, image_quality = found.quality,"
                " alike_line = found.line, alike_entry = found.entry, sealed_face = found.face"
                " FROM unnest(%s::bigint[], %s::text[], %s::jsonb[], %s::int[], %s::bigint[],"
                " %s::bytea[]) AS found (id, reason, quality, line, entry, face)"
                " WHERE row.id = found.id AND row.outcome = 'ready'",
                [
                    [each.row_id for each in looked],
                    [each.reason[:500] for each in looked],
                    [json.dumps([asdict(measure) for measure in each.quality]) for each in looked],
                    [each.alike_line for each in looked],
                    [each.alike_entry for each in looked],
                    [each.sealed_face for each in looked],
                ],
            )


def finish(of: WatchlistImport) -> None:
    """Somebody decides next. Refused by the database while a face was not looked at."""
    with transaction.atomic():
        _renew(of)
        WatchlistImport.objects.filter(pk=of.pk).update(
            status=ImportStatus.CHECKED, checked_at=timezone.now(), lease_until=None
        )


def _free() -> QuerySet[WatchlistImport]:
    free = Q(lease_until=None) | Q(lease_until__lt=timezone.now())
    return WatchlistImport.objects.filter(
        free, status=ImportStatus.COMPARING, deployment__status__in=TAKES_ENTRIES
    )


def _renew(of: WatchlistImport) -> None:
    """The lease says whose the import is: who took it over wrote another time."""
    until = timezone.now() + LEASE
    held = WatchlistImport.objects.filter(
        pk=of.pk,
        status=ImportStatus.COMPARING,
        lease_until=of.lease_until,
        deployment__status__in=TAKES_ENTRIES,
    )
    if not held.update(lease_until=until):
        raise LeaseLost
    of.lease_until = until
