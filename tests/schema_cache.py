"""The database that the migrations make, kept between runs.

Playing every migration is most of what a short run costs. The first run after a change plays them
and keeps a dump under var/test-schema, named by what it was made from; later runs copy that. Delete
the folder to play them again. What a migration imports of the code is not in the name: what stays
in the database of it, such as the functions of policy, is written again after each `migrate`."""

import hashlib
import os
import subprocess
from importlib.metadata import distributions
from pathlib import Path

import psycopg
from psycopg.conninfo import conninfo_to_dict

from lfr_site.embedded import Urls
from lfr_site.embedded.programs import postgres_installation

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "var" / "test-schema"
TEMPLATE = "migrated"
KEPT = 3
_VARIABLES = {"host": "PGHOST", "port": "PGPORT", "user": "PGUSER", "password": "PGPASSWORD"}


def offer(urls: Urls, *, folder: Path = FOLDER) -> str | None:
    """The name of a database to copy the test's from; None where the migrations are to be
    played."""
    dump = folder / f"{name()}.dump"
    if not dump.exists():
        return None
    make(urls, TEMPLATE, dump=dump)
    return TEMPLATE


def make(urls: Urls, database: str, *, dump: Path) -> None:
    with psycopg.connect(urls.database_superuser, dbname="postgres", autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {database} OWNER lfr_owner TEMPLATE template0")
    _run(urls, database, "pg_restore", "--exit-on-error", "--dbname", database, str(dump))


def keep(urls: Urls, database: str, *, folder: Path = FOLDER) -> Path:
    """Of a database that the migrations have just made. Runs beside this one keep the same."""
    folder.mkdir(parents=True, exist_ok=True)
    dump, partial = folder / f"{name()}.dump", folder / f"{os.getpid()}.part"
    _run(urls, database, "pg_dump", "--format", "custom", "--file", str(partial))
    partial.rename(dump)
    older = sorted(folder.glob("*.dump"), key=lambda path: path.stat().st_mtime)[:-KEPT]
    for path in older:
        path.unlink(missing_ok=True)
    return dump


def described(urls: Urls, database: str) -> str:
    """Tables, triggers, functions, owners and privileges, as SQL."""
    said = _run(urls, database, "pg_dump", "--schema-only")
    # A key against injection that is drawn anew for each dump.
    return "\n".join(line for line in said.splitlines() if "restrict " not in line[:12])


def name() -> str:
    made_from = hashlib.sha256()
    files = [*ROOT.glob("*/migrations/*.py"), ROOT / "lfr_site" / "database_roles.sql"]
    for path in sorted(files):
        made_from.update(f"{path.relative_to(ROOT)}\n".encode() + path.read_bytes())
    packages = sorted(f"{each.name}=={each.version}" for each in distributions())
    made_from.update("\n".join(packages).encode())
    return made_from.hexdigest()[:20]


def _run(urls: Urls, database: str, program: str, *arguments: str) -> str:
    """As libpq's variables: a command line is public on a machine."""
    found = conninfo_to_dict(urls.database_superuser)
    address = {_VARIABLES[key]: str(value) for key, value in found.items() if key in _VARIABLES}
    path = postgres_installation(user=None) / "bin" / program
    done = subprocess.run(
        [str(path), *arguments],
        env=os.environ | address | {"PGDATABASE": database},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"{program} failed: {done.stderr[:2000]}")
    return done.stdout
