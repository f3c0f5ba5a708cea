"""Workers that run while a backup is restored: they neither read nor write until it has gone
through, and then go on by themselves."""

import os
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest
from celery import Celery
from django.db import connection

from deployments import signs
from deployments.enums import SignPlace, Status
from deployments.models import Deployment
from lfr_site import maintenance
from lfr_site.demo.parts import parts
from tests.concurrency import LIMIT_S
from tests.factories import jpeg, make_cast, make_deployment, person
from tests.lfr_site.sites import ROOT, Site

# A recognition worker loads its models first.
STARTS_WITHIN_S = 180
Connection = psycopg.Connection[tuple[Any, ...]]


@pytest.fixture
def live(site: Site) -> Deployment:
    make_cast()
    return make_deployment(status=Status.LIVE, title="To restore")


@pytest.fixture
def broker(empty: Site) -> str:
    """One that nothing else of this run sends to."""
    url = os.environ["LFR_REDIS_URL"].rpartition("/")[0] + "/9"
    empty.environment["LFR_BROKER_URL"] = url
    # Everything comes round every three seconds, as in a demo.
    empty.environment["LFR_DEMO"] = "1"
    return url


class Worker:
    """One of the site's own parts on the site's database; what it says is kept."""

    def __init__(self, name: str, site: Site, data: Path) -> None:
        (part,) = [part for part in parts(port=0, data=data) if part.name == name]
        self._said: list[str] = []
        self.process = subprocess.Popen(
            part.arguments,
            cwd=ROOT,
            env=site.variables,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self._listener = threading.Thread(target=self._listen)
        self._listener.start()

    def _listen(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self._said.append(line)

    def said(self, words: str) -> int:
        return sum(words in line for line in list(self._said))

    def stop(self) -> None:
        self.process.kill()
        self.process.wait()
        self._listener.join()
        assert self.process.stdout is not None
        self.process.stdout.close()


@contextmanager
def working(site: Site, data: Path) -> Iterator[dict[str, Worker]]:
    workers: dict[str, Worker] = {}
    try:
        for name in ("recognition", "general", "beat"):
            workers[name] = Worker(name, site, data)
        yield workers
    finally:
        for worker in workers.values():
            worker.stop()


@contextmanager
def ended(restore: "subprocess.Popen[bytes]") -> Iterator["subprocess.Popen[bytes]"]:
    """Whatever becomes of the test."""
    try:
        yield restore
    finally:
        restore.kill()
        restore.wait()


@contextmanager
def held_up(site: Site, restore: "subprocess.Popen[bytes]") -> Iterator[Connection]:
    """The restore waits before it erases what is due: everything is in the database already."""
    is_there = "SELECT to_regclass('public.deployments_deployment') IS NOT NULL"
    until(lambda: bool(site.ask(is_there)) or restore.poll() is not None, STARTS_WITHIN_S)
    with psycopg.connect(site.superuser_url) as own:
        own.execute("LOCK TABLE deployments_deployment IN EXCLUSIVE MODE")
        until(lambda: _is_waited_for(own) or restore.poll() is not None)
        assert restore.poll() is None, "it was held up in time"
        yield own


def _is_waited_for(own: Connection) -> bool:
    blocked = "SELECT count(*) FROM pg_locks WHERE pg_backend_pid() = ANY(pg_blocking_pids(pid))"
    row = own.execute(blocked).fetchone()
    return row is not None and bool(row[0])


def until(condition: Callable[[], bool], seconds: float = LIMIT_S) -> None:
    pause = threading.Event()
    for _ in range(int(seconds / 0.02)):
        if condition():
            return
        pause.wait(0.02)
    raise AssertionError("it never came to be")


def written(own: Connection, files: Path) -> dict[str, object]:
    """What workers would have changed: they say that they live, erase, end and record."""
    found: dict[str, object] = {
        table: own.execute(f"SELECT t::text FROM {table} t ORDER BY 1").fetchall()
        for table in ("deployments_auditevent", "deployments_heartbeat", "deployments_deployment")
    }
    return found | {"files": sorted(path.name for path in files.rglob("*"))}


def read(own: Connection, *, since: object) -> set[str]:
    """What is asked of the database by whoever connected to it since the restore waits."""
    own.execute("SELECT pg_stat_clear_snapshot()")
    rows = own.execute(
        "SELECT query FROM pg_stat_activity WHERE datname = current_database()"
        " AND usename IS NOT NULL AND pid <> pg_backend_pid()"
        " AND backend_start > %s",
        [since],
    ).fetchall()
    return {str(row[0]) for row in rows if "deployments_" in row[0] or "recognition_" in row[0]}


def test_workers_wait_until_it_has_gone_through_and_go_on(
    live: Deployment, site: Site, empty: Site, broker: str, tmp_path: Path
) -> None:
    officer, picture = person("engagement_officer"), jpeg(seed=3, size=(480, 640))
    sign = signs.add_photograph(live, picture, place=SignPlace.ZONE, by=officer)
    site.manage("backup", str(tmp_path / "backup"))

    def send() -> None:
        # Not current: whatever this process sends later goes to its own broker.
        with Celery(broker=broker, set_as_current=False) as sender:
            sender.send_task("recognition.hide_faces_of_sign", [sign.pk], queue="recognition")

    with working(empty, tmp_path) as workers, ExitStack() as stack:
        recognition, general = workers["recognition"], workers["general"]
        until(lambda: recognition.said("ready.") > 0, STARTS_WITHIN_S)
        restore = stack.enter_context(ended(empty.begin("restore", str(tmp_path / "backup"))))
        with held_up(empty, restore) as own:
            before, asked, refused = written(own, empty.files), set(), general.said("Restoring")
            (since,) = own.execute("SELECT clock_timestamp()").fetchone() or (None,)
            send()

            def was_refused() -> bool:
                asked.update(read(own, since=since))
                return general.said("Restoring") > refused + 5 and recognition.said("Restoring") > 0

            until(was_refused)
            assert asked == set()
            assert written(own, empty.files) == before
        assert restore.wait(LIMIT_S) == 0

        beats = "SELECT extract(epoch FROM max(at))::float FROM deployments_heartbeat"
        restored = empty.ask(beats)
        until(lambda: empty.ask(beats) != restored)
        send()
        hidden = "SELECT count(*) FROM deployments_signphotograph WHERE faces_hidden_at IS NOT NULL"
        until(lambda: empty.ask(hidden) == 1)


def test_who_was_inside_before_it_was_shut_is_seen_out_or_the_restore_refused(
    monkeypatch: pytest.MonkeyPatch, transactional_db: None
) -> None:
    """What they read and write is not the restore's to know."""
    monkeypatch.setattr(maintenance, "_exempt", threading.Event())
    with psycopg.connect(empty_of_this_test(), autocommit=True) as inside:
        inside.execute("SELECT 1")
        with pytest.raises(maintenance.StillInUse):
            maintenance.begin(leaves_within_s=0.5)
        assert not is_shut(inside)

        leaving = threading.Timer(0.5, inside.close)
        leaving.start()
        maintenance.begin()
        leaving.join()
    maintenance.end()


def empty_of_this_test() -> str:
    """The test's own database, as somebody else would be connected to it."""
    address, _, query = os.environ["LFR_DATABASE_URL"].partition("?")
    return f"{address.rpartition('/')[0]}/{connection.settings_dict['NAME']}?{query}"


def is_shut(inside: Connection) -> bool:
    row = inside.execute("SELECT to_regnamespace(%s)", [maintenance.SCHEMA]).fetchone()
    return row is not None and row[0] is not None
