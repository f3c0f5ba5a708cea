"""What is taken out as a sheet runs nothing in a spreadsheet."""

import csv
import io

import pytest

from deployments.csv_text import as_csv, without_formula


def written(value: str) -> list[str]:
    """The cell as a spreadsheet reads it back."""
    text = as_csv(["a"], [[value]]).lstrip("\ufeff")
    return list(csv.reader(io.StringIO(text, newline="")))[1]


@pytest.mark.parametrize(
    "value",
    [
        "=HYPERLINK(1)",
        "+1+1",
        "-2+3",
        "@SUM(A1)",
        "\t=1",
        "\r=1",
        " =1",
        "＝1",
        "\u00a0=1",
        "\u200b=1",
        "\x0b=1",
        "\n=1",
        "=cmd|' /C calc'!A0",
    ],
)
def test_a_formula_is_text(value: str):
    (row,) = list(csv.reader(io.StringIO(as_csv(["a"], [[value]]).lstrip("\ufeff"), newline="")))[
        1:
    ]

    assert row == [f"'{value}"]


@pytest.mark.parametrize("value", ["", "REF-1", "O'Neill", "2026-01-31", "a=b", "1,5;2", 'say "x"'])
def test_anything_else_stays_what_it_is(value: str):
    assert without_formula(value) == value
    (row,) = list(csv.reader(io.StringIO(as_csv(["a"], [[value]]).lstrip("\ufeff"), newline="")))[
        1:
    ]
    assert row == [value]
