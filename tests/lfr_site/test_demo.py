"""The demo's own parts: its truth, its secrets, what it hands to the processes."""

import json
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from lfr_site.demo.cast import CAST
from lfr_site.demo.environment import ASSETS, DemoFolder, environment
from lfr_site.demo.sheet import sheet_of
from lfr_site.demo.truth import Truth, load_truth
from lfr_site.embedded import Urls
from recognition.demo_watchlist import rows
from tests.conftest import ROOT

URLS = Urls(
    "postgresql://app@/lfr", "postgresql://owner@/lfr", "postgresql://root@/lfr", "redis://"
)


@pytest.fixture
def folder(tmp_path: Path) -> DemoFolder:
    return DemoFolder(tmp_path / "demo", is_check=True)


def test_truth_names_the_head_under_a_box() -> None:
    truth = Truth(
        fps=25.0,
        walking=frozenset({"SYN-0001"}),
        frames=((("SYN-0001", (100, 100, 50, 60)), ("SYN-0002", (300, 100, 50, 60))), ()),
    )

    assert truth.person_at(0.0, (105, 104, 48, 58)) == "SYN-0001"
    assert truth.person_at(0.0, (296, 100, 50, 60)) == "SYN-0002"
    assert truth.person_at(0.0, (190, 100, 50, 60)) is None
    assert truth.person_at(0.04, (105, 104, 48, 58)) is None


def test_truth_of_a_looped_clip_begins_again() -> None:
    truth = Truth(25.0, frozenset(), ((("SYN-0001", (0, 0, 10, 10)),), ()))

    assert truth.person_at(2 / 25, (0, 0, 10, 10)) == "SYN-0001"


def test_shipped_truth_knows_who_of_the_sheet_walks() -> None:
    truth = load_truth(ASSETS / "street.json")

    references = {row["reference"] for row in rows(ASSETS)}
    assert truth.walking < references
    assert truth.seconds == pytest.approx(60, abs=1)


def test_whoever_starts_the_demo_needs_no_settings_yet() -> None:
    """They are made by it: nothing that it imports may ask for them."""
    bare = {name: value for name, value in os.environ.items() if not name.startswith("DJANGO")}

    done = subprocess.run(
        [sys.executable, "-c", "import lfr_site.demo.loop"],
        cwd=ROOT,
        env=bare,
        check=False,
    )

    assert done.returncode == 0


def test_a_part_of_the_sheet_is_a_sheet() -> None:
    some = rows(ASSETS)[1:3]

    text = sheet_of(some).decode()

    assert text.splitlines()[0].startswith("reference,")
    assert [line.split(",")[0] for line in text.splitlines()[1:]] == [r["reference"] for r in some]


def test_secrets_are_made_once_and_only_the_owner_reads_them(folder: DemoFolder) -> None:
    first = folder.secrets()

    assert folder.secrets() == first
    assert stat.S_IMODE(folder.secrets_file.stat().st_mode) == 0o600
    assert DemoFolder(folder.path.parent / "other").secrets() != first


def test_processes_get_the_application_role_and_none_of_the_callers_settings(
    folder: DemoFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LFR_PROFILE", "something-else")

    env = environment(folder, URLS)

    assert env["LFR_DATABASE_URL"] == URLS.database
    assert "LFR_PROFILE" not in env
    assert URLS.database_superuser not in json.dumps(env)


@pytest.mark.parametrize("asks", [True, False])
def test_the_second_factor_is_asked_for_where_the_demo_is_told_to(tmp_path: Path, asks: bool):
    folder = DemoFolder(tmp_path / "demo", asks_second_factor=asks)

    assert environment(folder, URLS)["LFR_SECOND_FACTOR"] == ("1" if asks else "0")


def test_every_role_has_its_person() -> None:
    assert len({person.username for person in CAST}) == len(CAST)
    assert all(person.roles for person in CAST)
