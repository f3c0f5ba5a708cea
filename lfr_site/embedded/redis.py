"""An embedded Redis as a child process: on this machine's own address, with a password.

A TCP port rather than a Unix socket, because Celery, channels and Django each write a socket's
address in a different way, and one LFR_REDIS_URL is to serve them all.
"""

import os
import secrets
import shutil
import signal
import socket
import subprocess
import time
from pathlib import Path

from lfr_site.child_process import start_child, stop_child, tail
from lfr_site.embedded.configuration import redis_settings
from lfr_site.embedded.errors import EmbeddedServerError
from lfr_site.embedded.folders import Folders, make_private
from lfr_site.embedded.orphans import stop_orphaned_redis
from lfr_site.ports import LOCALHOST, free_port

_START_LIMIT_S = 20.0
_ATTEMPTS = 5


class RedisServer:
    """Holds nothing across a restart: a new port and a new password each time."""

    def __init__(self, folders: Folders, *, program: Path) -> None:
        self.process: subprocess.Popen[bytes] | None = None
        self.log = folders.logs / "redis.log"
        self.url = ""
        self._folder = folders.data / "redis"
        self._program = program

    def start(self) -> None:
        """Start the server and wait until it answers."""
        configuration = self._folder / "redis.conf"
        stop_orphaned_redis(configuration)
        make_private(self._folder, user=None)
        for _ in range(_ATTEMPTS):
            # Another program may take the port between the choice and the start: choose again.
            port, password = free_port(), secrets.token_hex(24)
            self._launch(configuration, port=port, password=password)
            if self._answers(port, password=password):
                self.url = f"redis://:{password}@{LOCALHOST}:{port}/0"
                return
            self.stop()
        raise EmbeddedServerError(f"Redis did not start. The end of {self.log}:\n{tail(self.log)}")

    def resume(self, *, port: int, password: str) -> None:
        """Start it again at the address it had: its clients find it where they left it."""
        self._launch(self._folder / "redis.conf", port=port, password=password)
        if not self._answers(port, password=password):
            raise EmbeddedServerError(f"Redis did not start again:\n{tail(self.log)}")

    def stop(self) -> None:
        """Stop the server; what its queues held is gone."""
        if self.process is not None:
            stop_child(self.process, grace_s=5)
            self.process = None
        shutil.rmtree(self._folder, ignore_errors=True)

    def _launch(self, configuration: Path, *, port: int, password: str) -> None:
        make_private(self._folder, user=None)
        descriptor = os.open(configuration, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(redis_settings(self._folder, port=port, password=password))
        self.log.parent.mkdir(parents=True, exist_ok=True)
        with self.log.open("ab") as log:
            self.process = start_child(
                [str(self._program), str(configuration)],
                output=log,
                folder=self._folder,
                at_parent_death=signal.SIGTERM,
            )

    def _answers(self, port: int, *, password: str) -> bool:
        deadline = time.monotonic() + _START_LIMIT_S
        while time.monotonic() < deadline:
            if self.process is None or self.process.poll() is not None:
                return False
            if _signs_in(port, password=password):
                return True
            time.sleep(0.02)
        return False


def _signs_in(port: int, *, password: str) -> bool:
    """Say whether our Redis, and not another program, answers at the port."""
    try:
        with socket.create_connection((LOCALHOST, port), timeout=1) as connection:
            connection.sendall(f"AUTH {password}\r\n".encode())
            return connection.recv(16) == b"+OK\r\n"
    except OSError:
        return False
