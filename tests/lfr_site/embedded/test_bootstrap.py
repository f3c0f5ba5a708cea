"""What each role may do, on the servers of this test run."""

from collections.abc import Iterator

import psycopg
import pytest
from psycopg import errors, sql

from lfr_site.embedded import Urls
from tests.conftest import ROOT

NAME = "roles_under_test"


@pytest.fixture(scope="module")
def database(embedded_urls: Urls) -> Iterator[str]:
    """A database made by the owner, as a test's is."""
    statement = sql.SQL("{} DATABASE {}")
    name = sql.Identifier(NAME)
    with psycopg.connect(embedded_urls.database_owner, autocommit=True) as owner:
        owner.execute(statement.format(sql.SQL("CREATE"), name))
        yield NAME
        owner.execute(statement.format(sql.SQL("DROP"), name))


@pytest.fixture
def owner(embedded_urls: Urls, database: str) -> Iterator[psycopg.Connection]:
    url = embedded_urls.database_owner
    with psycopg.connect(url, dbname=database, autocommit=True) as connection:
        connection.execute("DROP TABLE IF EXISTS event")
        connection.execute("CREATE TABLE event (id bigserial PRIMARY KEY, what text)")
        yield connection


@pytest.fixture
def app(embedded_urls: Urls, database: str) -> Iterator[psycopg.Connection]:
    url = embedded_urls.database
    with psycopg.connect(url, dbname=database, autocommit=True) as connection:
        yield connection


def test_the_application_reads_and_writes_rows(
    owner: psycopg.Connection, app: psycopg.Connection
) -> None:
    app.execute("INSERT INTO event (what) VALUES ('a')")
    app.execute("UPDATE event SET what = 'b'")

    assert app.execute("SELECT what FROM event").fetchall() == [("b",)]
    assert app.execute("DELETE FROM event").rowcount == 1


@pytest.mark.parametrize(
    "statement",
    [
        "TRUNCATE event",
        "DROP TABLE event",
        "ALTER TABLE event DISABLE TRIGGER ALL",
        "ALTER TABLE event ADD COLUMN more text",
        "CREATE TABLE public.own (id int)",
        "CREATE ROLE another",
        "CREATE DATABASE another",
        "SET ROLE lfr_owner",
        "SET session_replication_role = replica",  # would silence triggers
        "COPY event TO '/tmp/rows'",
        "SELECT pg_read_file('PG_VERSION')",
    ],
)
def test_the_application_may_do_no_more(
    owner: psycopg.Connection, app: psycopg.Connection, statement: str
) -> None:
    with pytest.raises(errors.InsufficientPrivilege):
        app.execute(statement)


def test_a_revoked_right_stays_revoked(owner: psycopg.Connection, app: psycopg.Connection) -> None:
    owner.execute("REVOKE UPDATE, DELETE ON event FROM lfr_app")

    for statement in ("UPDATE event SET what = 'x'", "DELETE FROM event"):
        with pytest.raises(errors.InsufficientPrivilege):
            app.execute(statement)


def test_the_application_makes_and_drops_unlogged_partitions_of_the_gallery(
    owner: psycopg.Connection, app: psycopg.Connection
) -> None:
    owner.execute("CREATE TABLE gallery.template (part int, v vector(2)) PARTITION BY LIST (part)")
    owner.execute("ALTER TABLE gallery.template OWNER TO lfr_app")

    app.execute("CREATE UNLOGGED TABLE gallery.one PARTITION OF gallery.template FOR VALUES IN (1)")
    app.execute("INSERT INTO gallery.template VALUES (1, '[3,4]')")
    persistence = app.execute("SELECT relpersistence FROM pg_class WHERE relname = 'one'")

    assert persistence.fetchone() == ("u",)
    assert app.execute("SELECT v <-> '[0,0]' FROM gallery.template").fetchone() == (5.0,)
    app.execute("DROP TABLE gallery.one")
    owner.execute("DROP TABLE gallery.template")


@pytest.mark.parametrize("role", ["lfr_owner", "lfr_app"])
def test_neither_role_is_a_superuser(owner: psycopg.Connection, role: str) -> None:
    query = "SELECT rolsuper, rolcreaterole, rolreplication, rolbypassrls FROM pg_roles"
    found = owner.execute(f"{query} WHERE rolname = %s", [role]).fetchone()

    assert found == (False, False, False, False)


def test_a_second_database_on_the_server_is_prepared_by_the_same_file(
    embedded_urls: Urls,
) -> None:
    """As for a restore: the roles are there already."""
    name, url = "a_second", embedded_urls.database_superuser
    with psycopg.connect(url, autocommit=True) as superuser:
        superuser.execute(f"CREATE DATABASE {name} TEMPLATE template0")
        with psycopg.connect(url, dbname=name, autocommit=True) as second:
            second.execute((ROOT / "lfr_site" / "database_roles.sql").read_bytes())
            found = second.execute(
                "SELECT pg_get_userbyid(nspowner) FROM pg_namespace WHERE nspname = 'gallery'"
            ).fetchone()
        superuser.execute(f"DROP DATABASE {name}")

    assert found == ("lfr_app",)
