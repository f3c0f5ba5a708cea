"""Sheets as people save them, and sheets that are none."""

import io
import zipfile
from datetime import date, datetime

import pytest
from openpyxl import Workbook

from deployments import import_sheet
from deployments.import_images import BadImport
from deployments.import_sheet import REQUIRED, Row, read_rows
from tests.deployments.sheets import row, sheet


def read(data: bytes) -> list[tuple[int, Row]]:
    return list(read_rows(io.BytesIO(data), size=len(data)))


def workbook(*lines: list[object]) -> bytes:
    book = Workbook()
    page = book.active
    assert page is not None
    for line in lines:
        page.append(line)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
@pytest.mark.parametrize("delimiter", [",", ";"])
def test_csv_may_come_from_any_spreadsheet(delimiter: str, encoding: str):
    data = sheet(row("A1", name="Zoë, O’Neill; jr"), delimiter=delimiter, encoding=encoding)

    ((line, values),) = read(data)

    assert (line, values["name"]) == (2, "Zoë, O’Neill; jr")


def test_empty_lines_are_no_rows_and_lines_keep_their_numbers():
    data = sheet(row("A1")) + b"\r\n,,,,,,,\r\n\r\n" + sheet(row("A2")).split(b"\r\n", 1)[1]

    assert [(line, values["reference"]) for line, values in read(data)] == [(2, "A1"), (5, "A2")]


def test_xlsx_gives_dates_and_numbers_as_csv_would():
    values = list(row("A1").values())
    data = workbook(
        [*REQUIRED, None],
        [4711.0, *values[1:6], datetime(2026, 1, 31, 12), values[7]],  # noqa: DTZ001
        [None] * 8,
        ["A2", *values[1:6], date(2026, 1, 31), values[7], None],
    )

    (one, first), (two, second) = read(data)

    assert (one, first["reference"], first["image_date"]) == (2, "4711", "2026-01-31")
    assert (two, second["image_date"]) == (4, "2026-01-31")


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "lacks the columns: reference"),
        (b"reference,name\nA1,B", "lacks the columns: category, response"),
        (sheet(row("A1")).replace(b"\r\n", b",notes\r\n", 1), "columns that are not used: notes"),
        (sheet(row("A1")).replace(b"\r\n", b",name\r\n", 1), "one of them twice"),
        (sheet(), "The sheet has no rows."),
        (sheet(row("A1")) + b"\r\nA2,too,few", "Line 3 has 3 values where 8 belong."),
        (sheet(row("A1", name="Zoë"), encoding="latin-1"), "not in UTF-8"),
        (b"\x89PNG\r\n\x1a\n\0\0", "not in UTF-8"),
        (sheet(row("A1", name="\0")), "binary data"),
        (sheet(row("A1", name="x" * 200_000)), "cannot be read at line 2"),
        (sheet(row("A1", name="x" * 3_000)), "more than 2,000 characters"),
        (b"PK\x03\x04 truncated", "XLSX file cannot be read"),
    ],
)
def test_a_sheet_that_cannot_be_used_says_why(data: bytes, words: str):
    with pytest.raises(BadImport, match=words):
        read(data)


def test_a_sheet_is_not_longer_or_larger_than_it_may_be(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(import_sheet, "MAX_ROWS", 2)
    with pytest.raises(BadImport, match="more than 2 rows"):
        read(sheet(*(row(f"A{n}") for n in range(3))))
    monkeypatch.setattr(import_sheet, "MAX_SHEET_BYTES", 10)
    with pytest.raises(BadImport, match="larger than"):
        read(sheet(row("A1")))


def test_a_zip_file_that_is_no_workbook_and_a_workbook_made_to_do_harm():
    other = io.BytesIO()
    with zipfile.ZipFile(other, "w") as archive:
        archive.writestr("a.jpg", b"no workbook")
    bomb = io.BytesIO(workbook([*REQUIRED]))
    with zipfile.ZipFile(bomb, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/bomb.xml", b"\0" * 20_000_000)

    with pytest.raises(BadImport, match="cannot be read"):
        read(other.getvalue())
    with pytest.raises(BadImport, match="far more than"):
        read(bomb.getvalue())


def test_an_entity_in_a_workbook_is_not_expanded():
    evil = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(workbook([*REQUIRED], list(row("A1").values())))) as sound,
        zipfile.ZipFile(evil, "w") as archive,
    ):
        for info in sound.infolist():
            data = sound.read(info)
            if info.filename == "xl/workbook.xml":
                entity = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa">]>'
                data = entity + data.split(b"?>", 1)[-1]
            archive.writestr(info.filename, data)

    with pytest.raises(BadImport, match="cannot be read"):
        read(evil.getvalue())
