"""A daphne of its own for browser tests, on the test's database."""

import os
import socket
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from urllib.request import urlopen

from django.db import connection

from tests.conftest import ROOT

STARTS_WITHIN_S = 60


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class WebServer:
    """Started, killed and started again on the same port and image store."""

    files: Path
    port: int = field(default_factory=_free_port)
    # Beside the settings of the run: long enough to press the key, and to look away from a page.
    settings: dict[str, str] = field(
        default_factory=lambda: {"LFR_UNDO_S": "3", "LFR_CONSOLE_GONE_S": "600"}
    )
    process: "subprocess.Popen[bytes] | None" = None

    @property
    def url(self) -> str:
        return f"http://localhost:{self.port}"

    def start(self) -> None:
        """Its socket listens before it is there: the first request waits for it in line."""
        with socket.create_server(("127.0.0.1", self.port)) as listening:
            door = listening.fileno()
            self.process = subprocess.Popen(
                [sys.executable, "-m", "daphne", "--fd", str(door), "lfr_site.asgi:application"],
                cwd=ROOT,
                env=os.environ | self._environment(),
                stdout=subprocess.DEVNULL,
                pass_fds=(door,),
            )
        with urlopen(self.url, timeout=STARTS_WITHIN_S):  # noqa: S310, our own address
            pass

    def stop(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait()

    def _environment(self) -> dict[str, str]:
        database = os.environ["LFR_DATABASE_URL"]
        address, _, query = database.partition("?")
        own = f"{address.rpartition('/')[0]}/{connection.settings_dict['NAME']}?{query}"
        return {
            "LFR_DATABASE_URL": own,
            "LFR_FILE_STORE": str(self.files),
            "LFR_DEMO": "1",
            **self.settings,
        }
