"""A face that matches nobody is in the memory of one process for less than a second and nowhere
else, ever; and of a watchlist nothing is left once its deployment is closed (I2, I5, I7).

The demo's street goes through the real worker, with a real database, broker and housekeeping; then
the bytes of everything that could hold something are searched. Whether that search could find
anything is tried too: with a leak of each kind planted in each place."""

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import cv2
import numpy as np
import psycopg
import pytest
import redis
from kombu import Connection as Broker

from lfr_site.demo.environment import ASSETS
from recognition.alerting import encode
from tests import stores
from tests.byte_search import Found, Sought
from tests.street import Street, watched_street
from tests.watched_worker import Passer

pytestmark = pytest.mark.model

STRANGERS = 120
Leak = Callable[[Passer], bytes]
LEAKS: dict[str, Leak] = {
    "float32": lambda passer: passer.embedding.astype("<f4").tobytes(),
    "float16": lambda passer: passer.embedding.astype("<f2").tobytes(),
    "big-endian": lambda passer: passer.embedding.astype(">f4").tobytes(),
    "float64": lambda passer: passer.embedding.astype("<f8").tobytes(),
    "text": lambda passer: _as_text(passer.embedding).encode(),
    "pixels": lambda passer: passer.crop.tobytes(),
    "jpeg": lambda passer: encode(passer.crop),
    "png": lambda passer: cv2.imencode(".png", passer.chip)[1].tobytes(),
}


@pytest.fixture(scope="module")
def closed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Street]:
    """A street on which people passed, and whose deployment is closed."""
    with watched_street(tmp_path_factory.mktemp("street")) as street:
        street.begin()
        street.watchlist = watchlist(street)
        street.settle()  # while there are templates
        street.watch_until(strangers=STRANGERS, matches=1)
        street.files = stores.written_by(street.processes())
        street.end()
        street.settle()
        yield street


@pytest.fixture(scope="module")
def strangers(closed: Street) -> Sought:
    wanted = Sought()
    for number, passer in enumerate(closed.strangers()):
        wanted.add_embedding(f"stranger {number}", passer.embedding)
        wanted.add_pixels(f"stranger {number}", passer.chip)
        wanted.add_pixels(f"stranger {number}", passer.crop)
    return wanted


def watchlist(street: Street) -> Sought:
    """Templates as they are in the database now, and the images as they were uploaded."""
    wanted = Sought()
    for who, template in street.templates():
        wanted.add_embedding(who, np.array(json.loads(template), np.float32))
    assert len(wanted) > 100
    for portrait in (ASSETS / "portraits").iterdir():
        wanted.add_bytes(portrait.name, portrait.read_bytes())
        picture = cv2.imread(str(portrait))
        assert picture is not None
        wanted.add_pixels(portrait.name, picture)
    return wanted


def searched(street: Street, *wanted: Sought) -> set[tuple[str, Found]]:
    """The store (without the file's name) and what was found in it."""
    found = set()
    for each in street.everything():
        for sought in wanted:
            places = sought.find(each.data, packed=each.packed)
            found |= {(each.where, place) for place in places}
    return found


def test_nothing_is_left_of_those_who_did_not_match_nor_of_the_watchlist(
    closed: Street, strangers: Sought
) -> None:
    assert len(closed.strangers()) >= STRANGERS
    assert sum(len(each.data) for each in closed.everything()) > 50 * 2**20

    assert searched(closed, strangers, closed.watchlist) == set()


def test_they_are_in_memory_for_less_than_a_second(closed: Street) -> None:
    assert max(passer.longest_life_s for passer in closed.passers) <= 1.0


def test_processes_write_where_it_is_searched_and_nowhere_else(closed: Street) -> None:
    roots = (closed.demo.folder.path, closed.folders.postgres, closed.temporary)

    assert closed.files
    assert [path for path in closed.files if not any(map(path.is_relative_to, roots))] == []


def test_no_process_of_a_running_site_leaves_a_core_file(closed: Street) -> None:
    processes = closed.processes()
    names = {" ".join(process.cmdline()) for process in processes}
    for part in ("watched_worker", "general@demo", "beat", "redis-server", "postgres"):
        assert any(part in name for name in names), part

    for process in processes:
        limits = Path(f"/proc/{process.pid}/limits").read_text()
        assert re.search(r"^Max core file size +0 +0 ", limits, re.MULTILINE), process.cmdline()


def test_no_result_of_a_task_is_kept(closed: Street) -> None:
    code = "from lfr_site.celery import app; print(type(app.backend).__name__)"

    assert closed.demo.run("shell", "--command", code).splitlines()[-1] == "DisabledBackend"


def test_a_leak_of_each_kind_in_each_place_is_found(closed: Street, strangers: Sought) -> None:
    """Last, as it leaves what it planted. Every place gets a face of its own for each kind."""
    faces = iter(enumerate(closed.strangers()))
    planted = {place: {kind: next(faces) for kind in LEAKS} for place in PLACES}
    for place, plant in PLACES.items():
        leaks = {kind: LEAKS[kind](passer) for kind, (_, passer) in planted[place].items()}
        plant(closed, leaks)
    try:
        closed.settle()
        found = searched(closed, strangers)
    finally:
        for connection in _open:
            connection.close()

    missed = []
    for place, faces_here in planted.items():
        here = {each for where, each in found if where.startswith(place)}
        for kind, (number, _) in faces_here.items():
            who = "" if kind in {"jpeg", "png"} else f"stranger {number}"
            if Found(who, kind) not in here:
                missed.append((place, kind))
    assert missed == [], missed


# Planting

_open: list["psycopg.Connection[tuple[object, ...]]"] = []


def _as_text(embedding: np.ndarray) -> str:
    """As pgvector prints it."""
    return "[" + ",".join(repr(float(str(value))) for value in embedding.astype(np.float32)) + "]"


def _in_a_table(street: Street, leaks: dict[str, bytes]) -> None:
    with psycopg.connect(street.superuser_url) as connection:
        connection.execute("CREATE TABLE leak (data bytea)")
        connection.execute("ALTER TABLE leak ALTER data SET STORAGE EXTERNAL")
        for leak in leaks.values():
            connection.execute("INSERT INTO leak VALUES (%s)", [leak])


def _in_compressed_rows(street: Street, leaks: dict[str, bytes]) -> None:
    """What the server compresses cannot be found in its files, but its table can be read."""
    with psycopg.connect(street.superuser_url) as connection:
        connection.execute("CREATE TABLE pressed (data bytea)")
        for leak in leaks.values():
            connection.execute("INSERT INTO pressed VALUES (%s)", [leak + bytes(100_000)])


def _in_the_log(street: Street, leaks: dict[str, bytes]) -> None:
    """A table that is gone again is still in the write-ahead log."""
    with psycopg.connect(street.superuser_url) as connection:
        connection.execute("CREATE TABLE gone (data bytea)")
    with psycopg.connect(street.superuser_url) as connection:
        connection.execute("ALTER TABLE gone ALTER data SET STORAGE EXTERNAL")
        for leak in leaks.values():
            connection.execute("INSERT INTO gone VALUES (%s)", [leak])
    with psycopg.connect(street.superuser_url) as connection:
        connection.execute("DROP TABLE gone")


def _in_temporary_files(street: Street, leaks: dict[str, bytes]) -> None:
    """Of a query that does not fit the server's memory, held open while the search goes on."""
    connection = psycopg.connect(street.superuser_url)
    _open.append(connection)
    connection.execute("SET work_mem = '64kB'")
    connection.execute("CREATE TEMPORARY TABLE passing (data bytea)")
    for leak in leaks.values():
        connection.execute("INSERT INTO passing VALUES (%s)", [leak])
    connection.execute(
        "DECLARE held CURSOR WITH HOLD FOR"
        " SELECT data || ''::bytea FROM passing, generate_series(1, 40)"
    )
    connection.commit()


def _in_redis(street: Street, leaks: dict[str, bytes]) -> None:
    with redis.Redis.from_url(street.demo.environment["LFR_REDIS_URL"]) as server:
        for kind, leak in leaks.items():
            server.set(f"leak-{kind}", leak)


def _through_redis(street: Street, leaks: dict[str, bytes]) -> None:
    """Said, and gone before anybody looks."""
    with redis.Redis.from_url(street.demo.environment["LFR_REDIS_URL"]) as server:
        for leak in leaks.values():
            server.publish("nobody-listens", leak)


def _in_a_queue(street: Street, leaks: dict[str, bytes]) -> None:
    """As a task's argument: Celery packs what is no text into base64, and all of it once more."""
    with Broker(street.demo.environment["LFR_REDIS_URL"]) as broker:
        queue = broker.SimpleQueue("leak")
        for kind, leak in leaks.items():
            queue.put(leak.decode() if kind == "text" else leak, serializer="json")
        queue.close()


def _in_a_result(street: Street, leaks: dict[str, bytes]) -> None:
    with redis.Redis.from_url(street.demo.environment["LFR_REDIS_URL"]) as server:
        for kind, leak in leaks.items():
            server.select(3)
            server.hset("celery-task-meta-1", kind, b'{"result": "' + leak + b'"}')


def _in_a_file(name: str) -> Callable[[Street, dict[str, bytes]], None]:
    def plant(street: Street, leaks: dict[str, bytes]) -> None:
        path = street.demo.folder.path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("ab") as file:
            for leak in leaks.values():
                file.write(b"\n" + leak + b"\n")

    return plant


def _in_the_temporary_folder(street: Street, leaks: dict[str, bytes]) -> None:
    for kind, leak in leaks.items():
        (street.temporary / f"tmp{kind}").write_bytes(leak)


PLACES: dict[str, Callable[[Street, dict[str, bytes]], None]] = {
    "database tables": _in_a_table,
    "rows": _in_compressed_rows,
    "database log": _in_the_log,
    "database temporary files": _in_temporary_files,
    "redis string": _in_redis,
    "redis dump": _in_a_result,
    "redis wire": _through_redis,
    "redis list": _in_a_queue,
    "data: files/": _in_a_file("files/ab/abcdef"),
    "data: log/": _in_a_file("log/recognition.log"),
    "temporary": _in_the_temporary_folder,
}
