"""What an intruder with the owner's password could do, to see that it is noticed."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import DatabaseError, connection, transaction

from deployments.enums import Status
from deployments.models import Deployment


@contextmanager
def triggers_disabled(table: str) -> Iterator[None]:
    with connection.cursor() as cursor:
        # Deferred checks that wait in this transaction forbid to alter the table.
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        try:
            with transaction.atomic():
                yield
        finally:
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
            cursor.execute("SET CONSTRAINTS ALL DEFERRED")


def force_status(deployment: Deployment, status: Status) -> Deployment:
    """Put a deployment into a state that no legal way led to."""
    with triggers_disabled("deployments_deployment"):
        Deployment.objects.filter(pk=deployment.pk).update(status=status)
    deployment.refresh_from_db()
    return deployment


def settle() -> None:
    """Run the deferred checks that wait in this transaction, as its commit would."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


def run_sql(sql: str, *parameters: Any) -> int:
    """Execute in a savepoint, deferred checks included; returns the count of rows."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        count: int = cursor.rowcount
        settle()
    return count


def refusal_of(sql: str, *parameters: Any) -> str:
    """What the database says against it, or an empty text when it lets it pass."""
    try:
        run_sql(sql, *parameters)
    except DatabaseError as error:
        return str(error)
    return ""
