"""A running demo: servers, migrations, processes, seed; everything stopped on the way out."""

import json
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from lfr_site.demo.cast import CAST
from lfr_site.demo.environment import ASSETS, DemoFolder, environment, write_private
from lfr_site.demo.parts import manage, parts
from lfr_site.embedded import EmbeddedServers, discard
from lfr_site.sole_instance import announce_address, hold_data_folder
from lfr_site.supervisor import Supervisor

Say = Callable[[str], None]


class DemoFailedError(RuntimeError):
    """A step of the demo failed; the message says which and what it printed last."""


@dataclass(frozen=True, slots=True)
class RunningDemo:
    base_url: str
    folder: DemoFolder
    environment: dict[str, str]
    supervisor: Supervisor

    def run(self, *arguments: str, say: Say | None = None) -> str:
        """Run a management command with the demo's settings. Returns what it printed."""
        with subprocess.Popen(
            manage(*arguments),
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        ) as process:
            lines = []
            for line in process.stdout or ():
                lines.append(line.rstrip())
                if say is not None:
                    say(f"  {line.rstrip()}")
        if process.returncode:
            last = "\n".join(lines[-12:])
            raise DemoFailedError(f"manage.py {arguments[0]} failed:\n{last}")
        return "\n".join(lines)


@contextmanager
def running(folder: DemoFolder, *, port: int, console: bool, say: Say) -> Iterator[RunningDemo]:
    """Servers, migrations and the four processes; leaving it stops all of them.

    Raises the sentences of the parts that cannot run: EmbeddedServerError, PartFailedError,
    AlreadyRunningError, DemoFailedError."""
    (folder.path / "static").mkdir(parents=True, exist_ok=True)  # where a real site collects it
    base_url = f"http://127.0.0.1:{port}"
    with hold_data_folder(folder.path) as lock:
        if not folder.secrets_file.exists():
            discard(folder.path)  # a database whose keys are gone opens for nobody
        servers = EmbeddedServers(folder.path, say=say)
        with servers as urls:
            env = environment(folder, urls)
            with Supervisor(
                logs=folder.logs, environment=env, console=console, say=say
            ) as supervisor:
                for name, (process, log) in servers.processes.items():
                    supervisor.watch(name, process, log=log)
                demo = RunningDemo(base_url, folder, env, supervisor)
                say("Preparing the database …")
                owner = env | {"LFR_DATABASE_URL": urls.database_owner}
                RunningDemo(base_url, folder, owner, supervisor).run("migrate", "--verbosity", "0")
                for part in parts(port=port, data=folder.path):
                    supervisor.start(part)
                announce_address(lock, address=base_url)
                yield demo


def seed(demo: RunningDemo, *, people_only: bool, say: Say) -> None:
    options = ("--people-only",) if people_only else ()
    demo.run("demo_seed", str(ASSETS), *options, say=say)
    describe(demo)


def describe(demo: RunningDemo) -> None:
    """Write demo.json: the base URL and, for each role, how to sign in."""
    password = demo.folder.secrets()["password"]
    people = {person.role: {"username": person.username, "password": password} for person in CAST}
    description = {
        "base_url": demo.base_url,
        "sign_in_url": f"{demo.base_url}/sign-in/",
        "public_url": f"{demo.base_url}/",
        "admin_url": f"{demo.base_url}/admin/",
        "users": people,
        "roles": people,
    }
    write_private(demo.folder.description, json.dumps(description, indent=2) + "\n")


def addresses(demo: RunningDemo) -> str:
    """What a newcomer needs to know, as a table."""
    password = demo.folder.secrets()["password"]
    factor = "on" if demo.folder.asks_second_factor else "off"
    rows = [f"  {person.role:<22}{person.username:<18}{password}" for person in CAST]
    return "\n".join(
        [
            "",
            f"  Public page       {demo.base_url}/",
            f"  Staff sign-in     {demo.base_url}/sign-in/",
            f"  Audit trail       {demo.base_url}/admin/ (as the auditor)",
            "",
            f"  {'role':<22}{'user name':<18}password",
            *rows,
            "",
            "  People and faces are synthetic. Retention periods are shortened; the second",
            f"  factor is {factor}, the urgent route is on. Logs are in " + str(demo.folder.logs),
            "",
            "  Ctrl-C stops everything.",
        ]
    )
