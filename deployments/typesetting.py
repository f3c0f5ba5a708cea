"""PDF files from the templates in `printed/`, accessible (PDF/UA-1) and made on this machine.

What people wrote goes in as data and is never read as markup."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import typst

TEMPLATES = Path(__file__).parent / "printed"
NO_FONT_HAS_IT = "could not be displayed with font"
# What the typesetter's own fonts have, whatever the machine has.
LAST_OF_LATIN = 0x17F
PUNCTUATION = frozenset("–—‘’“”•…€")


def pdf(template: str, data: Mapping[str, object]) -> bytes:
    """`template` is the name of a file in `printed/`, without its ending."""
    try:
        return _compiled(template, data)
    except typst.TypstError as error:
        if NO_FONT_HAS_IT not in str(error):
            raise
    # An accessible PDF has no empty boxes. A decision must not wait for a font.
    return _compiled(template, _spelled_out(data))


def _compiled(template: str, data: object) -> bytes:
    written: bytes = typst.compile(
        str(TEMPLATES / f"{template}.typ"),
        root=str(TEMPLATES),
        sys_inputs={"data": json.dumps(data)},
        pdf_standards=["ua-1"],
    )
    return written


def _spelled_out(value: Any) -> Any:
    """Letters beyond Latin by their number in Unicode, so that nothing is lost: [U+6771]."""
    if isinstance(value, str):
        return "".join(map(_letter, value))
    if isinstance(value, Mapping):
        return {name: _spelled_out(each) for name, each in value.items()}
    return [_spelled_out(each) for each in value] if isinstance(value, list | tuple) else value


def _letter(letter: str) -> str:
    is_sure = ord(letter) <= LAST_OF_LATIN or letter in PUNCTUATION
    return letter if is_sure else f"[U+{ord(letter):04X}]"
