"""`python manage.py bench`: runs before Django's settings are read, on servers of its own.

Each section is measured in a process of its own, so that none has the memory, the threads or the
libraries of another; what is compared with each other is measured in one process, in turns."""

import argparse
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from lfr_site.child_process import start_child
from lfr_site.demo.environment import ROOT, VAR, DemoFolder, environment
from lfr_site.demo.parts import manage
from lfr_site.embedded import EmbeddedServerError, EmbeddedServers, Urls, discard
from recognition.bench.report import as_markdown, as_table
from recognition.bench.sections import SECTIONS

DOCUMENT = ROOT / "docs" / "performance.md"


def main(arguments: list[str]) -> int:
    """Exit status 0, or 1 when a section failed or the servers cannot run."""
    options = _parser().parse_args(arguments)
    if options.markdown:
        _rewrite(options.output)
        return 0
    try:
        failed = _measured(options)
    except (EmbeddedServerError, OSError) as error:
        sys.stderr.write(f"\n{error}\n")
        return 1
    except KeyboardInterrupt:
        return 130
    if options.output.exists():
        _say(f"\n{as_table(_read(options.output))}\n\nWritten to {options.output}.")
    if failed:
        sys.stderr.write(f"Not measured: {', '.join(failed)}.\n")
    return 1 if failed else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="manage.py bench", description="Measure speed side by side with the alternatives."
    )
    parser.add_argument("--only", type=_sections, default=tuple(SECTIONS), metavar="A,B,…")
    parser.add_argument("--quick", action="store_true", help="short: to see what is badly wrong")
    parser.add_argument("--minutes", type=float, help="of looped video while memory is watched")
    parser.add_argument("--output", type=Path, default=Path("bench.json"))
    parser.add_argument(
        "--servers", type=Path, default=VAR / "bench", help="where its servers keep their data"
    )
    parser.add_argument(
        "--markdown", action="store_true", help="measure nothing: write docs/performance.md anew"
    )
    parser.epilog = f"Sections: {', '.join(SECTIONS)}."
    return parser


def _sections(names: str) -> tuple[str, ...]:
    chosen = tuple(name.strip() for name in names.split(","))
    if unknown := [name for name in chosen if name not in SECTIONS]:
        raise argparse.ArgumentTypeError(f"no section {', '.join(unknown)}")
    return chosen


def _measured(options: argparse.Namespace) -> list[str]:
    """Measure section by section into the output file. Returns those that failed."""
    folder = DemoFolder(options.servers, is_check=True)
    if folder.path.exists():
        discard(folder.path)
        shutil.rmtree(folder.path)
    with EmbeddedServers(folder.path, say=_say) as urls:
        env = _environment(folder, urls)
        _say("Preparing the database …")
        owner = env | {"LFR_DATABASE_URL": urls.database_owner}
        subprocess.run(manage("migrate", "--verbosity", "0"), env=owner, check=True)
        failed = [name for name in options.only if not _section(name, options, folder, env)]
    discard(folder.path)
    shutil.rmtree(folder.path)
    return failed


def _environment(folder: DemoFolder, urls: Urls) -> dict[str, str]:
    """As the demo's; every sighting is an alert of its own, so that there are many to time."""
    test_data = os.environ.get("LFR_TEST_DATA", str(ROOT.parent / "shared" / "data"))
    models = Path(test_data) / "models"
    return environment(folder, urls) | {
        "LFR_TEST_DATA": test_data,
        "LFR_MODELS_DIR": os.environ.get("LFR_MODELS_DIR", str(models)),
        "LFR_ALERT_MERGE_S": "1",
        "LFR_WATCHLIST_CAP": "2000000",
    }


def _section(
    name: str, options: argparse.Namespace, folder: DemoFolder, env: dict[str, str]
) -> bool:
    _say(f"\n{name}: {SECTIONS[name]}")
    into = folder.path / f"{name}.json"
    status = start_child(_command(name, options, into), output=1, environment=env).wait()
    if status or not into.exists():
        return False
    found: dict[str, Any] = json.loads(into.read_text())
    merged = _read(options.output) if options.output.exists() else {}
    merged.setdefault("rss_mb_by_section", {})[name] = found.pop("peak_rss_mb")
    merged["rss_mb"] = max(merged["rss_mb_by_section"].values())
    merged.setdefault("measured", {})[name] = found.pop("measured")
    merged |= found
    options.output.write_text(json.dumps(merged, indent=2) + "\n")
    return True


def _command(name: str, options: argparse.Namespace, into: Path) -> Sequence[str]:
    command = [*manage("bench_section", name, "--into", str(into))]
    if options.quick:
        command.append("--quick")
    if options.minutes is not None:
        command += ["--minutes", str(options.minutes)]
    return command


def _rewrite(figures: Path) -> None:
    DOCUMENT.write_text(as_markdown(DOCUMENT.read_text(), _read(figures)))
    _say(f"{DOCUMENT} has the figures of {figures}.")


def _read(path: Path) -> dict[str, Any]:
    figures: dict[str, Any] = json.loads(path.read_text())
    return figures


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()
