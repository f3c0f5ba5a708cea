"""Lets a committed test be flushed, which the tables that are kept for ever refuse."""

from collections.abc import Sequence
from typing import Any

from django.db import connection, transaction
from django.db.backends.postgresql.operations import DatabaseOperations

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
    not know.
    """
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
