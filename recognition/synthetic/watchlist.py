"""The demo's watchlist as the files that the system imports: a sheet and a folder of portraits."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from recognition.synthetic.finishing import jpeg
from recognition.synthetic.identity import identity_from_seed
from recognition.synthetic.portraits import portrait
from recognition.synthetic.truth import reference

COLUMNS: Final = (
    "reference",
    "name",
    "category",
    "response",
    "image",
    "image_source",
    "image_date",
    "lawful_basis",
)
# Each category with the response that a force would predefine for it.
CATEGORIES: Final = (
    ("wanted_by_courts", "red"),
    ("suspected_of_offence", "amber"),
    ("bail_conditions", "amber"),
    ("court_order", "green"),
    ("missing_at_risk", "green"),
    ("risk_of_harm", "red"),
)
IMAGE_SOURCE = "Synthetic custody portrait (rendered)"
IMAGE_DATE = "2026-01-15"
LAWFUL_BASIS = "Synthetic data: no real person"
JPEG_QUALITY = 92


def write_watchlist(folder: Path, *, people: Iterable[int]) -> None:
    """Writes watchlist.csv and portraits/<reference>.jpg, replacing those of an earlier run."""
    portraits = folder / "portraits"
    portraits.mkdir(parents=True, exist_ok=True)
    for old in portraits.glob("SYN-*.jpg"):
        old.unlink()
    rows = []
    for number, person in enumerate(sorted(people)):
        rows.append(_row(number, person))
        data = jpeg(portrait(identity_from_seed(person)), JPEG_QUALITY)
        (portraits / f"{reference(person)}.jpg").write_bytes(data)
    with (folder / "watchlist.csv").open("w", newline="", encoding="utf-8") as file:
        sheet = csv.writer(file, lineterminator="\n")
        sheet.writerow(COLUMNS)
        sheet.writerows(rows)


def _row(number: int, person: int) -> tuple[str, ...]:
    category, response = CATEGORIES[number % len(CATEGORIES)]
    return (
        reference(person),
        f"Synthetic person {person}",
        category,
        response,
        f"{reference(person)}.jpg",
        IMAGE_SOURCE,
        IMAGE_DATE,
        LAWFUL_BASIS,
    )
