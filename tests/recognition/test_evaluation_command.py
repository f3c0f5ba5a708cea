"""`manage.py evaluate`: its words, its files, its rows; chains are scripted."""

import io
import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import OperationalError, connection

from deployments.models import AuditEvent
from recognition.evaluation import rivals
from recognition.management.commands import evaluate
from recognition.models import OperatingPoint
from tests.recognition.labelled_pictures import ScriptedChain, write_people, write_picture

pytestmark = pytest.mark.django_db


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_people(tmp_path / "people", mated=30, single=600 - 30)


@pytest.fixture
def scripted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(evaluate.Command, "_chain", lambda _self, _name: ScriptedChain())


def command(*arguments: Any) -> str:
    out = io.StringIO()
    call_command("evaluate", *map(str, arguments), stdout=out, stderr=io.StringIO())
    return out.getvalue()


def refusal(*arguments: Any) -> str:
    with pytest.raises(CommandError) as caught:
        command(*arguments)
    return str(caught.value)


def test_it_writes_the_figures_the_plots_and_the_operating_points(
    scripted: None, folder: Path, tmp_path: Path
) -> None:
    text = command(
        folder, "--watchlist", 30, "--draws", 2, "--seed", 7,
        "--json", tmp_path / "out.json", "--output", tmp_path / "plots",
    )  # fmt: skip

    result = json.loads((tmp_path / "out.json").read_text("utf-8"))
    assert result["profile"] == "embedded"
    assert result["dataset"] == "people"
    assert result["tpir"]["0.01"]["low"] <= result["tpir"]["0.01"]["value"]
    assert {path.name for path in (tmp_path / "plots").iterdir()} == {"det.svg", "scores.svg"}
    rows = OperatingPoint.objects.order_by("-target_fpir")
    assert [row.target_fpir for row in rows] == [0.02, 0.01, 0.005, 0.001]
    assert [row.threshold for row in rows] == pytest.approx(
        list(result["threshold"].values()), abs=1e-6
    )
    assert {(row.profile_version, row.seed, row.watchlist) for row in rows} == {
        ("scripted-1", 7, 30)
    }
    assert len({row.measured_at for row in rows}) == 1
    event = AuditEvent.objects.get(action="operating_points.measured")
    assert json.loads(event.details)["model"] == "scripted-1"
    assert "4 operating points of scripted-1 stored." in text


def test_nothing_is_stored_when_told_not_to(scripted: None, folder: Path, tmp_path: Path) -> None:
    command(folder, "--watchlist", 30, "--draws", 1, "--no-record", "--output", tmp_path / "plots")

    assert not OperatingPoint.objects.exists()
    assert not AuditEvent.objects.filter(action="operating_points.measured").exists()


def test_groups_and_rivals_stand_in_the_json_and_the_table(
    scripted: None, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(20):
        write_picture(tmp_path / "chips" / f"30_{number % 2}_0_{number}.png", 300 + number)
    monkeypatch.setattr(rivals, "DlibChain", type("A", (ScriptedChain,), {"name": "dlib"}))
    monkeypatch.setattr(rivals, "StockDeepFace", type("B", (ScriptedChain,), {"name": "deepface"}))

    text = command(
        folder, "--watchlist", 30, "--draws", 1, "--no-record", "--compare",
        "--by-group", tmp_path / "chips", "--json", tmp_path / "out.json", "--output", tmp_path,
    )  # fmt: skip

    result = json.loads((tmp_path / "out.json").read_text("utf-8"))
    assert result["compare"]["deepface"]["points_above"]["0.01"] == 0.0
    assert {each["name"] for each in result["groups"]} >= {"male", "female", "White"}
    assert "scripted-1 is +0.0 points beside dlib" in text
    assert "False alerts at the threshold of FPIR 1.00 %" in text


def test_nothing_biometric_is_written(scripted: None, folder: Path, tmp_path: Path) -> None:
    """Neither the scores nor the names of people leave the process."""
    before = {path for path in tmp_path.rglob("*") if path.is_file()}

    command(folder, "--watchlist", 30, "--draws", 1, "--json", tmp_path / "out.json",
            "--output", tmp_path / "plots")  # fmt: skip

    written = {path for path in tmp_path.rglob("*") if path.is_file()} - before
    assert {path.name for path in written} == {"out.json", "det.svg", "scores.svg"}
    assert not [path for path in written if "person_0" in path.read_text("utf-8")]


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--watchlist", 0), "--watchlist must be at least 1"),
        (("--watchlist", 5, "--draws", 0), "--draws must be at least 1"),
        (("--watchlist", 5, "--seed", -1), "--seed must not be negative"),
        (("--watchlist", 5000), "too few for a watchlist of 5000"),
        (("--watchlist", 5, "--by-group", "/none"), "/none is not a folder"),
    ],
)
def test_what_cannot_be_measured_is_refused_at_once_in_words(
    scripted: None, folder: Path, options: tuple[Any, ...], words: str
) -> None:
    assert words in refusal(folder, *options)


def test_an_unknown_profile_and_missing_weights_are_refused_in_words(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LFR_MODELS_DIR", str(tmp_path / "none"))

    assert "No profile 'x'" in refusal(folder, "--watchlist", 5, "--profile", "x")
    assert "is missing from" in refusal(folder, "--watchlist", 5, "--profile", "cpu")


def test_a_database_that_is_away_is_noticed_before_the_work(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away() -> None:
        raise OperationalError("away")

    monkeypatch.setattr(connection, "ensure_connection", away)

    assert "or measure with --no-record" in refusal(folder, "--watchlist", 5)


def test_faces_of_nobody_are_said_in_words(scripted: None, tmp_path: Path) -> None:
    folder = write_people(tmp_path / "people", mated=3, single=3, blank=range(6))

    assert "no non-mated probe was acquired" in refusal(folder, "--watchlist", 2)
