"""Uploading a sheet, reading the dry run, deciding: over HTTP."""

from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries, Settings

from deployments import imports
from deployments.enums import AuditKind, ImportStatus, Status
from deployments.models import AuditEvent, Deployment, ImportFile, WatchlistImport
from tests.deployments.sheets import finish, portraits, received, row, sheet, worked, zipped
from tests.factories import Cast, make_deployment


@pytest.fixture
def deployment(cast: Cast) -> Deployment:
    return make_deployment(status=Status.AUTHORISED)


@pytest.fixture
def manager(client: Client, cast: Cast, deployment: Deployment) -> Client:
    client.force_login(cast.watchlist_manager)
    return client


def address(deployment: Deployment, name: str, *arguments: object) -> str:
    return reverse(f"deployments:{name}", args=[deployment.uuid, *arguments])


def send(manager: Client, deployment: Deployment, **files: object) -> HttpResponse:
    return manager.post(address(deployment, "import"), files, follow=True)  # type: ignore[return-value]


def a_sheet(*rows: dict[str, str]) -> SimpleUploadedFile:
    return SimpleUploadedFile("list.csv", sheet(*rows))


def test_from_the_upload_to_the_list(manager: Client, deployment: Deployment):
    archive = SimpleUploadedFile("images.zip", zipped(portraits("A1", "A2")).getvalue())
    page = send(
        manager, deployment, sheet=a_sheet(row("A1"), row("A2", category="victim")), archive=archive
    )
    assert "Received" in page.content.decode()
    made = worked(WatchlistImport.objects.get())
    report = address(deployment, "import_report", made.pk)

    body = manager.get(report).content.decode()
    assert "Add 1 person" in body
    assert "not authorised for this deployment" in body
    assert not deployment.entries.exists()

    manager.post(address(deployment, "import_decide", made.pk, "confirm"))
    worked(made)

    assert "What was imported" in manager.get(report).content.decode()
    assert [entry.reference for entry in deployment.entries.all()] == ["A1"]


def test_single_files_do_as_well_and_more_than_fit_in_memory(
    manager: Client, deployment: Deployment, settings: Settings, file_store: Path
):
    settings.FILE_UPLOAD_MAX_MEMORY_SIZE = 10
    files = [SimpleUploadedFile(name, data) for name, data in portraits("A1", "A2").items()]

    send(manager, deployment, sheet=a_sheet(row("A1", name="Ermintrude"), row("A2")), images=files)

    assert worked(WatchlistImport.objects.get()).status == ImportStatus.CHECKED
    stored = [path.read_bytes() for path in file_store.rglob("*") if path.is_file()]
    assert len(stored) == 3
    assert not any(b"Ermintrude" in data or data[:3] == b"\xff\xd8\xff" for data in stored)


@pytest.mark.parametrize(
    ("files", "words"),
    [
        ({}, "Choose the sheet."),
        ({"archive": b"zip"}, "Choose the sheet."),
        ({"sheet": b"x", "archive": b"zip", "images": b"image"}, "Send the images once"),
    ],
)
def test_an_upload_that_is_not_whole_leaves_nothing(
    manager: Client,
    deployment: Deployment,
    file_store: Path,
    files: dict[str, bytes],
    words: str,
):
    given = {name: SimpleUploadedFile(name, data) for name, data in files.items()}

    page = send(manager, deployment, **given)

    assert words in page.content.decode()
    assert not WatchlistImport.objects.exists()
    assert [path for path in file_store.rglob("*") if path.is_file()] == []


def test_more_than_the_policy_allows_is_refused_and_leaves_nothing(
    manager: Client, deployment: Deployment, settings: Settings, file_store: Path
):
    settings.IMPORT_MAX_BYTES = 100_000
    archive = SimpleUploadedFile("i.zip", zipped({"A1.jpg": bytes(200_000)}).getvalue())

    page = send(manager, deployment, sheet=a_sheet(row("A1")), archive=archive)

    assert "Send at most" in page.content.decode()
    assert not ImportFile.objects.exists()
    assert [path for path in file_store.rglob("*") if path.is_file()] == []


def test_a_form_of_another_site_uploads_nothing(cast: Cast, deployment: Deployment):
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(cast.watchlist_manager)

    response = strict.post(address(deployment, "import"), {"sheet": a_sheet(row("A1"))})

    assert response.status_code == 403
    assert not WatchlistImport.objects.exists()


def test_operators_and_others_see_no_import(client: Client, cast: Cast, deployment: Deployment):
    made = worked(received(deployment, sheet(row("A1"))))
    for name in ("alice", "auditor", "applicant", "inspector", "charlie"):
        client.force_login(cast.everyone()[name])
        for page in ("import_report", "import_state", "import_refused"):
            answer = client.get(address(deployment, page, made.pk))
            assert answer.status_code in {403, 404}, (name, page)
            assert b"A1" not in answer.content
        decided = client.post(address(deployment, "import_decide", made.pk, "confirm"))
        assert decided.status_code in {403, 404}


def test_an_import_of_another_deployment_is_not_found(
    manager: Client, cast: Cast, deployment: Deployment
):
    other = received(make_deployment(status=Status.AUTHORISED), sheet(row("A1")))

    assert manager.get(address(deployment, "import_report", other.pk)).status_code == 404


def test_rows_are_paged_filtered_and_each_look_recorded(
    manager: Client,
    deployment: Deployment,
    django_assert_max_num_queries: DjangoAssertNumQueries,
):
    rows = [row(f"R{n:03}", response="purple" if n % 2 else "red") for n in range(120)]
    made = worked(received(deployment, sheet(*rows), zipped(portraits("R000"))))
    report = address(deployment, "import_report", made.pk)

    with django_assert_max_num_queries(20):
        page = manager.get(report, {"outcome": "refused", "page": "2"})

    assert "no-store" in page["Cache-Control"]
    assert len(page.context["rows"]) == 50
    assert all(each.outcome == "refused" for each in page.context["rows"])
    looked = AuditEvent.objects.filter(action="watchlist.import_consulted").latest("sequence")
    assert (looked.kind, looked.details) == (AuditKind.CONSULTATION, '{"page": 2}')


def test_the_refused_rows_are_downloaded_as_text(manager: Client, deployment: Deployment):
    made = worked(received(deployment, sheet(row("A1", name="@SUM(A1)", response="purple"))))

    answer = manager.get(address(deployment, "import_refused", made.pk))

    assert "attachment" in answer["Content-Disposition"]
    assert "'@SUM(A1)" in answer.content.decode()
    assert AuditEvent.objects.filter(action="watchlist.import_rows_downloaded").exists()


def test_the_state_is_told_in_numbers_only(manager: Client, deployment: Deployment):
    made = worked(received(deployment, sheet(row("A1"), row("A2", response="purple"))))

    assert manager.get(address(deployment, "import_state", made.pk)).json() == {
        "status": "checked",
        "status_words": "Checked: you decide",
        "is_working": False,
        "total": 2,
        "done": 2,
        "percent": 100,
        "ready": 1,
        "refused": 1,
        "added": 0,
        "alike": 0,
    }


def test_a_discarded_import_is_gone(manager: Client, deployment: Deployment):
    made = worked(received(deployment, sheet(row("A1"))))

    page = manager.post(address(deployment, "import_decide", made.pk, "discard"), follow=True)

    assert "erased" in page.content.decode()
    assert not ImportFile.objects.exists()


def test_who_looks_alike_is_shown_row_by_row_and_alone(manager: Client, deployment: Deployment):
    made = worked(received(deployment, sheet(row("A1"), row("A2"))))
    measure = {"name": "Sharpness", "figure": "blurred: 0.001, at least 0.018", "is_enough": False}
    made.rows.filter(line=3).update(alike_line=2, image_quality=[measure])
    report = address(deployment, "import_report", made.pk)

    everybody = manager.get(report).content.decode()
    alone = manager.get(f"{report}?outcome=alike").content.decode()

    for page in (everybody, alone):
        assert "1 row looks like somebody else" in page
        assert "line 2</span>: the same person" in page
        assert "blurred: 0.001, at least 0.018" in page
    assert ">A1<" in everybody
    assert ">A1<" not in alone


def test_an_import_is_discarded_while_its_faces_are_compared(
    manager: Client, deployment: Deployment
):
    made = received(deployment, sheet(row("A1")))
    while imports.work_on(made.pk):
        pass
    page = manager.get(address(deployment, "import_report", made.pk)).content.decode()
    assert "Faces being compared" in page
    assert 'data-working data-status="comparing"' in page

    manager.post(address(deployment, "import_decide", made.pk, "discard"))

    made.refresh_from_db()
    assert made.status == ImportStatus.DISCARDED


def test_more_files_than_are_taken_at_once_are_refused_in_words_and_leave_nothing(
    manager: Client, deployment: Deployment, file_store: Path
):
    """Beyond Django's own limit too, whose refusal has no words."""
    for count in (91, 120):
        files = [SimpleUploadedFile(f"A{n}.jpg", b"image") for n in range(count)]

        page = send(manager, deployment, sheet=a_sheet(row("A1")), images=files)

        assert page.status_code == 200
        assert "more than 90: send them in a zip file" in page.content.decode()
        assert not WatchlistImport.objects.exists()
        assert [path for path in file_store.rglob("*") if path.is_file()] == []


def test_ninety_files_beside_the_sheet_are_taken(manager: Client, deployment: Deployment):
    files = [SimpleUploadedFile(f"A{n}.jpg", b"image") for n in range(90)]

    send(manager, deployment, sheet=a_sheet(row("A1")), images=files)

    assert ImportFile.objects.count() == 91


def test_an_upload_that_breaks_the_rules_of_forms_leaves_nothing(
    manager: Client, deployment: Deployment, settings: Settings, file_store: Path
):
    settings.DATA_UPLOAD_MAX_NUMBER_FILES = 1
    files = [SimpleUploadedFile("A1.jpg", b"image")]

    page = send(manager, deployment, sheet=a_sheet(row("A1")), images=files)

    assert page.status_code == 400
    assert [path for path in file_store.rglob("*") if path.is_file()] == []


def test_what_came_of_an_import_is_not_lost_with_its_rows(manager: Client, deployment: Deployment):
    """Those who were added have no row of dashes; the counts outlive the refused rows."""
    made = finish(received(deployment, sheet(row("A1"), row("A2", response="purple"))))
    report = address(deployment, "import_report", made.pk)

    body = manager.get(report).content.decode()
    assert [each.line for each in manager.get(report).context["rows"]] == [3]
    assert "Erase the refused rows" in body

    page = manager.post(address(deployment, "import_decide", made.pk, "forget"), follow=True)
    body = page.content.decode()
    assert '<dd data-count="added">1</dd>' in body
    assert '<dd data-count="refused">1</dd>' in body
    assert "The refused rows are erased." in body
    assert "Erase the refused rows" not in body
    assert "Refused rows as CSV" not in body
