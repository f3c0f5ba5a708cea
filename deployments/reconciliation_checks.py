"""What this app holds, in each of the places that must agree about it."""

from collections.abc import Iterator
from datetime import datetime

from django.db import connection
from django.db.models import Exists, OuterRef, Q

from deployments import erasure_ledger, file_places, overdue, reconciliation, spent_keys
from deployments.encryption import Unreadable
from deployments.enums import Status
from deployments.key_providers import WRONG_KEY, unwrap
from deployments.models import Deployment, DeploymentKey, StoredImage
from deployments.reconciliation import Finding


def register_all() -> None:
    for check in (
        files_without_rows,
        rows_without_files,
        unknown_folders,
        keys_without_anything_to_open,
        keys_that_do_not_open,
        images_without_key,
        closed_with_something_left,
        overdue_kinds,
        ledger_against_audit,
        ledger_against_watchlists,
    ):
        reconciliation.register(check)


def files_without_rows(at: datetime) -> Iterator[Finding]:
    for place in file_places.all_places():
        count = len(place.strays(now=at.timestamp()))
        yield Finding(
            "file_without_row",
            f"{place.name}: files that no row of the database knows: {count}. The general "
            "worker removes what it has seen so for ten minutes, uploads for six hours.",
            count,
        )


def rows_without_files(_: datetime) -> Iterator[Finding]:
    for place in file_places.all_places():
        count = len(place.missing())
        yield Finding(
            "row_without_file",
            f"{place.name}: rows whose file is gone: {count}. Restore the files from a backup, or "
            "withdraw what they belong to.",
            count,
        )


def unknown_folders(_: datetime) -> Iterator[Finding]:
    count = len(file_places.unknown_folders())
    yield Finding(
        "unknown_in_file_store",
        f"Files or folders in the file store that no retention rule covers: {count}. See who put "
        "them there, and remove them.",
        count,
    )


def keys_without_anything_to_open(at: datetime) -> Iterator[Finding]:
    count = sum(due.due_at <= at - overdue.GRACE for due in spent_keys.find())
    yield Finding(
        "key_without_anything_to_open",
        f"Keys of deployments that are over and have nothing left: {count}. The next purge "
        "destroys them.",
        count,
    )


def keys_that_do_not_open(_: datetime) -> Iterator[Finding]:
    count = 0
    for key in DeploymentKey.objects.select_related("deployment"):
        try:
            unwrap(bytes(key.wrapped), associated=str(key.deployment.uuid))
        except Unreadable:
            count += 1
    yield Finding("key_that_does_not_open", f"Keys of deployments, {count}: {WRONG_KEY}.", count)


def images_without_key(_: datetime) -> Iterator[Finding]:
    keys = DeploymentKey.objects.filter(deployment=OuterRef("deployment"))
    count = StoredImage.objects.filter(~Exists(keys)).count()
    yield Finding(
        "image_without_key",
        f"Images whose key is gone, unreadable for good: {count}. Their entries and alerts go by "
        "their own rules.",
        count,
    )


def closed_with_something_left(_: datetime) -> Iterator[Finding]:
    left = Q(entries__isnull=False) | Q(images__isnull=False) | Q(key__isnull=False)
    left |= Q(imports__isnull=False)
    closed = Deployment.objects.filter(left, status=Status.CLOSED)
    count = closed.values("pk").distinct().count()
    yield Finding(
        "erased_with_something_left",
        f"Closed as erased, with entries, images, uploads or a key still held: {count}. "
        "Tell the data protection officer.",
        count,
    )


def overdue_kinds(at: datetime) -> Iterator[Finding]:
    for due in overdue.beyond_grace(now=at):
        whose = f"deployment {due.deployment.uuid}" if due.deployment else "no deployment"
        yield Finding(
            "overdue",
            f"{due.rule.kind} of {whose}: {due.count}, due {due.due_at:%Y-%m-%d %H:%M:%S %Z}. "
            "Start the general worker and beat; its log names what fails.",
            due.count,
        )


AGAINST_AUDIT = """
    SELECT count(*) FROM (
        SELECT FROM (
            SELECT deployment_id, kind, count AS counted FROM deployments_erasurerecord
            UNION ALL
            SELECT deployment_id, details::json->>'kind', -(details::json->>'count')::bigint
            FROM deployments_auditevent WHERE action = %s
        ) AS said GROUP BY deployment_id, kind HAVING sum(counted) <> 0
    ) AS differ
"""


def ledger_against_audit(_: datetime) -> Iterator[Finding]:
    """Every row of the ledger has its event in the audit trail, and the other way."""
    count = _count(AGAINST_AUDIT, [erasure_ledger.ACTION])
    yield Finding(
        "ledger_differs_from_audit",
        f"{count} kinds of deployments whose erasures the ledger and the audit trail count "
        "differently. Keep the database as it is and run manage.py audit verify.",
        count,
    )


# Everybody who was searched for was an entry, which is still there or was erased.
AGAINST_WATCHLISTS = """
    WITH searched AS (
        SELECT deployment_id, count(DISTINCT reference) AS people
        FROM deployments_watchlistledger GROUP BY deployment_id
    ), erased AS (
        SELECT deployment_id, sum(count) AS people
        FROM deployments_erasurerecord WHERE kind = 'watchlist' GROUP BY deployment_id
    ), held AS (
        SELECT deployment_id, count(*) AS people
        FROM deployments_watchlistentry GROUP BY deployment_id
    )
    SELECT count(*) FROM searched LEFT JOIN erased USING (deployment_id)
        LEFT JOIN held USING (deployment_id)
    WHERE searched.people > COALESCE(erased.people, 0) + COALESCE(held.people, 0)
"""


def ledger_against_watchlists(_: datetime) -> Iterator[Finding]:
    count = _count(AGAINST_WATCHLISTS, [])
    yield Finding(
        "ledger_lacks_entries",
        f"{count} watchlists on which more people were than are there or were erased by the "
        "ledger. Keep the database as it is and tell the data protection officer.",
        count,
    )


def _count(sql: str, parameters: list[str]) -> int:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return int(cursor.fetchone()[0])
