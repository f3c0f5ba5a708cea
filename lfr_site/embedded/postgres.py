"""An embedded PostgreSQL with pgvector, as a child process on a private Unix socket.

Authentication is scram-sha-256 for every role, superuser included, with random passwords kept
beside the cluster in a file that only its owner can read; the socket lies in a folder that only
the server's user (and root) can enter; there is no TCP port. See `database_roles.sql` for who
may do what. The log holds no statement, parameter, row or error text: they hold personal data.
"""

import json
import os
import secrets
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

import psycopg

from lfr_site.child_process import start_child, stop_child, tail
from lfr_site.embedded import bootstrap
from lfr_site.embedded.configuration import access_rules, server_settings
from lfr_site.embedded.errors import EmbeddedServerError
from lfr_site.embedded.folders import Folders, make_private
from lfr_site.embedded.orphans import stop_orphaned_postgres

MAJOR_VERSION = "18"
_START_LIMIT_S = 60.0
_NO_SPACE = "No space left on device"
# Nothing of the caller's: its PG* variables would change what the programs do.
_ENVIRONMENT = {"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"}


class PostgresServer:
    """Makes the cluster where there is none, starts and stops it."""

    def __init__(
        self,
        folders: Folders,
        *,
        installation: Path,
        for_tests: bool,
        say: Callable[[str], None],
    ) -> None:
        self.process: subprocess.Popen[bytes] | None = None
        self.log = folders.logs / "postgres.log"
        self._folders = folders
        self._programs = installation / "bin"
        self._for_tests = for_tests
        self._say = say

    @property
    def _marker(self) -> Path:
        """Written last: a cluster without it was interrupted while being made."""
        return self._folders.postgres / "complete.json"

    def start(self) -> None:
        """Start the server and wait until it answers; make it first where it is not whole."""
        if not self._is_complete():
            self._make()
        else:
            stop_orphaned_postgres(self._folders.cluster)
            self._run()

    def stop(self) -> None:
        """Stop at once but cleanly: connections are closed, everything committed is on disk."""
        if self.process is not None:
            stop_child(self.process, by=signal.SIGINT, grace_s=20)
            self.process = None
        shutil.rmtree(self._folders.sockets, ignore_errors=True)

    def url(self, role: str, *, database: str = bootstrap.DATABASE) -> str:
        """Return the address for a role, with its password."""
        password = self._passwords()[role]
        return f"postgresql://{role}:{password}@/{database}?host={self._folders.sockets}"

    def _is_complete(self) -> bool:
        try:
            marker = json.loads(self._marker.read_text(encoding="utf-8"))
        except (FileNotFoundError, json.JSONDecodeError):
            return False
        version = marker["version"]
        if version != MAJOR_VERSION:
            raise EmbeddedServerError(
                f"{self._folders.postgres} was made by PostgreSQL {version}, this is "
                f"{MAJOR_VERSION}: `make clean` removes it and the demo makes a new one."
            )
        # Root's clusters lie outside the data folder. One whose data folder was removed since
        # is of no use: its pictures and keys are gone.
        inside = self._folders.postgres.is_relative_to(self._folders.data)
        return inside or self._recorded_place() == marker["identity"]

    def _recorded_place(self) -> str | None:
        try:
            return self._folders.where.read_text(encoding="utf-8").splitlines()[-1]
        except (FileNotFoundError, IndexError):
            return None

    def _make(self) -> None:
        postgres = self._folders.postgres
        if self._folders.cluster.exists():
            self._say("The database was left half made: making it again.")
            stop_orphaned_postgres(self._folders.cluster)
            shutil.rmtree(self._folders.cluster)
        self._marker.unlink(missing_ok=True)
        make_private(postgres, user=self._folders.user)
        self._say(f"Making a PostgreSQL {MAJOR_VERSION} database in {postgres}")
        passwords = {role: secrets.token_hex(24) for role in bootstrap.ROLES}
        _write_private(postgres / "passwords.json", json.dumps(passwords))
        self._initialise(passwords[bootstrap.SUPERUSER])
        self._run()
        bootstrap.prepare(self.url, passwords=passwords, may_create_databases=self._for_tests)
        identity = secrets.token_hex(8)
        self._folders.where.write_text(
            f"The database's files are in\n{postgres}\nThey belong to this folder by its mark:\n"
            f"{identity}\n",
            encoding="utf-8",
        )
        _write_private(self._marker, json.dumps({"version": MAJOR_VERSION, "identity": identity}))

    def _initialise(self, superuser_password: str) -> None:
        with tempfile.NamedTemporaryFile("w", dir=self._folders.postgres) as password_file:
            password_file.write(superuser_password)
            password_file.flush()
            if self._folders.user is not None:
                os.chown(password_file.name, *self._folders.user.ids)
            with self._open_log() as log:
                process = start_child(
                    self._initdb(Path(password_file.name)),
                    output=log,
                    environment=_ENVIRONMENT,
                    folder=Path("/"),
                    user=None if self._folders.user is None else self._folders.user.ids,
                )
                status = process.wait()
        if status != 0:
            raise self._failure("PostgreSQL's database could not be made")

    def _initdb(self, password_file: Path) -> list[str]:
        """Return initdb's command: UTF-8 whatever the machine's locales, passwords for all."""
        return [
            str(self._programs / "initdb"),
            f"--pgdata={self._folders.cluster}",
            f"--username={bootstrap.SUPERUSER}",
            f"--pwfile={password_file}",
            "--auth=scram-sha-256",
            "--encoding=UTF8",
            "--locale-provider=builtin",
            "--builtin-locale=C.UTF-8",
            "--locale=C",
            *(["--no-sync"] if self._for_tests else []),
        ]

    def _run(self) -> None:
        sockets = self._folders.sockets
        shutil.rmtree(sockets, ignore_errors=True)  # sockets of a crash; we hold the lock
        make_private(sockets, user=self._folders.user)
        settings = server_settings(sockets, for_tests=self._for_tests)
        self._write_configuration("postgresql.conf", settings)
        self._write_configuration("pg_hba.conf", access_rules())
        with self._open_log() as log:
            self.process = start_child(
                [str(self._programs / "postgres"), "-D", str(self._folders.cluster)],
                output=log,
                environment=_ENVIRONMENT,
                folder=Path("/"),
                user=None if self._folders.user is None else self._folders.user.ids,
                at_parent_death=signal.SIGINT,
            )
        self._wait_until_it_answers(self.process)

    def _write_configuration(self, name: str, text: str) -> None:
        path = self._folders.cluster / name
        _write_private(path, text)
        if self._folders.user is not None:
            os.chown(path, *self._folders.user.ids)

    def _wait_until_it_answers(self, process: subprocess.Popen[bytes]) -> None:
        deadline = time.monotonic() + _START_LIMIT_S
        while not self._answers():
            if process.poll() is not None:
                raise self._failure("PostgreSQL did not start")
            if time.monotonic() > deadline:
                stop_child(process, by=signal.SIGQUIT)
                raise self._failure(f"PostgreSQL gave no answer in {_START_LIMIT_S:.0f} s")
            time.sleep(0.05)

    def _answers(self) -> bool:
        try:
            psycopg.connect(self.url(bootstrap.SUPERUSER, database="postgres")).close()
        except psycopg.OperationalError:
            return False
        return True

    def _failure(self, what: str) -> EmbeddedServerError:
        last_lines = tail(self.log)
        if _NO_SPACE in last_lines:
            return EmbeddedServerError(
                f"{what}: the disk of {self._folders.postgres} is full. Free some space and "
                "start again."
            )
        return EmbeddedServerError(f"{what}. The end of {self.log}:\n{last_lines}")

    def _open_log(self) -> BinaryIO:
        self._folders.logs.mkdir(parents=True, exist_ok=True)
        return self.log.open("ab")

    def _passwords(self) -> dict[str, str]:
        path = self._folders.postgres / "passwords.json"
        passwords: dict[str, str] = json.loads(path.read_text(encoding="utf-8"))
        return passwords


def _write_private(path: Path, text: str) -> None:
    """Write a file that only its owner can read, whole or not at all."""
    unfinished = path.with_name(f"{path.name}.unfinished")
    descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
    unfinished.replace(path)
