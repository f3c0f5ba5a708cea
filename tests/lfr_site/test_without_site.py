"""Measuring and installing where nothing is configured; half a configuration stays a mistake."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from lfr_site.without_site import allow

ROOT = Path(__file__).resolve().parents[2]


def test_the_settings_are_given_what_they_ask_for_and_nothing_that_exists() -> None:
    environ: dict[str, str] = {}

    allow("evaluate", environ=environ)

    assert environ["LFR_WITHOUT_SITE"] == "1"
    assert "nowhere" in environ["LFR_DATABASE_URL"]
    assert len(environ["LFR_SECRET_KEY"]) >= 50


@pytest.mark.parametrize("name", ["LFR_DATABASE_URL", "LFR_SECRET_KEY_FILE", "LFR_REDIS_URL"])
def test_what_is_configured_is_left_alone_even_by_half(name: str) -> None:
    environ = {name: "mine"}

    allow("models", environ=environ)

    assert environ == {name: "mine"}


@pytest.mark.parametrize("command", ["migrate", "runserver", "purge", "audit", ""])
def test_no_other_command_runs_without_a_site(command: str) -> None:
    environ: dict[str, str] = {}

    allow(command, environ=environ)

    assert environ == {}


def manage(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    environ = {name: value for name, value in os.environ.items() if not name.startswith("LFR_")}
    return subprocess.run(
        [sys.executable, str(ROOT / "manage.py"), *arguments],
        capture_output=True, text=True, check=False, env=environ, cwd=cwd,
    )  # fmt: skip


def test_models_are_listed_on_a_bare_machine(tmp_path: Path) -> None:
    done = manage("models", "list", cwd=tmp_path)

    assert done.returncode == 0, done.stderr
    assert "embedded  (in use)" in done.stdout


def test_a_bare_machine_is_told_that_nothing_is_stored(tmp_path: Path) -> None:
    done = manage("evaluate", str(tmp_path), "--watchlist", "5", cwd=tmp_path)

    assert done.returncode == 1
    assert "operating points are not stored" in done.stderr
    assert "each person needs one" in done.stderr
