"""Importing a watchlist from a sheet and its images. Each row is added whole or not at all, and
the report says for each what happened and why."""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass

from deployments import audit
from deployments.enums import AuditKind, Category, Response
from deployments.forms.watchlist import EntryFields
from deployments.import_images import BadImport, Images, UnusableMember, megabytes
from deployments.lifecycle import Refused
from deployments.models import Deployment, User
from deployments.watchlist import add_entry

COLUMNS = (
    "reference",
    "name",
    "category",
    "response",
    "image",
    "image_source",
    "image_date",
    "lawful_basis",
)
MAX_SHEET_BYTES = 10 * 2**20
MAX_ROWS = 25_000


@dataclass(frozen=True, slots=True)
class RowResult:
    """`line` is the row's line in the sheet; `reason` is empty where the person was added."""

    line: int
    reference: str
    reason: str = ""

    @property
    def is_added(self) -> bool:
        return not self.reason


@dataclass(frozen=True, slots=True)
class Report:
    rows: list[RowResult]

    @property
    def added(self) -> int:
        return sum(row.is_added for row in self.rows)

    @property
    def refused(self) -> int:
        return len(self.rows) - self.added


def import_entries(deployment: Deployment, *, sheet: bytes, images: Images, by: User) -> Report:
    """Raises BadImport where the sheet or the zip file as a whole cannot be used."""
    rows = list(_rows(sheet))
    first_line: dict[str, int] = {}
    results = []
    for line, row in rows:
        reference = row["reference"]
        if (earlier := first_line.setdefault(reference, line)) != line:
            reason = f"This reference is already in line {earlier} of the sheet."
        else:
            reason = _add(deployment, row, images=images, by=by)
        results.append(RowResult(line, reference, reason))
    report = Report(results)
    audit.record(
        "watchlist.imported",
        kind=AuditKind.COLLECTION,
        by=by,
        deployment=deployment,
        details={"added": report.added, "refused": report.refused},
    )
    return report


def _add(deployment: Deployment, row: dict[str, str], *, images: Images, by: User) -> str:
    """Add one row; returns why not, or nothing."""
    form = EntryFields(_with_values(row), deployment=deployment)
    if not form.is_valid():
        return _in_words(form)
    try:
        image = images.read(row["image"])
        if not image:
            return "The image file is empty."
        add_entry(deployment, form.new_entry(image), by=by)
    except (UnusableMember, Refused) as reason:
        return str(reason)
    return ""


def _with_values(row: dict[str, str]) -> dict[str, str]:
    """Closed lists may be written by their value or by their words."""
    labels = {str(choice.label).lower(): choice.value for choice in (*Category, *Response)}
    given = {name: row[name].strip() for name in ("category", "response")}
    return row | {name: labels.get(text.lower(), text.lower()) for name, text in given.items()}


def _in_words(form: EntryFields) -> str:
    sentences = []
    for name, errors in form.errors.items():
        text = str(errors[0])
        if name == "category" and form.data["category"] in Category.values:
            text = "This category was not authorised for this deployment."
        sentences.append(f"{name}: {text}")
    return " ".join(sentences)


def _rows(sheet: bytes) -> Iterator[tuple[int, dict[str, str]]]:
    """Line number and values of each row that is not empty."""
    reader = csv.reader(io.StringIO(_text(sheet), newline=""), delimiter=_delimiter(sheet))
    try:
        header = [name.strip().lower() for name in next(reader, [])]
        _check_header(header)
        count = 0
        for values in reader:
            if not any(value.strip() for value in values):
                continue
            count += 1
            if count > MAX_ROWS:
                raise BadImport(f"The sheet has more than {MAX_ROWS:,} rows.")
            if len(values) != len(header):
                raise BadImport(
                    f"Line {reader.line_num} has {len(values)} values where {len(header)} belong."
                )
            cells = (value.strip() for value in values)
            yield reader.line_num, dict(zip(header, cells, strict=True))
    except csv.Error as error:
        raise BadImport(f"The sheet cannot be read at line {reader.line_num}.") from error
    if not count:
        raise BadImport("The sheet has no rows.")


def _text(sheet: bytes) -> str:
    if len(sheet) > MAX_SHEET_BYTES:
        raise BadImport(f"The sheet is larger than {megabytes(MAX_SHEET_BYTES)}.")
    try:
        text = sheet.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise BadImport("The sheet is not in UTF-8. Save it as “CSV UTF-8”.") from error
    if "\0" in text:
        raise BadImport("The sheet holds binary data. Save it as “CSV UTF-8”.")
    return text


def _delimiter(sheet: bytes) -> str:
    header = sheet.split(b"\n", 1)[0]
    return ";" if header.count(b";") > header.count(b",") else ","


def _check_header(header: list[str]) -> None:
    if missing := [name for name in COLUMNS if name not in header]:
        raise BadImport(f"The sheet lacks the columns: {', '.join(missing)}.")
    if len(header) != len(COLUMNS):
        unknown = ", ".join(sorted(set(header) - set(COLUMNS))) or "one of them twice"
        raise BadImport(
            f"The sheet has columns that are not used: {unknown}. "
            f"It holds exactly these: {', '.join(COLUMNS)}."
        )
