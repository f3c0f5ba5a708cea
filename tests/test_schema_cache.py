"""The database that a run copies is the one that the migrations make."""

import re
from pathlib import Path

import psycopg
import pytest
from django.apps import apps
from django.db import connection

from lfr_site.embedded import Urls
from tests import schema_cache


@pytest.mark.django_db(transaction=True)
def test_a_copy_is_what_it_was_copied_from(embedded_urls: Urls, tmp_path: Path) -> None:
    """In a run that played the migrations, what they made; in a later one, the copy of it."""
    mine = str(connection.settings_dict["NAME"])
    dump = schema_cache.keep(embedded_urls, mine, folder=tmp_path)

    schema_cache.make(embedded_urls, "copied", dump=dump)

    assert described(embedded_urls, "copied") == described(embedded_urls, mine)
    assert rows(embedded_urls, "copied") == rows(embedded_urls, mine)


def described(urls: Urls, database: str) -> str:
    """PostgreSQL writes casts of lists, and their brackets, otherwise when it reads them again."""
    return re.sub(
        r"::(character varying|text)(\[\])?|[()]", "", schema_cache.described(urls, database)
    )


def rows(urls: Urls, database: str) -> dict[str, int]:
    """How many, of what there is before the first test."""
    tables = ["django_migrations", *(model._meta.db_table for model in apps.get_models())]
    with psycopg.connect(urls.database_superuser, dbname=database) as own:
        counts = {}
        for table in tables:
            found = own.execute(f'SELECT count(*) FROM "{table}"').fetchone()
            counts[table] = int(found[0]) if found else -1
        return counts


def test_another_migration_is_another_database(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    migrations = tmp_path / "app" / "migrations"
    migrations.mkdir(parents=True)
    (tmp_path / "lfr_site").mkdir()
    (tmp_path / "lfr_site" / "database_roles.sql").write_text("")
    monkeypatch.setattr(schema_cache, "ROOT", tmp_path)
    names = []
    for text in ("", "pass", "pass  # twice"):
        (migrations / "0001.py").write_text(text)
        names.append(schema_cache.name())

    assert len(set(names)) == 3


def test_without_a_dump_the_migrations_are_played(embedded_urls: Urls, tmp_path: Path) -> None:
    assert schema_cache.offer(embedded_urls, folder=tmp_path) is None


def test_a_dump_that_cannot_be_copied_is_an_error(embedded_urls: Urls, tmp_path: Path) -> None:
    broken = tmp_path / "broken.dump"
    broken.write_bytes(b"no dump")

    with pytest.raises(RuntimeError, match="pg_restore failed"):
        schema_cache.make(embedded_urls, "broken", dump=broken)
