import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import psycopg
import pytest
import redis

from lfr_site.embedded import EmbeddedServerError, EmbeddedServers, Urls, discard

OWN_THEM_UNTIL_KILLED = """
import json, signal, sys
from pathlib import Path
from lfr_site.embedded import EmbeddedServers
servers = EmbeddedServers(Path(sys.argv[1]), for_tests=True, say=lambda line: None)
urls = servers.start()
pids = {name: process.pid for name, (process, _) in servers.processes.items()}
print(json.dumps({"owner": urls.database_owner, "pids": pids}), flush=True)
signal.pause()
"""


def execute(url: str, statement: str) -> list[tuple[object, ...]]:
    with psycopg.connect(url, autocommit=True) as connection:
        cursor = connection.execute(statement)
        return cursor.fetchall() if cursor.description else []


def test_both_servers_answer(servers: EmbeddedServers) -> None:
    urls = servers.start()

    version = execute(urls.database, "SHOW server_version")[0][0]
    extension = execute(urls.database, "SELECT extname FROM pg_extension WHERE extname = 'vector'")

    assert str(version).startswith("18.")
    assert extension == [("vector",)]
    with redis.Redis.from_url(urls.redis) as client:
        assert client.ping()


def test_stopping_ends_the_processes_and_removes_the_sockets(servers: EmbeddedServers) -> None:
    servers.start()
    processes = [process for process, _log in servers.processes.values()]

    servers.stop()

    assert len(processes) == 2
    assert all(process.returncode == 0 for process in processes)
    assert not servers.folders.sockets.exists()
    assert servers.processes == {}


def test_stopping_twice_is_harmless(servers: EmbeddedServers) -> None:
    servers.start()
    servers.stop()
    servers.stop()


def test_data_and_passwords_outlive_a_restart(servers: EmbeddedServers, said: list[str]) -> None:
    first = servers.start()
    execute(first.database_owner, "CREATE TABLE kept AS SELECT 7 AS number")
    servers.stop()
    said.clear()

    second = servers.start()

    assert second.database == first.database
    assert execute(second.database, "SELECT number FROM kept") == [(7,)]
    assert not any("Making" in line for line in said)


def test_what_redis_held_does_not_outlive_a_restart(servers: EmbeddedServers) -> None:
    with redis.Redis.from_url(servers.start().redis) as client:
        client.set("queue", "a message")
    servers.stop()

    with redis.Redis.from_url(servers.start().redis) as client:
        assert client.dbsize() == 0


def test_a_second_owner_is_refused_by_name(servers: EmbeddedServers, data_dir: Path) -> None:
    servers.start()

    with pytest.raises(EmbeddedServerError, match=f"already running.* process {os.getpid()}"):
        EmbeddedServers(data_dir).start()

    assert execute(servers.postgres.url("lfr_app"), "SELECT 1") == [(1,)]


def test_two_data_folders_run_side_by_side(servers: EmbeddedServers, tmp_path: Path) -> None:
    first = servers.start()
    other_folder = tmp_path / "other"
    with EmbeddedServers(other_folder, for_tests=True, say=lambda _line: None) as second:
        execute(first.database_owner, "CREATE TABLE mine ()")
        assert execute(second.database, "SELECT to_regclass('mine')") == [(None,)]
    discard(other_folder)


def test_a_half_made_database_is_made_again(servers: EmbeddedServers, said: list[str]) -> None:
    servers.start()
    servers.stop()
    (servers.folders.postgres / "complete.json").unlink()
    (servers.folders.cluster / "global" / "pg_control").unlink()

    urls = servers.start()

    assert execute(urls.database, "SELECT 1") == [(1,)]
    assert any("half made" in line for line in said)


def test_an_interrupted_start_is_made_good_by_the_next(
    servers: EmbeddedServers, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_arguments: object, **_options: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr("lfr_site.embedded.bootstrap.prepare", interrupted)
        with pytest.raises(KeyboardInterrupt):
            servers.start()
    assert servers.processes == {}

    assert execute(servers.start().database, "SELECT 1") == [(1,)]


def test_a_database_of_another_version_is_left_alone(servers: EmbeddedServers) -> None:
    servers.start()
    servers.stop()
    marker = servers.folders.postgres / "complete.json"
    marker.write_text(json.dumps({"version": "17", "identity": "x"}))

    with pytest.raises(EmbeddedServerError, match=r"made by PostgreSQL 17.*make clean"):
        servers.start()

    assert servers.folders.cluster.exists()


def test_a_stale_process_number_of_another_program_is_no_obstacle(
    servers: EmbeddedServers,
) -> None:
    servers.start()
    servers.stop()
    stale = servers.folders.cluster / "postmaster.pid"
    stale.write_text(f"{os.getpid()}\n{servers.folders.cluster}\n")

    assert execute(servers.start().database, "SELECT 1") == [(1,)]


def test_servers_whose_owner_was_killed_end_and_can_be_started_again(
    servers: EmbeddedServers, data_dir: Path
) -> None:
    command = [sys.executable, "-c", OWN_THEM_UNTIL_KILLED, str(data_dir)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as owner:
        assert owner.stdout is not None
        told = json.loads(owner.stdout.readline())
        execute(told["owner"], "CREATE TABLE kept AS SELECT 7 AS number")
        running = [psutil.Process(pid) for pid in told["pids"].values()]
        owner.kill()

    psutil.wait_procs(running, timeout=30)

    assert not any(process.is_running() and process.status() != psutil.STATUS_ZOMBIE
                   for process in running)  # fmt: skip
    assert execute(servers.start().database, "SELECT number FROM kept") == [(7,)]


def test_a_crash_of_the_server_itself_loses_nothing_committed(data_dir: Path) -> None:
    servers = EmbeddedServers(data_dir, say=lambda _line: None)  # as the demo's, with fsync
    urls = servers.start()
    execute(urls.database_owner, "CREATE TABLE kept AS SELECT 7 AS number")
    process, _log = servers.processes["postgres"]
    process.send_signal(signal.SIGKILL)
    process.wait()
    servers.stop()

    with servers as again:
        assert execute(again.database, "SELECT number FROM kept") == [(7,)]


def test_no_word_of_a_statement_its_error_or_its_parameters_is_logged(
    servers: EmbeddedServers,
) -> None:
    urls = servers.start()
    execute(urls.database_owner, "CREATE TABLE person (name text UNIQUE)")
    with psycopg.connect(urls.database, autocommit=True) as connection:
        insert = "INSERT INTO person VALUES (%s)"
        connection.execute(insert, ["Nora Nameless"])
        with pytest.raises(psycopg.errors.UniqueViolation):
            connection.execute(insert, ["Nora Nameless"])
        with pytest.raises(psycopg.Error):
            connection.execute("SELECT 'Nora Nameless'::integer")
    servers.stop()

    log = servers.postgres.log.read_text()
    assert "ready to accept connections" in log
    assert "Nora" not in log
    assert "INSERT" not in log


def test_a_wrong_password_is_refused(servers: EmbeddedServers) -> None:
    urls = servers.start()

    for role in ("postgres", "lfr_owner", "lfr_app"):
        with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
            psycopg.connect(urls.database, user=role, password="guessed")
    address = urls.redis.rpartition("@")[2]
    for signed_in_as in (f"redis://{address}", f"redis://:guessed@{address}"):
        with redis.Redis.from_url(signed_in_as) as client, pytest.raises(redis.RedisError):
            client.ping()


def test_passwords_and_sockets_are_closed_to_others(servers: EmbeddedServers) -> None:
    servers.start()
    folders = servers.folders

    private = [folders.postgres, folders.sockets, folders.data / "redis"]
    private += [folders.postgres / "passwords.json", folders.data / "redis" / "redis.conf"]

    assert [oct(path.stat().st_mode & 0o077) for path in private] == ["0o0"] * len(private)


def test_addresses_show_no_password_when_printed() -> None:
    urls = Urls("secret-a", "secret-b", "secret-c", "secret-d")

    assert "secret" not in repr(urls)
    assert "secret-c" not in urls.environment().values()  # the superuser's


def test_the_place_of_the_database_is_written_down(servers: EmbeddedServers) -> None:
    servers.start()

    assert str(servers.folders.postgres) in servers.folders.where.read_text()


@pytest.mark.skipif(os.geteuid() != 0, reason="Only root's database lies outside its folder.")
def test_roots_database_of_a_removed_data_folder_is_not_used_again(
    servers: EmbeddedServers,
) -> None:
    execute(servers.start().database_owner, "CREATE TABLE of_a_former_clone ()")
    servers.stop()
    servers.folders.where.unlink()  # as `rm -rf` of the clone does

    urls = servers.start()

    assert execute(urls.database, "SELECT to_regclass('of_a_former_clone')") == [(None,)]


def test_discarding_is_refused_while_in_use(servers: EmbeddedServers, data_dir: Path) -> None:
    servers.start()

    with pytest.raises(EmbeddedServerError, match="in use"):
        discard(data_dir)


def test_discarding_leaves_nothing(servers: EmbeddedServers, data_dir: Path) -> None:
    servers.start()
    servers.stop()

    discard(data_dir)

    assert not servers.folders.postgres.exists()
    assert not servers.folders.where.exists()
