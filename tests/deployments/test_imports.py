"""Importing a sheet: each row whole or not at all, and why."""

import pytest

from deployments import image_store
from deployments.enums import Status
from deployments.import_images import BadImport, ZipImages
from deployments.imports import Report, import_entries
from deployments.models import AuditEvent, Deployment, StoredImage
from tests.deployments.sheets import portraits, row, sheet, zipped
from tests.factories import Cast, make_deployment, person


@pytest.fixture
def deployment(cast: Cast) -> Deployment:
    return make_deployment(status=Status.AUTHORISED, watchlist_cap=5)


def imported(deployment: Deployment, data: bytes, *references: str) -> Report:
    images = ZipImages(zipped(portraits(*references or ("A1", "A2"))))
    return import_entries(deployment, sheet=data, images=images, by=person("watchlist_manager"))


def reasons(report: Report) -> dict[str, str]:
    return {result.reference: result.reason for result in report.rows}


def test_every_sound_row_is_added_with_its_own_image(deployment: Deployment):
    report = imported(deployment, sheet(row("A1"), row("A2")))

    assert (report.added, report.refused) == (2, 0)
    images = {e.reference: image_store.read(e.image) for e in deployment.entries.all()}
    assert images == {
        name.removesuffix(".jpg"): data for name, data in portraits("A1", "A2").items()
    }
    assert (
        AuditEvent.objects.get(action="watchlist.imported").details == '{"added": 2, "refused": 0}'
    )


@pytest.mark.parametrize(
    ("delimiter", "encoding"),
    [(",", "utf-8"), (";", "utf-8"), (",", "utf-8-sig"), (";", "utf-8-sig")],
)
def test_the_sheet_may_come_from_any_spreadsheet(
    deployment: Deployment, delimiter: str, encoding: str
):
    data = sheet(row("A1", name="Zoë, O’Neill; jr"), delimiter=delimiter, encoding=encoding)

    assert imported(deployment, data).added == 1
    assert deployment.entries.get().name == "Zoë, O’Neill; jr"


def test_closed_lists_may_be_written_in_words(deployment: Deployment):
    data = sheet(
        row("A1", category="Missing and at increased risk", response="RED"),
        row("A2", image_date="31/01/2026"),
    )

    assert reasons(imported(deployment, data)) == {"A1": "", "A2": ""}
    assert deployment.entries.get(reference="A1").category == "missing_at_risk"


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"category": "of_interest"}, "category: Unknown category."),
        ({"category": "victim"}, "category: This category was not authorised"),
        ({"response": "purple"}, "response: Unknown response"),
        ({"image_date": "2999-01-01"}, "image_date: The date of the image lies in the future."),
        ({"image_date": "January"}, "image_date: Write the date"),
        ({"lawful_basis": ""}, "lawful_basis: This field is required."),
        ({"image_source": " "}, "image_source: This field is required."),
        ({"reference": "R" * 61}, "at most 60 characters"),
        ({"image": "missing.jpg"}, "The image is not among the files."),
        ({"image": ""}, "The row names no image."),
        ({"image": "../A1.jpg"}, "leads outside the folder"),
        ({"image": "/etc/passwd"}, "leads outside the folder"),
        ({"image": "..\\..\\A1.jpg"}, "leads outside the folder"),
        ({"image": "C:\\A1.jpg"}, "leads outside the folder"),
    ],
)
def test_a_bad_row_is_refused_alone_and_says_why(
    deployment: Deployment, changes: dict[str, str], words: str
):
    report = imported(deployment, sheet(row("A1") | changes, row("A2")))

    assert (report.added, report.refused) == (1, 1)
    assert words in report.rows[0].reason
    assert report.rows[0].line == 2
    assert [entry.reference for entry in deployment.entries.all()] == ["A2"]
    assert StoredImage.objects.count() == 1


def test_a_reference_twice_in_the_sheet_names_the_first_line(deployment: Deployment):
    report = imported(deployment, sheet(row("A1"), row("A1")))

    assert [result.reason for result in report.rows] == [
        "",
        "This reference is already in line 2 of the sheet.",
    ]


def test_a_second_import_adds_nobody_twice(deployment: Deployment):
    imported(deployment, sheet(row("A1")))

    again = imported(deployment, sheet(row("A1"), row("A2")))

    assert reasons(again) == {"A1": "This reference is already on the watchlist.", "A2": ""}


def test_the_cap_holds_within_an_import(deployment: Deployment):
    references = [f"A{n}" for n in range(7)]

    report = imported(deployment, sheet(*map(row, references)), *references)

    assert (report.added, report.refused) == (5, 2)
    assert "cap is 5" in report.rows[-1].reason


def test_empty_lines_are_no_rows(deployment: Deployment):
    data = sheet(row("A1")) + b"\r\n,,,,,,,\r\n\r\n"

    assert imported(deployment, data).added == 1


def test_an_empty_image_is_refused(deployment: Deployment, cast: Cast):
    images = ZipImages(zipped({"A1.jpg": b""}))

    report = import_entries(
        deployment, sheet=sheet(row("A1")), images=images, by=cast.watchlist_manager
    )

    assert reasons(report) == {"A1": "The image file is empty."}


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
        (b"x" * (10 * 2**20 + 1), "larger than 10 MB"),
    ],
)
def test_a_sheet_that_cannot_be_used_adds_nobody(deployment: Deployment, data: bytes, words: str):
    with pytest.raises(BadImport, match=words):
        imported(deployment, data)

    assert not deployment.entries.exists()


def test_formulae_stay_text(deployment: Deployment):
    imported(deployment, sheet(row("A1", name="=HYPERLINK(1)")))

    assert deployment.entries.get().name == "=HYPERLINK(1)"
