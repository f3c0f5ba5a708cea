"""Statements about many rows at once. A list of numbers is one parameter, an array: a placeholder
for each costs more than the statement itself."""

from collections.abc import Sequence
from typing import Any, Literal

from django.db import connection, models
from django.db.models.expressions import RawSQL
from psycopg import sql


def among(values: Sequence[Any], *, of: Literal["bigint", "text"] = "bigint") -> RawSQL:
    """For `field__in`; `of` is PostgreSQL's type of one value."""
    return RawSQL(f"SELECT unnest(%s::{of}[])", [list(values)])  # noqa: S611  a closed choice


def delete_each(model: type[models.Model], ids: Sequence[int]) -> None:
    """Rows by their numbers, and what refers to them as its field says: deleted, or let go of.
    Django's own way reads each of them first. What is protected the database refuses."""
    described = model._meta  # noqa: SLF001  Django documents it
    for relation in described.related_objects:
        name = relation.field.name
        rows: models.QuerySet[Any] = models.QuerySet(relation.related_model)
        referring = rows.filter(**{f"{name}__in": among(ids)})
        if relation.on_delete is models.CASCADE:
            referring.delete()
        elif relation.on_delete is models.SET_NULL:
            referring.update(**{name: None})
    deletion = sql.SQL("DELETE FROM {} WHERE id = ANY(%s)").format(
        sql.Identifier(described.db_table)
    )
    with connection.cursor() as cursor:
        cursor.execute(deletion.as_string(cursor.connection), [list(ids)])
