"""`python manage.py demo`: runs before Django's settings are read, because it makes what they
need (servers, secrets) and hands it to the processes that it starts."""

import argparse
import json
import shutil
import sys

from lfr_site.demo.check import check
from lfr_site.demo.environment import VAR, DemoFolder
from lfr_site.demo.running import DemoFailedError, addresses, running, seed
from lfr_site.embedded import EmbeddedServerError, discard
from lfr_site.ports import PortTakenError, free_port, require_port
from lfr_site.sole_instance import AlreadyRunningError
from lfr_site.supervisor import PartFailedError, StopRequested

PREFERRED_PORT = 8000


def main(arguments: list[str]) -> int:
    """Exit status 0 or 1. Every failure that a person can cause is one sentence."""
    options = _parser().parse_args(arguments)
    try:
        return _check(options.port) if options.check else _run(options)
    except StopRequested:
        return 130
    except (
        AlreadyRunningError,
        DemoFailedError,
        EmbeddedServerError,
        PartFailedError,
        PortTakenError,
    ) as error:
        print(f"\n{error}", file=sys.stderr)
        return 1
    except OSError as error:
        print(f"\nThe demo cannot write its data: {error}.", file=sys.stderr)
        return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="manage.py demo", description="Run the whole system with people who do not exist."
    )
    parser.add_argument("--port", type=int, help=f"default: {PREFERRED_PORT} or the next free one")
    parser.add_argument(
        "--check", action="store_true", help="drive the whole loop without a browser and report"
    )
    parser.add_argument(
        "--second-factor",
        action="store_true",
        help="ask for a second factor at sign-in, as a force does",
    )
    parser.add_argument("--logs", action="store_true", help="show what the processes print")
    return parser


def _port(asked: int | None) -> int:
    return free_port(PREFERRED_PORT) if asked is None else require_port(asked)


def _run(options: argparse.Namespace) -> int:
    folder = DemoFolder(VAR / "demo", asks_second_factor=options.second_factor)
    with running(folder, port=_port(options.port), console=options.logs, say=_say) as demo:
        _say("Seeding people, a camera and a deployment …")
        seed(demo, people_only=False, say=_say)
        _say(addresses(demo))
        demo.supervisor.run()
    return 0


def _check(asked: int | None) -> int:
    """On a fresh data folder of its own, so that it can run beside the demo. The last line is
    the report, whatever happens."""
    folder = DemoFolder(VAR / "check", is_check=True)
    report: dict[str, object] = {"ok": False, "problem": "It did not start."}
    try:
        _forget(folder)
        port = free_port() if asked is None else require_port(asked)
        with running(folder, port=port, console=False, say=_say) as demo:
            seed(demo, people_only=True, say=_say)
            report = check(demo, say=_say)
        _keep_logs_only(folder)
    finally:
        _say(json.dumps(report))
    return 0 if report["ok"] else 1


def _forget(folder: DemoFolder) -> None:
    if folder.path.exists():
        discard(folder.path)
        shutil.rmtree(folder.path)


def _keep_logs_only(folder: DemoFolder) -> None:
    """The check's data goes with it; its logs stay for whoever wants to know why it failed."""
    discard(folder.path)
    for path in folder.path.iterdir():
        if path == folder.logs:
            continue
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink()


def _say(line: str) -> None:
    print(line, flush=True)
