"""pg_dump and pg_restore: from LFR_PG_BIN, from the path, or from the package that carries the
demo's server. They read and write through pipes: no dump lies anywhere in clear."""

import os
import re
import shutil
import subprocess
import threading
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO

from django.conf import settings
from django.db import connection

from lfr_site.backup.errors import BackupRefused
from lfr_site.embedded import EmbeddedServerError
from lfr_site.embedded.programs import postgres_installation

_PIECE = 2**20


def dump(arguments: Iterable[str], *, into: IO[bytes]) -> None:
    """Run pg_dump on the database of the settings. Raises BackupRefused."""
    with _started("pg_dump", arguments, stdout=subprocess.PIPE) as process:
        errors = _Errors(process)
        assert process.stdout is not None
        while piece := process.stdout.read(_PIECE):
            into.write(piece)
    errors.require_success("pg_dump", process)


def restore(arguments: Iterable[str], *, source: IO[bytes]) -> None:
    """Run pg_restore into the database of the settings. Raises BackupRefused."""
    with _started(
        "pg_restore", arguments, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL
    ) as process:
        errors = _Errors(process)
        assert process.stdin is not None
        try:
            while piece := source.read(_PIECE):
                process.stdin.write(piece)
            process.stdin.close()
        except BrokenPipeError:
            pass  # it says itself why it ended
    errors.require_success("pg_restore", process)


class _Errors:
    """What a program says, read beside its work so that it never waits for us."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self._said = b""
        self._process = process
        self._thread = threading.Thread(target=self._read)
        self._thread.start()

    def _read(self) -> None:
        assert self._process.stderr is not None
        self._said = self._process.stderr.read()

    def require_success(self, name: str, process: subprocess.Popen[bytes]) -> None:
        self._thread.join()
        if process.returncode:
            lines = self._said.decode(errors="replace").splitlines()
            # Its own words only: a detail or a context quotes rows.
            words = " ".join(line for line in lines if line.startswith(name))[:1000]
            raise BackupRefused(f"{name} failed: {words or 'it gave no reason.'}")


def _started(
    name: str,
    arguments: Iterable[str],
    *,
    stdin: int = subprocess.DEVNULL,
    stdout: int = subprocess.PIPE,
) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [str(_program(name)), *arguments],
        stdin=stdin,
        stdout=stdout,
        stderr=subprocess.PIPE,
        env=os.environ | _address(),
    )


def _address() -> dict[str, str]:
    """As libpq's variables: a command line is public on a machine, and holds no password."""
    found = connection.settings_dict
    names = {"PGHOST": "HOST", "PGPORT": "PORT", "PGUSER": "USER", "PGPASSWORD": "PASSWORD"}
    address = {name: str(found[key]) for name, key in names.items() if found[key]}
    return address | {"PGDATABASE": str(found["NAME"]), "LC_ALL": "C"}


def _program(name: str) -> Path:
    """Of the server's version or a later one; an older program refuses to work."""
    if settings.PG_BIN:
        path = Path(settings.PG_BIN) / name
        if not path.is_file():
            raise BackupRefused(f"LFR_PG_BIN names {settings.PG_BIN}, where there is no {name}.")
        return path
    wanted = int(connection.pg_version) // 10_000  # type: ignore[attr-defined]
    for path in _candidates(name):
        if _major_version(path) >= wanted:
            return path
    raise BackupRefused(
        f"There is no {name} of version {wanted} on this machine: install PostgreSQL's client "
        "programs of the server's version, or name their folder in LFR_PG_BIN."
    )


def _candidates(name: str) -> Iterator[Path]:
    found = shutil.which(name)
    if found is not None:
        yield Path(found)
    try:
        packaged = postgres_installation(user=None) / "bin" / name
    except EmbeddedServerError:
        return
    if packaged.is_file():
        yield packaged


def _major_version(program: Path) -> int:
    said = subprocess.run([program, "--version"], capture_output=True, text=True, check=False)
    match = re.search(r"\) (\d+)", said.stdout)
    return int(match[1]) if match else 0
