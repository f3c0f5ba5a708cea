from pathlib import Path

import pytest
from django.template.loader import get_template

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = (ROOT / "templates", *ROOT.glob("*/templates"))
NAMES = sorted(
    {
        str(path.relative_to(folder))
        for folder in FOLDERS
        for path in folder.rglob("*")
        if path.suffix in {".html", ".txt", ".xml"}
    }
)


def test_there_are_templates() -> None:
    assert NAMES


@pytest.mark.parametrize("name", NAMES)
def test_every_template_compiles(name: str) -> None:
    get_template(name)
