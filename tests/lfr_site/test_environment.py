"""What the installed environment must look like."""

import re
from importlib import metadata
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def test_one_opencv_is_installed() -> None:
    names = {each.metadata["Name"].lower() for each in metadata.distributions()}

    assert {name for name in names if name.startswith("opencv")} == {"opencv-python-headless"}


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-dev.txt"])
def test_every_requirement_is_pinned_with_hashes(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8").replace("\\\n", " ")
    lines = [line for line in text.splitlines() if line and not line.lstrip().startswith("#")]

    assert len(lines) > 20
    assert [line for line in lines if not re.search(r"^\S+==\S+.*--hash=sha256:", line)] == []


def test_no_registry_is_named() -> None:
    for name in ("requirements.txt", "requirements-dev.txt"):
        text = (ROOT / name).read_text(encoding="utf-8")
        assert "://" not in text
        assert "--index" not in text
