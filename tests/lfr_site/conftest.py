"""The site that is backed up, and a new machine to restore into."""

import uuid
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest
from django.db import connection
from psycopg import sql
from pytest_django.fixtures import Settings

from lfr_site.embedded import Urls
from tests.lfr_site.sites import Site


@pytest.fixture
def site(
    transactional_db: None,
    embedded_urls: Urls,
    file_store: Path,
    tmp_path: Path,
    settings: Settings,
) -> Site:
    """The site that is backed up: this process's own."""
    settings.ERASURE_JOURNAL = tmp_path / "elsewhere" / "erasures.jsonl"
    name = str(connection.settings_dict["NAME"])
    return Site(embedded_urls, name, file_store, settings.ERASURE_JOURNAL)


@pytest.fixture
def empty(site: Site, tmp_path: Path) -> Iterator[Site]:
    """A new machine: an empty database and no files."""
    database = f"restored_{uuid.uuid4().hex[:8]}"
    with psycopg.connect(site.urls.database_superuser, autocommit=True) as server:
        make = sql.SQL("CREATE DATABASE {} OWNER lfr_owner")
        server.execute(make.format(sql.Identifier(database)))
        yield replace(site, database=database, files=tmp_path / "restored")
        drop = sql.SQL("DROP DATABASE {} WITH (FORCE)")
        server.execute(drop.format(sql.Identifier(database)))
