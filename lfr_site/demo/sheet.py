"""The demo's watchlist sheet."""

import csv
import io
from pathlib import Path

Row = dict[str, str]


def rows(assets: Path) -> list[Row]:
    with (assets / "watchlist.csv").open(encoding="utf-8", newline="") as sheet:
        return list(csv.DictReader(sheet))


def sheet_of(some: list[Row]) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, fieldnames=list(some[0]))
    writer.writeheader()
    writer.writerows(some)
    return text.getvalue().encode()
