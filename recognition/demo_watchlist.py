"""The watchlist of the demo's street, of people who do not exist, as `recognition.synthetic` wrote
it. Whoever starts the demo reads it before Django is set up: no models here."""

from __future__ import annotations

import csv
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from deployments.watchlist import NewEntry

Row = dict[str, str]


def rows(assets: Path) -> list[Row]:
    with (assets / "watchlist.csv").open(encoding="utf-8", newline="") as sheet:
        return list(csv.DictReader(sheet))


def new_entry(row: Row, assets: Path) -> NewEntry:
    from deployments.watchlist import NewEntry

    return NewEntry(
        reference=row["reference"],
        name=row["name"],
        category=row["category"],
        response=row["response"],
        image=(assets / "portraits" / row["image"]).read_bytes(),
        image_source=row["image_source"],
        image_date=date.fromisoformat(row["image_date"]),
        lawful_basis=row["lawful_basis"],
    )
