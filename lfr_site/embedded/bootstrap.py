"""Roles, privileges and the database of a newly made cluster."""

from collections.abc import Callable, Mapping
from pathlib import Path

import psycopg
from psycopg import sql

SUPERUSER = "postgres"
OWNER_ROLE = "lfr_owner"
APP_ROLE = "lfr_app"
ROLES = (SUPERUSER, OWNER_ROLE, APP_ROLE)
DATABASE = "lfr"

_ROLES_SQL = Path(__file__).resolve().parent.parent / "database_roles.sql"


def prepare(
    url: Callable[..., str],
    *,
    passwords: Mapping[str, str],
    may_create_databases: bool,
) -> None:
    """Make roles and database. `url(role, database=…)` gives an address.

    Privileges go into template1, so that a database made from it, a test's for instance, has
    the extension, the gallery schema and the default privileges from the first moment.
    """
    with psycopg.connect(url(SUPERUSER, database="template1"), autocommit=True) as connection:
        connection.execute(_ROLES_SQL.read_bytes())
        for role in (OWNER_ROLE, APP_ROLE):
            change = sql.SQL("ALTER ROLE {} PASSWORD {}")
            connection.execute(change.format(sql.Identifier(role), sql.Literal(passwords[role])))
        if may_create_databases:
            connection.execute(sql.SQL("ALTER ROLE {} CREATEDB").format(sql.Identifier(OWNER_ROLE)))
    # Only now: a database cannot be copied while somebody is connected to it.
    with psycopg.connect(url(SUPERUSER, database="postgres"), autocommit=True) as connection:
        names = {"database": sql.Identifier(DATABASE), "owner": sql.Identifier(OWNER_ROLE)}
        connection.execute(sql.SQL("CREATE DATABASE {database} OWNER {owner}").format(**names))
        connection.execute(sql.SQL("REVOKE ALL ON DATABASE {database} FROM PUBLIC").format(**names))
        grant = sql.SQL("GRANT CONNECT, TEMPORARY ON DATABASE {database} TO {app}")
        connection.execute(grant.format(**names, app=sql.Identifier(APP_ROLE)))
