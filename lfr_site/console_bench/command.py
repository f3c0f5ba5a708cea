"""`python manage.py bench_console`: runs before Django's settings are read, on a PostgreSQL, a
Redis and a daphne of its own."""

import argparse
import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from lfr_site.child_process import start_child, stop_child
from lfr_site.console_bench.report import as_line, as_table, into_document
from lfr_site.demo.environment import ROOT, VAR, DemoFolder, environment
from lfr_site.demo.parts import manage, parts
from lfr_site.embedded import EmbeddedServerError, EmbeddedServers, discard
from lfr_site.ports import free_port
from lfr_site.readiness import http_answers

DOCUMENT = ROOT / "docs" / "performance.md"
STARTS_WITHIN_S = 90.0


def main(arguments: list[str]) -> int:
    """Prints a table and, as its last line, JSON. Exit status 1 where it could not measure."""
    parser = argparse.ArgumentParser(prog="manage.py bench_console")
    parser.add_argument("--quick", action="store_true", help="short: to see what is badly wrong")
    parser.add_argument("--write", action="store_true", help="put it into docs/performance.md")
    parser.add_argument("--servers", type=Path, default=VAR / "bench-console")
    options = parser.parse_args(arguments)
    try:
        figures = _measured(options)
    except (EmbeddedServerError, OSError, subprocess.CalledProcessError) as error:
        sys.stderr.write(f"\n{error}\n")
        return 1
    except KeyboardInterrupt:
        return 130
    if options.write:
        DOCUMENT.write_text(into_document(DOCUMENT.read_text(), figures))
    _say(f"\n{as_table(figures)}\n\n{json.dumps(as_line(figures))}")
    return 0


def _measured(options: argparse.Namespace) -> dict[str, Any]:
    folder = DemoFolder(options.servers, is_check=True)
    _remove(folder)
    with EmbeddedServers(folder.path, say=_say) as urls:
        env = environment(folder, urls) | {
            "LFR_ALERT_MERGE_S": "1",
            "LFR_RETENTION_S": "",
            "DJANGO_ALLOW_ASYNC_UNSAFE": "true",  # Playwright keeps a loop in the thread
        }
        _say("Preparing the database …")
        owner = env | {"LFR_DATABASE_URL": urls.database_owner}
        subprocess.run(manage("migrate", "--verbosity", "0"), env=owner, check=True)
        figures = _against_daphne(options, folder, env)
    _remove(folder)
    return figures


def _against_daphne(
    options: argparse.Namespace, folder: DemoFolder, env: dict[str, str]
) -> dict[str, Any]:
    port = free_port()
    origin = f"http://localhost:{port}"
    web = next(part for part in parts(port=port, data=folder.path) if part.name == "web")
    folder.logs.mkdir(parents=True, exist_ok=True)
    with (folder.logs / "web.log").open("wb") as log:
        daphne = start_child(web.arguments, output=log, environment=env)
        try:
            _wait_for(origin)
            into = folder.path / "figures.json"
            arguments = ["--origin", origin, "--into", str(into)]
            command = manage("bench_console_measure", *arguments, *["--quick"][: options.quick])
            subprocess.run(command, env=env, check=True)
            figures: dict[str, Any] = json.loads(into.read_text())
        finally:
            stop_child(daphne)
    return figures


def _wait_for(origin: str) -> None:
    deadline = time.monotonic() + STARTS_WITHIN_S
    while not http_answers(f"{origin}/"):
        if time.monotonic() > deadline:
            raise OSError("daphne did not start")
        time.sleep(0.2)


def _remove(folder: DemoFolder) -> None:
    if folder.path.exists():
        discard(folder.path)
        shutil.rmtree(folder.path)


def _say(line: str) -> None:
    sys.stdout.write(f"{line}{os.linesep}")
    sys.stdout.flush()
