"""The two embedded servers of a data folder, started and stopped as one."""

import os
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType

from lfr_site.embedded.bootstrap import APP_ROLE, OWNER_ROLE, SUPERUSER
from lfr_site.embedded.errors import EmbeddedServerError
from lfr_site.embedded.folders import choose_folders, require_space
from lfr_site.embedded.orphans import stop_orphaned_postgres, stop_orphaned_redis
from lfr_site.embedded.postgres import PostgresServer
from lfr_site.embedded.programs import postgres_installation, redis_server
from lfr_site.embedded.redis import RedisServer
from lfr_site.embedded.system_user import postgres_user
from lfr_site.folder_lock import AlreadyHeldError, FolderLock, is_held


@dataclass(frozen=True, slots=True)
class Urls:
    """Addresses with passwords in them: not for a log, hence not in the representation."""

    database: str = field(repr=False)
    database_owner: str = field(repr=False)
    database_superuser: str = field(repr=False)
    redis: str = field(repr=False)

    def environment(self) -> dict[str, str]:
        """Return what the processes of the system need; the superuser is not among it."""
        return {
            "LFR_DATABASE_URL": self.database,
            "LFR_DATABASE_OWNER_URL": self.database_owner,
            "LFR_REDIS_URL": self.redis,
        }


class EmbeddedServers:
    """PostgreSQL with pgvector and Redis for one data folder, one live owner at a time.

    `for_tests` trades durability for speed and lets the owner role create databases. `say`
    gets a line for what takes time. A context manager: `with EmbeddedServers(folder) as urls`.
    """

    def __init__(
        self,
        data_dir: Path,
        *,
        for_tests: bool = False,
        say: Callable[[str], None] = print,
    ) -> None:
        self.folders = choose_folders(data_dir, user=postgres_user())
        self._say = say
        self._lock = FolderLock(_lock_path(self.folders.data))
        installation = postgres_installation(user=self.folders.user)
        self.postgres = PostgresServer(
            self.folders, installation=installation, for_tests=for_tests, say=say
        )
        self.redis = RedisServer(self.folders, program=redis_server())

    def start(self) -> Urls:
        """Start both and return their addresses; `EmbeddedServerError` where one cannot."""
        try:
            self._lock.acquire(note=str(os.getpid()))
        except AlreadyHeldError as error:
            raise EmbeddedServerError(
                f"The servers of {self.folders.data} are already running, started by process "
                f"{error.note}: stop that first (Ctrl-C in its window)."
            ) from None
        try:
            return self._start_both()
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """Stop both, in reverse order; harmless where they do not run."""
        self.redis.stop()
        self.postgres.stop()
        self._lock.release()

    @property
    def processes(self) -> dict[str, tuple[subprocess.Popen[bytes], Path]]:
        """The running servers by name, each with its log, for whoever watches over them."""
        running: dict[str, PostgresServer | RedisServer] = {
            "postgres": self.postgres,
            "redis": self.redis,
        }
        return {
            name: (server.process, server.log)
            for name, server in running.items()
            if server.process is not None
        }

    def _start_both(self) -> Urls:
        require_space(self.folders.postgres)
        if self.folders.user is not None:
            self._say(
                "PostgreSQL does not run as root: it runs as the user "
                f"{self.folders.user.name}, with its data in {self.folders.postgres}"
            )
        try:
            self.postgres.start()
            self.redis.start()
        except OSError as error:
            raise EmbeddedServerError(f"The servers cannot be started: {error}.") from error
        return Urls(
            database=self.postgres.url(APP_ROLE),
            database_owner=self.postgres.url(OWNER_ROLE),
            database_superuser=self.postgres.url(SUPERUSER),
            redis=self.redis.url,
        )

    def __enter__(self) -> Urls:
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()


def discard(data_dir: Path) -> None:
    """Remove what the servers keep for a data folder, in it and, for root, elsewhere."""
    folders = choose_folders(data_dir, user=postgres_user())
    if is_held(_lock_path(folders.data)):
        raise EmbeddedServerError(
            f"{folders.data} is in use: stop the demo or the tests on it first."
        )
    stop_orphaned_redis(folders.data / "redis" / "redis.conf")
    stop_orphaned_postgres(folders.cluster)
    for folder in (folders.postgres, folders.sockets, folders.data / "redis"):
        shutil.rmtree(folder, ignore_errors=True)
    folders.where.unlink(missing_ok=True)


def _lock_path(data: Path) -> Path:
    return data / "servers.lock"
