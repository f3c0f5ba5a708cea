"""PDF files from the templates in `printed/`, accessible (PDF/UA-1) and made on this machine.

What people wrote goes in as data and is never read as markup."""

import json
from collections.abc import Mapping
from pathlib import Path

import typst

TEMPLATES = Path(__file__).parent / "printed"


def pdf(template: str, data: Mapping[str, object]) -> bytes:
    """`template` is the name of a file in `printed/`, without its ending."""
    written: bytes = typst.compile(
        str(TEMPLATES / f"{template}.typ"),
        root=str(TEMPLATES),
        sys_inputs={"data": json.dumps(data)},
        pdf_standards=["ua-1"],
    )
    return written
