"""Sheets that people take out of the system."""

import csv
import io
from collections.abc import Iterable, Sequence

# A spreadsheet takes a cell that begins so for a formula, and runs it.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
# What it may drop before it looks.
UNSEEN = " \x0b\x0c\x00\u00a0\u200b\u2060\u3000\ufeff"


def as_csv(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """With a byte order mark, so that spreadsheets read UTF-8; formulae stay text."""
    text = io.StringIO(newline="")
    text.write("\ufeff")
    writer = csv.writer(text)
    writer.writerow(header)
    for row in rows:
        writer.writerow([without_formula(value) for value in row])
    return text.getvalue()


def without_formula(value: str) -> str:
    return f"'{value}" if value.lstrip(UNSEEN).startswith(FORMULA_STARTS) else value
