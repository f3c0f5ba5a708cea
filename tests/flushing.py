"""Lets a committed test be flushed, which the tables that are kept for ever refuse."""

from collections.abc import Sequence
from typing import Any

from django.db import OperationalError, connection, transaction
from django.db.backends.postgresql.operations import DatabaseOperations
from psycopg.errors import DeadlockDetected

ATTEMPTS = 5

_TRIGGERED = """
    SELECT DISTINCT format('%I.%I', n.nspname, c.relname)
    FROM pg_trigger t
    JOIN pg_class c ON c.oid = t.tgrelid
    JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE NOT t.tgisinternal
"""
_PARTITIONS = """
    SELECT inhrelid::regclass::text FROM pg_inherits
    WHERE inhparent = 'recognition_template'::regclass
"""


def execute_sql_flush(operations: DatabaseOperations, sql_list: Sequence[str]) -> None:
    """Empty every table as the owner, with the triggers out of the way for that moment.

    Stands in for Django's method of the same name. Templates are in partitions that Django does
    not know. A web server that is still up may be writing: whoever of the two is chosen to give
    way in a deadlock, the tables are emptied.
    """
    for attempt in range(ATTEMPTS):
        try:
            _flush(sql_list)
        except OperationalError as error:
            if not isinstance(error.__cause__, DeadlockDetected) or attempt == ATTEMPTS - 1:
                raise
        else:
            return


def _flush(sql_list: Sequence[str]) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("RESET ROLE")
        cursor.execute(_TRIGGERED)
        tables = [row[0] for row in cursor.fetchall()]
        cursor.execute(_PARTITIONS)
        partitions = [row[0] for row in cursor.fetchall()]
        statements: list[Any] = [f"ALTER TABLE {table} DISABLE TRIGGER USER" for table in tables]
        statements += sql_list
        statements += [f"DROP TABLE {partition}" for partition in partitions]
        statements += [f"ALTER TABLE {table} ENABLE TRIGGER USER" for table in tables]
        for statement in statements:
            cursor.execute(statement)
