"""The figures of bench.json as a table for a terminal, and as the tables of docs/performance.md."""

from __future__ import annotations

from collections.abc import Iterator

from recognition.bench.rows import Figures, Row, rows_of
from recognition.bench.sections import SECTIONS


def as_table(figures: Figures) -> str:
    rows = [("what", "measured", "wanted")]
    rows += [row for section in _measured(figures) for row in rows_of(section, figures)]
    widths = [max(len(row[column]) for row in rows) for column in range(3)]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    )


def marks(section: str) -> tuple[str, str]:
    """What a section's table stands between in the document."""
    return f"<!-- {section}: begin -->", f"<!-- {section}: end -->"


def as_markdown(document: str, figures: Figures) -> str:
    """The document with the tables of the sections that were measured made anew; the others keep
    what they have. Raises ValueError where a section's marks are missing."""
    for section in _measured(figures):
        begin, end = marks(section)
        before, _, rest = document.partition(begin)
        _, found, after = rest.partition(end)
        if not found:
            raise ValueError(f"the document lacks {begin} or {end}")
        table = _table(rows_of(section, figures))
        between = "\n\n".join([begin, _conditions(section, figures), table, end])
        document = f"{before}{between}{after}"
    return document


def _measured(figures: Figures) -> Iterator[str]:
    return (section for section in SECTIONS if section in figures["measured"])


def _conditions(section: str, figures: Figures) -> str:
    """The machine, and how busy it was: figures of a busy machine are no promise."""
    at = figures["measured"][section]
    quick = ", quick run" if at["quick"] else ""
    return (
        f"{at['processor']}, {at['cores']} cores, {at['memory_gb']} GB;"
        f" load {at['load']} before and {at['load_after']} after; {at['at']}{quick}"
    )


def _table(rows: Iterator[Row]) -> str:
    lines = ["| what | measured | wanted |", "| --- | --- | --- |"]
    return "\n".join([*lines, *(f"| {' | '.join(row)} |" for row in rows)])
