"""The demo's street through the demo's own processes, for tests that search what they left."""

import json
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from multiprocessing.connection import Listener
from pathlib import Path

import psutil
import psycopg
import pytest

from lfr_site.demo.environment import ASSETS, DemoFolder
from lfr_site.demo.parts import parts
from lfr_site.demo.running import RunningDemo, running
from lfr_site.embedded import discard
from lfr_site.embedded.bootstrap import DATABASE, SUPERUSER
from lfr_site.embedded.folders import Folders, choose_folders
from lfr_site.embedded.system_user import postgres_user
from lfr_site.supervised_part import Part
from tests import stores
from tests.byte_search import Sought
from tests.stores import Bytes, Wire
from tests.watched_worker import ADDRESS, Passer

# Of people nobody seeks; they need not be kept to look at them.
RETENTION = "watchlist=1,alert=1,sign_photograph=1"
END = """
from deployments import lifecycle
from deployments.models import Deployment
lifecycle.end(Deployment.objects.get(status="live"), by=None, reason="It has been watched.")
"""


@dataclass
class Street:
    """A demo without its web server, whose recognition worker tells of everybody who passes."""

    demo: RunningDemo
    folders: Folders
    temporary: Path
    wire: Wire
    passers: list[Passer] = field(default_factory=list)
    seen: threading.Condition = field(default_factory=threading.Condition)
    watchlist: Sought = field(default_factory=Sought)
    files: set[Path] = field(default_factory=set)

    @property
    def superuser_url(self) -> str:
        return self.demo.environment["SUPERUSER_URL"]

    def begin(self) -> None:
        """Seed people and a watchlist, and start the deployment, as the demo does."""
        self.demo.run("demo_seed", str(ASSETS))

    def watch_until(self, *, strangers: int, matches: int, timeout_s: float = 120.0) -> None:
        def is_enough() -> bool:
            found = [passer.is_match for passer in self.passers]
            return found.count(False) >= strangers and found.count(True) >= matches

        with self.seen:
            assert self.seen.wait_for(is_enough, timeout_s), len(self.passers)

    def strangers(self) -> list[Passer]:
        with self.seen:
            return [passer for passer in self.passers if not passer.is_match]

    def end(self) -> None:
        """End the deployment and wait until the site has erased what it held and closed it."""
        self.demo.run("shell", "--command", END)
        pause = threading.Event()
        for _ in range(600):
            if self._ask("SELECT count(*) FROM deployments_deployment WHERE status = 'closed'") > 0:
                return
            self.demo.supervisor.check()
            pause.wait(0.2)
        raise AssertionError("the deployment did not close")

    def templates(self) -> list[tuple[str, str]]:
        with psycopg.connect(self.superuser_url) as connection:
            return connection.execute(
                "SELECT 'template ' || entry_id, embedding::text FROM recognition_template"
            ).fetchall()

    def settle(self) -> None:
        """Let the server write what it has in memory, statistics of its tables included."""
        with psycopg.connect(self.superuser_url, autocommit=True) as connection:
            connection.execute("ANALYZE")
            connection.execute("CHECKPOINT")

    def everything(self) -> Iterator[Bytes]:
        demo = self.demo
        yield from stores.of_database(self.folders.cluster)
        yield from stores.of_rows(self.superuser_url)
        yield from stores.of_redis(demo.environment["LFR_REDIS_URL"], demo.folder.path / "redis")
        yield self.wire.heard()
        yield from stores.of_folder("data", demo.folder.path)
        yield from stores.of_folder("temporary", self.temporary)
        yield from stores.of_processes(self.processes())

    def processes(self) -> list[psutil.Process]:
        """The site's parts and servers, and what they started; not those of the tests' own run."""
        of_site = set(self.demo.supervisor.pids.values())
        of_servers = {self.folders.cluster, self.folders.data / "redis"}
        children = psutil.Process().children()
        own = [
            child for child in children if child.pid in of_site or Path(child.cwd()) in of_servers
        ]
        return [each for child in own for each in (child, *child.children(recursive=True))]

    def _ask(self, query: str) -> int:
        with psycopg.connect(self.superuser_url) as connection:
            return int(connection.execute(query).fetchone()[0])  # type: ignore[index]


@contextmanager
def watched_street(folder: Path) -> Iterator[Street]:
    data, temporary = DemoFolder(folder / "demo", is_check=True), folder / "tmp"
    temporary.mkdir(parents=True)
    with pytest.MonkeyPatch.context() as patch, Listener(str(folder / "passers")) as listener:
        patch.setenv("TMPDIR", str(temporary))
        patch.setenv(ADDRESS, str(folder / "passers"))
        patch.setattr("lfr_site.demo.environment.CHECK_RETENTION", RETENTION)
        patch.setattr("lfr_site.demo.running.parts", _watched_parts)
        try:
            with running(data, port=0, console=False, say=_silently) as demo:
                yield from _street(demo, data, temporary, listener)
        finally:
            discard(data.path)


def _street(
    demo: RunningDemo, data: DemoFolder, temporary: Path, listener: Listener
) -> Iterator[Street]:
    folders = choose_folders(data.path, user=postgres_user())
    wire = Wire(demo.environment["LFR_REDIS_URL"])
    demo.environment["SUPERUSER_URL"] = _superuser_url(folders)
    street = Street(demo, folders, temporary, wire)
    for target in (wire.listen, lambda: _hear(listener, street)):
        threading.Thread(target=target, daemon=True).start()
    try:
        yield street
    finally:
        wire.close()


def _watched_parts(*, port: int, data: Path) -> list[Part]:
    """The demo's, without its web server: nobody looks at this one."""
    found = {part.name: part for part in parts(port=port, data=data)}
    recognition = found["recognition"]
    watched = (sys.executable, "-m", "tests.watched_worker", *recognition.arguments[3:])
    return [replace(recognition, arguments=watched), found["general"], found["beat"]]


def _superuser_url(folders: Folders) -> str:
    passwords = json.loads((folders.postgres / "passwords.json").read_text())
    password = passwords[SUPERUSER]
    return f"postgresql://{SUPERUSER}:{password}@/{DATABASE}?host={folders.sockets}"


def _silently(_line: str) -> None:
    """pytest says enough."""


def _hear(listener: Listener, street: Street) -> None:
    with listener.accept() as worker:
        while True:
            try:
                passer = worker.recv()
            except (EOFError, OSError):
                return
            with street.seen:
                street.passers.append(passer)
                street.seen.notify_all()
