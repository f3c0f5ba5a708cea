"""An import, step by step: each row whole or not at all, once, whoever is killed meanwhile."""

import io
import struct
import zipfile
import zlib
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
from django.conf import settings
from django.db import connection
from openpyxl import Workbook

from deployments import (
    image_store,
    import_files,
    import_report,
    imports,
    lifecycle,
    purge,
    watchlist,
)
from deployments.enums import ImportStatus, RowOutcome, Status
from deployments.lifecycle import Refused
from deployments.models import (
    AuditEvent,
    Deployment,
    ImportFile,
    ImportRow,
    StoredImage,
    WatchlistImport,
)
from tests.concurrency import at_once
from tests.deployments.sheets import (
    finish,
    portraits,
    received,
    row,
    sheet,
    uploaded,
    worked,
    zipped,
)
from tests.factories import Cast, jpeg, make_cast, make_deployment, make_entry, person
from tests.tampering import refusal_of


@pytest.fixture
def deployment(cast: Cast) -> Deployment:
    return make_deployment(status=Status.AUTHORISED, watchlist_cap=5)


def outcomes(made: WatchlistImport) -> dict[str, str]:
    """The reason by reference; empty where the row is or will be added."""
    rows = import_report.readable(made.rows.order_by("line"), of=made)
    return {each.values.get("reference", ""): each.reason for each in rows}


def references(deployment: Deployment) -> list[str]:
    return [entry.reference for entry in deployment.entries.order_by("pk")]


def test_a_dry_run_says_what_will_happen_and_adds_nobody(deployment: Deployment):
    made = worked(received(deployment, sheet(row("A1"), row("A2", response="purple"))))

    assert (made.status, made.row_count) == (ImportStatus.CHECKED, 2)
    found = outcomes(made)
    assert found["A1"] == ""
    assert found["A2"].startswith("response: Unknown response")
    assert not deployment.entries.exists()
    assert not StoredImage.objects.exists()


def test_confirmed_it_adds_each_sound_row_with_its_own_image(deployment: Deployment, cast: Cast):
    made = finish(received(deployment, sheet(row("A1"), row("A2"))))

    assert made.status == ImportStatus.DONE
    images = {e.reference: image_store.read(e.image) for e in deployment.entries.all()}
    assert images == {n.removesuffix(".jpg"): data for n, data in portraits("A1", "A2").items()}
    event = AuditEvent.objects.get(action="watchlist.imported")
    assert (event.details, event.actor) == ('{"added": 2, "refused": 0}', "watchlist_manager")


def test_nothing_of_a_person_stays_once_it_is_done(deployment: Deployment):
    made = finish(received(deployment, sheet(row("A1"), row("A2", response="purple"))))

    assert not ImportFile.objects.exists()
    sealed = dict(made.rows.values_list("outcome", "sealed"))
    assert bytes(sealed[RowOutcome.ADDED]) == b""
    assert bytes(sealed[RowOutcome.REFUSED]) != b""
    imports.forget_refused(made, by=person("watchlist_manager"))
    assert set(made.rows.values_list("outcome", "sealed")) <= {(RowOutcome.ADDED, b"")}


@pytest.mark.django_db(transaction=True)
def test_files_go_with_their_rows_and_hold_nothing_in_clear():
    make_cast()
    deployment = make_deployment(status=Status.AUTHORISED)
    made = received(deployment, sheet(row("A1", name="Ermintrude")))
    paths = [import_files.path_of(pk) for pk in made.files.values_list("pk", flat=True)]
    assert len(paths) == 2
    assert not any(b"Ermintrude" in path.read_bytes() for path in paths)
    worked(made)
    assert not any(b"Ermintrude" in bytes(sealed) for (sealed,) in made.rows.values_list("sealed"))

    imports.discard(made, by=person("watchlist_manager"))

    assert not any(path.exists() for path in paths)
    assert not ImportRow.objects.exists()


def test_neither_name_nor_reference_is_in_the_audit_trail(deployment: Deployment):
    finish(received(deployment, sheet(row("A1", name="Ermintrude"), row("PNC-4711"))))

    written = " ".join(
        f"{e.subject} {e.reason} {e.details}"
        for e in AuditEvent.objects.filter(deployment=deployment)
    )
    assert "Ermintrude" not in written
    assert "PNC-4711" not in written


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"category": "of_interest"}, "category: Unknown category."),
        ({"category": "victim"}, "category: This category was not authorised"),
        ({"response": "purple"}, "response: Unknown response"),
        ({"image_date": "2999-01-01"}, "image_date: The date of the image lies in the future."),
        ({"image_date": "January"}, "image_date: Write the date"),
        ({"image_date": "0026-01-01"}, "image_date: Write the year of the image in full."),
        ({"reference": "A\u202e1"}, "reference: Write it in one line"),
        ({"name": "Ermintrude\u2028Quux"}, "name: Write it in one line"),
        ({"lawful_basis": ""}, "lawful_basis: This field is required."),
        ({"image_source": " "}, "image_source: This field is required."),
        ({"reference": "R" * 61}, "at most 60 characters"),
        ({"image": "missing.jpg"}, "The image is not among the files."),
        ({"image": ""}, "The row names no image."),
        ({"image": "../A1.jpg"}, "leads outside the folder"),
        ({"image": "..\\..\\A1.jpg"}, "leads outside the folder"),
        ({"under_18": "perhaps"}, "under_18: Write yes or no."),
        ({"under_18": "yes"}, "under_18_rationale: Say why"),
    ],
)
def test_a_bad_row_is_refused_alone_and_says_why(
    deployment: Deployment, changes: dict[str, str], words: str
):
    made = worked(received(deployment, sheet(row("A1") | changes, row("A2"))))

    bad, good = made.rows.order_by("line")
    assert words in bad.reason
    assert (bad.line, good.reason) == (2, "")
    assert references(finish(made).deployment) == ["A2"]


def test_somebody_under_18_comes_with_the_rationale(deployment: Deployment):
    finish(
        received(
            deployment,
            sheet(row("A1", under_18="yes", under_18_rationale="Missing."), row("A2")),
        )
    )

    young, other = deployment.entries.order_by("reference")
    assert (young.is_under_18, young.under_18_rationale) == (True, "Missing.")
    assert not other.is_under_18


def test_the_same_twice_names_the_first_line(deployment: Deployment):
    made = worked(
        received(
            deployment,
            sheet(row("A1"), row("a1", image="A2.jpg"), row("A3", image="A1.jpg")),
        )
    )

    assert [each.reason for each in made.rows.order_by("line")] == [
        "",
        "This reference is already in line 2 of the sheet.",
        "The same image is already in line 2 of the sheet.",
    ]


def test_what_is_on_the_list_already_is_not_added_again(deployment: Deployment):
    make_entry(deployment, reference="A1", is_enrolled=False)
    make_entry(deployment, image=portraits("A1", "A2")["A2.jpg"], is_enrolled=False)

    made = worked(received(deployment, sheet(row("A1"), row("A2"))))

    assert outcomes(made) == {
        "A1": "This reference is already on the watchlist.",
        "A2": "This image is already on the watchlist, under another reference.",
    }


def test_capitals_make_no_other_reference(deployment: Deployment, cast: Cast):
    """The ledger finds them together, so that they are one on a list too."""
    make_entry(deployment, reference="ab-1", is_enrolled=False)

    made = worked(received(deployment, sheet(row("AB-1"))))

    assert outcomes(made) == {"AB-1": "This reference is already on the watchlist."}
    with pytest.raises(Refused, match="already on the watchlist"):
        make_entry(deployment, reference="aB-1", is_enrolled=False)


def test_the_cap_holds_within_an_import(deployment: Deployment):
    names = [f"A{n}" for n in range(7)]

    made = worked(received(deployment, sheet(*map(row, names)), None, *names))

    assert [bool(reason) for reason in outcomes(made).values()] == [False] * 5 + [True] * 2
    assert "cap is 5" in outcomes(made)["A6"]


def test_the_world_may_change_between_dry_run_and_import(deployment: Deployment):
    made = worked(received(deployment, sheet(row("A1"), row("A2"))))
    make_entry(deployment, reference="A1", is_enrolled=False)

    made = finish(made)

    assert outcomes(made).get("A1") == "This reference is already on the watchlist."
    assert references(deployment) == ["A1", "A2"]


# Files that are made to do harm


def test_a_zip_bomb_or_a_path_outside_is_refused_as_a_whole(deployment: Deployment):
    for archive, words in (
        (
            zipped({"A1.jpg": b"\0" * 5_000_000}, compression=zipfile.ZIP_DEFLATED),
            "far more than images do",
        ),
        (zipped({"../../A1.jpg": jpeg()}), "outside itself"),
        (io.BytesIO(b"no zip"), "cannot be read"),
    ):
        made = worked(received(deployment, sheet(row("A1")), archive))
        assert made.status == ImportStatus.UNUSABLE
        assert words in made.fault
    assert not deployment.entries.exists()
    assert not ImportFile.objects.exists()


def _png_header(width: int, height: int) -> bytes:
    """A PNG that says it is so large, and holds nothing of it."""
    body = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunk = b"IHDR" + body
    end = struct.pack(">I", 0) + b"IEND" + struct.pack(">I", zlib.crc32(b"IEND"))
    head = struct.pack(">I", len(body)) + chunk + struct.pack(">I", zlib.crc32(chunk))
    return b"\x89PNG\r\n\x1a\n" + head + end


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (_png_header(20_000, 10_000), "too large"),
        (b"%PDF-1.7 not an image", "not an image of a kind"),
        (b"<script>alert(1)</script>", "not an image of a kind"),
        (b"PK\x03\x04 a zip file named .jpg", "not an image of a kind"),
        (b"", "The image file is empty."),
        (jpeg(size=(20, 20)), "too small"),
    ],
    ids=["200 megapixels", "a PDF", "a script", "a zip file", "empty", "tiny"],
)
def test_an_image_that_is_none_is_refused_in_words(deployment: Deployment, data: bytes, words: str):
    made = worked(received(deployment, sheet(row("A1")), zipped({"A1.jpg": data})))

    assert words in outcomes(made)["A1"]


def test_a_sheet_that_cannot_be_read_says_why_and_keeps_nothing(deployment: Deployment):
    made = worked(received(deployment, b"reference,name\nA1,B"))

    assert made.status == ImportStatus.UNUSABLE
    assert "lacks the columns: category" in made.fault
    assert not ImportFile.objects.exists()
    assert not ImportRow.objects.exists()


def test_xlsx_is_read_like_csv(deployment: Deployment):
    book = Workbook()
    page = book.active
    assert page is not None
    first = row("A1", name="=1+1")
    page.append(list(first))
    page.append(list(first.values()))
    file = io.BytesIO()
    book.save(file)

    made = worked(received(deployment, file.getvalue()))

    assert made.fault == ""
    assert outcomes(made) == {"A1": ""}


# Killed and taken up again


class Killed(BaseException):
    """The worker is gone: nothing catches it."""


@pytest.mark.parametrize("die_at", [1, 3])
def test_killed_half_way_it_goes_on_where_it_stopped(
    deployment: Deployment, die_at: int, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(imports, "AT_ONCE", 1)
    names = [f"A{n}" for n in range(4)]
    made = worked(received(deployment, sheet(*map(row, names)), None, *names))
    imports.confirm(made, by=person("watchlist_manager"))
    add, calls = watchlist.add_entries, []

    def dies(*arguments: Any, **named: Any) -> Any:
        entries = add(*arguments, **named)
        calls.append(1)
        if len(calls) == die_at:
            raise Killed  # after the entry, before the row says so
        return entries

    with mock.patch.object(imports, "add_entries", dies), pytest.raises(Killed):
        imports.work_on(made.pk)
    assert deployment.entries.count() == die_at - 1
    made.refresh_from_db()
    assert made.status == ImportStatus.IMPORTING

    made = worked(made)

    assert made.status == ImportStatus.DONE
    assert references(deployment) == names
    assert made.rows.filter(outcome=RowOutcome.ADDED).count() == 4


def test_of_rows_that_are_added_together_one_that_is_refused_takes_nobody_with_it(
    deployment: Deployment,
):
    names = [f"A{n}" for n in range(4)]
    made = worked(received(deployment, sheet(*map(row, names)), None, *names))
    make_entry(deployment, reference="A2", is_enrolled=False)

    made = finish(made)

    assert references(deployment) == ["A2", "A0", "A1", "A3"]
    assert outcomes(made)["A2"] == "This reference is already on the watchlist."
    stored = {image_store.path_of(pk) for pk in StoredImage.objects.values_list("pk", flat=True)}
    assert set(Path(settings.FILE_STORE).glob("??/*")) == stored


def test_a_worker_that_vanished_loses_its_lease(deployment: Deployment):
    made = received(deployment, sheet(row("A1")))
    set_lease = "UPDATE deployments_watchlistimport SET lease_until = now() + interval '{}'"
    with connection.cursor() as cursor:
        cursor.execute(set_lease.format("30 seconds"))
    assert imports.abandoned() == []
    assert imports.work_on(made.pk) is False
    made.refresh_from_db()
    assert made.status == ImportStatus.RECEIVED

    with connection.cursor() as cursor:
        cursor.execute(set_lease.format("-1 second"))

    assert imports.abandoned() == [made.pk]
    assert worked(made).status == ImportStatus.CHECKED


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_add_nobody_twice():
    make_cast()
    deployment = make_deployment(status=Status.AUTHORISED)
    names = [f"A{n}" for n in range(6)]
    made = worked(received(deployment, sheet(*map(row, names)), None, *names))
    imports.confirm(made, by=person("watchlist_manager"))

    results = at_once([lambda: imports.work_on(made.pk, seconds=0.01)] * 4)

    assert not [result for result in results if isinstance(result, Exception)]
    assert worked(made).status == ImportStatus.DONE
    assert sorted(references(deployment)) == names


def test_the_database_adds_no_row_twice_and_imports_nothing_undecided(
    deployment: Deployment, app_role: None
):
    made = finish(received(deployment, sheet(row("A1"))))
    assert "added once" in refusal_of("UPDATE deployments_importrow SET outcome = 'ready'")
    waiting = worked(received(deployment, sheet(row("A2"))))
    for status in ("importing", "done"):
        assert "follows its dry run" in refusal_of(
            "UPDATE deployments_watchlistimport SET status = %s WHERE id = %s", status, waiting.pk
        )
    assert made.pk != waiting.pk


# Who, and until when


def test_only_a_watchlist_manager_imports_and_decides(deployment: Deployment, cast: Cast):
    made = worked(received(deployment, sheet(row("A1"))))
    for name, user in cast.everyone().items():
        if not name.endswith("watchlist_manager"):
            for act in (imports.confirm, imports.discard):
                with pytest.raises(Refused):
                    act(made, by=user)
            with pytest.raises(Refused):
                imports.receive(deployment, sheet=uploaded(deployment, b"x"), by=user)
    assert worked(made).status == ImportStatus.CHECKED


def test_one_import_at_a_time(deployment: Deployment):
    made = worked(received(deployment, sheet(row("A1"))))
    with pytest.raises(Refused, match="under way already"):
        received(deployment, sheet(row("A2")))

    imports.discard(made, by=person("watchlist_manager"))

    assert received(deployment, sheet(row("A2"))).pk
    with pytest.raises(Refused, match="does not wait for a decision"):
        imports.confirm(made, by=person("watchlist_manager"))


def test_what_was_uploaded_goes_with_the_deployment(deployment: Deployment, cast: Cast):
    worked(received(deployment, sheet(row("A1"))))
    assert purge.overdue() == []

    lifecycle.cancel(deployment, by=cast.authorising_officer, reason="Called off.")
    purge.purge()

    assert not WatchlistImport.objects.exists()
    assert not ImportFile.objects.exists()
    assert not ImportRow.objects.exists()


def test_an_end_in_the_middle_adds_nobody(cast: Cast):
    live = make_deployment(status=Status.LIVE)
    made = worked(received(live, sheet(row("A1"))))
    imports.confirm(made, by=cast.watchlist_manager)
    lifecycle.end(live, by=cast.alice, reason="Over.")

    made = worked(made)

    assert live.entries.count() == 1
    assert [r.outcome for r in made.rows.all()] == [RowOutcome.REFUSED]


def test_the_refused_rows_are_a_sheet_without_formulae(deployment: Deployment):
    made = worked(
        received(deployment, sheet(row("A1", name="=HYPERLINK(1)", response="purple"), row("A2")))
    )

    text = import_report.refused_csv(made)

    assert "'=HYPERLINK(1)" in text
    assert ",=HYPERLINK" not in text
    assert "Unknown response" in text
    assert "A2" not in text
