"""The rows of a sheet, one after the other: CSV as spreadsheets write it, or XLSX."""

import csv
import io
import zipfile
from collections.abc import Generator, Iterator
from contextlib import closing
from datetime import date, datetime
from typing import IO

import openpyxl
from openpyxl.utils.exceptions import InvalidFileException

from deployments.import_images import BadImport, check_members, megabytes

REQUIRED = (
    "reference",
    "name",
    "category",
    "response",
    "image",
    "image_source",
    "image_date",
    "lawful_basis",
)
# Only where somebody under 18 is on the list.
OPTIONAL = ("under_18", "under_18_rationale")
MAX_SHEET_BYTES = 20 * 2**20
MAX_ROWS = 25_000
MAX_CELL = 2_000
XLSX_SIGNATURE = b"PK\x03\x04"

Row = dict[str, str]


def read_rows(sheet: IO[bytes], *, size: int) -> Generator[tuple[int, Row], None, None]:
    """Line number and values of each row that is not empty. Raises BadImport."""
    if size > MAX_SHEET_BYTES:
        raise BadImport(f"The sheet is larger than {megabytes(MAX_SHEET_BYTES)}.")
    head = sheet.read(4096)
    sheet.seek(0)
    with closing(_xlsx(sheet) if head.startswith(XLSX_SIGNATURE) else _csv(sheet, head)) as lines:
        yield from _named(lines)


def _named(lines: Iterator[tuple[int, list[str]]]) -> Iterator[tuple[int, Row]]:
    first = next(lines, (0, []))
    header = [name.strip().lower() for name in first[1]]
    while header and not header[-1]:
        header.pop()
    _check_header(header)
    count = 0
    for line, values in lines:
        cells = [value.strip() for value in values]
        if not any(cells):
            continue
        count += 1
        if count > MAX_ROWS:
            raise BadImport(f"The sheet has more than {MAX_ROWS:,} rows.")
        while len(cells) > len(header) and not cells[-1]:
            cells.pop()
        if len(cells) != len(header):
            raise BadImport(f"Line {line} has {len(cells)} values where {len(header)} belong.")
        if any(len(cell) > MAX_CELL for cell in cells):
            raise BadImport(f"Line {line} has a value of more than {MAX_CELL:,} characters.")
        yield line, dict.fromkeys(OPTIONAL, "") | dict(zip(header, cells, strict=True))
    if not count:
        raise BadImport("The sheet has no rows.")


def _check_header(header: list[str]) -> None:
    if missing := [name for name in REQUIRED if name not in header]:
        raise BadImport(f"The sheet lacks the columns: {', '.join(missing)}.")
    known = {*REQUIRED, *OPTIONAL}
    if len(header) != len(set(header)) or not set(header) <= known:
        unknown = ", ".join(sorted(set(header) - known)) or "one of them twice"
        raise BadImport(
            f"The sheet has columns that are not used: {unknown}. "
            f"It holds these: {', '.join(REQUIRED)}; and, if needed, {', '.join(OPTIONAL)}."
        )


def _csv(sheet: IO[bytes], head: bytes) -> Generator[tuple[int, list[str]], None, None]:
    text = io.TextIOWrapper(sheet, encoding="utf-8-sig", newline="")
    reader = csv.reader(text, delimiter=_delimiter(head))
    try:
        for values in reader:
            if any("\0" in value for value in values):
                raise BadImport("The sheet holds binary data. Save it as “CSV UTF-8” or as XLSX.")
            yield reader.line_num, values
    except UnicodeDecodeError as error:
        words = "The sheet is not in UTF-8. Save it as “CSV UTF-8” or as XLSX."
        raise BadImport(words) from error
    except csv.Error as error:
        raise BadImport(f"The sheet cannot be read at line {reader.line_num}.") from error
    finally:
        text.detach()


def _delimiter(head: bytes) -> str:
    header = head.split(b"\n", 1)[0]
    return ";" if header.count(b";") > header.count(b",") else ","


def _xlsx(sheet: IO[bytes]) -> Generator[tuple[int, list[str]], None, None]:
    """Values as they stand in the first sheet; a formula is what it was last computed to."""
    if not openpyxl.DEFUSEDXML:
        raise BadImport("XLSX cannot be read safely on this server. Save the sheet as “CSV UTF-8”.")
    damaged = BadImport("The XLSX file cannot be read: it is damaged, or another kind of file.")
    try:
        with zipfile.ZipFile(sheet) as parts:
            check_members([info for info in parts.infolist() if not info.is_dir()], ratio=200)
        sheet.seek(0)
        book = openpyxl.load_workbook(sheet, read_only=True, data_only=True, keep_links=False)
    except (zipfile.BadZipFile, InvalidFileException, KeyError, ValueError, OSError) as error:
        raise damaged from error
    try:
        for line, values in enumerate(book.worksheets[0].iter_rows(values_only=True), start=1):
            yield line, [_text(value) for value in values]
    except (zipfile.BadZipFile, KeyError, ValueError, IndexError, SyntaxError) as error:
        raise damaged from error
    finally:
        book.close()


def _text(value: object) -> str:
    """A cell as it would stand in a CSV file."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.date().isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)
