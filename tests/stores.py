"""Every place in which a running demo could have left something, as bytes."""

import os
import re
import socket
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil
import psycopg
import redis
from psycopg import sql

_ESCAPED = re.compile(rb"\\(x[0-9a-f]{2}|.)", re.DOTALL)
_LETTERS = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"a": b"\a", b"b": b"\b"}


@dataclass(frozen=True, slots=True)
class Bytes:
    """`where` begins with the store's name. `packed`: messages may be in base64."""

    where: str
    data: bytes
    packed: bool = True


def of_database(cluster: Path) -> Iterator[Bytes]:
    """Tables, indices, write-ahead log and temporary files, as they lie on the disk."""
    for path in _files(cluster):
        place = path.relative_to(cluster)
        kind = "log" if place.parts[0] == "pg_wal" else "tables"
        if "pgsql_tmp" in place.parts:
            kind = "temporary files"
        yield Bytes(f"database {kind}: {place}", _content(path), packed=False)


def of_rows(url: str) -> Iterator[Bytes]:
    """What the tables hold, whatever the server compressed of it on the disk."""
    with psycopg.connect(url) as connection:
        tables = connection.execute(
            "SELECT schemaname, tablename FROM pg_tables WHERE schemaname <> 'information_schema'"
        ).fetchall()
        for schema, table in tables:
            copy = sql.SQL("COPY (SELECT * FROM {}) TO STDOUT (FORMAT BINARY)")
            statement = copy.format(sql.Identifier(schema, table))
            try:
                with connection.transaction(), connection.cursor().copy(statement) as rows:
                    yield Bytes(f"rows: {schema}.{table}", b"".join(map(bytes, rows)))
            except psycopg.errors.UndefinedFunction:
                continue  # a catalogue's column without a binary form


def of_redis(url: str, folder: Path) -> Iterator[Bytes]:
    """Its keys, and the dump that it writes to a disk when it is told to."""
    with redis.Redis.from_url(url) as server:
        for number in range(16):
            server.select(number)
            for key in server.scan_iter():
                kind = server.type(key).decode()
                yield Bytes(f"redis {kind}", key + b" " + (server.dump(key) or b""))
        server.config_set("rdbcompression", "no")
        server.save()
    yield Bytes("redis dump", (folder / "dump.rdb").read_bytes())


def of_folder(name: str, folder: Path) -> Iterator[Bytes]:
    for path in _files(folder):
        yield Bytes(f"{name}: {path.relative_to(folder)}", _content(path))


def of_processes(processes: Iterable[psutil.Process]) -> Iterator[Bytes]:
    """Files that they hold open and that have no name any more."""
    for process in processes:
        for descriptor in _descriptors(process):
            if str(descriptor.resolve()).endswith(" (deleted)") and descriptor.stat().st_size:
                yield Bytes(f"deleted file of {process.name()}", _content(descriptor))


def written_by(processes: Iterable[psutil.Process]) -> set[Path]:
    """Regular files that these processes hold open for writing."""
    found = set()
    for process in processes:
        for descriptor in _descriptors(process):
            info = Path(f"/proc/{process.pid}/fdinfo/{descriptor.name}")
            try:
                flags = int(re.search(r"flags:\s+(\d+)", info.read_text())[1], 8)  # type: ignore[index]
                if flags & os.O_ACCMODE and descriptor.is_file():
                    found.add(descriptor.readlink())
            except OSError:
                continue
    return found


class Wire:
    """Everything that is said to Redis while it is listened to, by its own MONITOR."""

    def __init__(self, url: str) -> None:
        address = redis.ConnectionPool.from_url(url).connection_kwargs
        self._heard = bytearray()
        self._socket = socket.create_connection((address["host"], address["port"]))
        self._socket.sendall(f"AUTH {address['password']}\r\nMONITOR\r\n".encode())

    def listen(self) -> None:
        """Until `close`; in a thread."""
        while data := self._socket.recv(2**16):
            self._heard += data

    def close(self) -> None:
        self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()

    def heard(self) -> Bytes:
        return Bytes("redis wire", _ESCAPED.sub(_unescaped, bytes(self._heard)))


def _unescaped(match: re.Match[bytes]) -> bytes:
    said = match[1]
    return bytes([int(said[1:], 16)]) if len(said) == 3 else _LETTERS.get(said, said)


def _files(folder: Path) -> Iterator[Path]:
    for path in folder.rglob("*"):
        if path.is_file() and not path.is_symlink():
            yield path


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return b""  # gone in this moment


def _descriptors(process: psutil.Process) -> list[Path]:
    try:
        return list(Path(f"/proc/{process.pid}/fd").iterdir())
    except OSError:
        return []
