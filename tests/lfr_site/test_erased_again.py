"""Footage, copies for people who asked, and uploads that went before their time: after a restore
they go again, and what nobody holds any more is held no more."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest
from django.db import connection
from django.utils import timezone
from pytest_django import DjangoCaptureOnCommitCallbacks
from pytest_django.fixtures import Settings

from deployments import erasure_journal, imports, purge
from deployments.enums import (
    FootageGround,
    Status,
    SubjectAccessRefusal,
    SubjectAccessStatus,
)
from deployments.erasure_journal import Erased
from deployments.footage import chain, holds, store
from deployments.footage.store import OpenSegment
from deployments.models import (
    AuditEvent,
    Deployment,
    FootageHold,
    FootageKey,
    FootageSegment,
    SubjectAccessFile,
    SubjectAccessRequest,
    WatchlistImport,
)
from deployments.subject_access import handover, pictures, requests
from lfr_site import maintenance
from lfr_site.backup.winding_down import wind_down
from tests.deployments.access_requests import with_copy, with_faces, with_segment
from tests.deployments.recordings import recorded, write_into
from tests.deployments.sheets import received, row, sheet, worked
from tests.factories import Cast, make_deployment, person
from tests.tampering import refusal_of

pytestmark = pytest.mark.usefixtures("recognition_worker")


@pytest.fixture
def journal(settings: Settings, tmp_path: Path) -> Path:
    path = tmp_path / "journal" / "erasures.jsonl"
    settings.ERASURE_JOURNAL = path
    return path


@pytest.fixture
def live(cast: Cast) -> Deployment:
    return make_deployment(status=Status.LIVE, records_cctv=True)


@pytest.fixture
def restored(db: None) -> Iterator[None]:
    """The mark that a restore leaves in the database while it is at it."""
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE SCHEMA {maintenance.SCHEMA}")
        yield
        cursor.execute(f"DROP SCHEMA IF EXISTS {maintenance.SCHEMA}")


def held(deployment: Deployment, *segments: FootageSegment) -> FootageHold:
    return holds.hold(
        deployment,
        segments,
        ground=FootageGround.COMPLAINT,
        reason="Complaint 12/26.",
        review_on=timezone.localdate() + timedelta(days=14),
        by=person("disclosure_officer"),
    )


def at(*numbers: UUID) -> dict[UUID, datetime]:
    return dict.fromkeys(numbers, timezone.now())


def answered(request: SubjectAccessRequest) -> SubjectAccessRequest:
    return requests.refuse(
        request, ground=SubjectAccessRefusal.OTHERS, by=person("disclosure_officer")
    )


def test_footage_that_was_erased_goes_again_and_its_hold_with_it(live: Deployment, restored: None):
    gone, other = recorded(live), recorded(live)
    hold = held(live, gone, other)

    done = wind_down(Erased(footage=at(gone.pk)))

    gone.refresh_from_db()
    other.refresh_from_db()
    hold.refresh_from_db()
    assert done.erased_again == 1
    assert gone.erased_at is not None
    assert not FootageKey.objects.filter(segment=gone).exists()
    assert other.is_there
    assert (hold.released_by, hold.release_reason) == (None, "A backup was restored.")
    assert AuditEvent.objects.filter(action="footage.hold_released", actor="system").exists()
    assert chain.verify(live).is_sound


def test_a_hold_that_was_released_keeps_nothing_beyond_its_time(live: Deployment, restored: None):
    over = recorded(live, started_at=timezone.now() - timedelta(days=32))
    hold, other = held(live, over), held(live, recorded(live))

    wind_down(Erased(released=at(hold.uuid)))

    over.refresh_from_db()
    other.refresh_from_db()
    assert over.erased_at is not None
    assert other.released_at is None


def test_by_nobody_a_hold_is_released_in_a_restore_only(live: Deployment):
    hold = held(live, recorded(live))

    assert "released by somebody" in refusal_of(
        "UPDATE deployments_footagehold SET released_at = now(), release_reason = 'x'"
        " WHERE id = %s",
        hold.pk,
    )


def test_a_segment_that_was_in_writing_gets_its_clock_first(live: Deployment):
    """Its file was whole when the backup copied it, its row was dumped a moment before."""
    started_at = timezone.now() - timedelta(days=40)
    segment = OpenSegment(live.pk, live.cameras.get().pk, started_at=started_at)
    write_into(segment)
    segment._writer.finish()
    cut_off = OpenSegment(live.pk, live.cameras.get().pk, started_at=timezone.now())
    cut_off.discard()

    wind_down(Erased(footage=at(segment.row.pk)))

    found = FootageSegment.objects.get(pk=segment.row.pk)
    assert found.erased_at is not None
    assert not FootageKey.objects.exists()


def test_a_copy_that_was_dropped_is_dropped_again_and_the_other_stays(live: Deployment):
    request, segment = with_segment(live)
    one, other = with_copy(request, segment), with_copy(request, segment)

    done = wind_down(Erased(pictures=at(one.pk)))

    request.refresh_from_db()
    assert done.erased_again == 1
    assert set(request.files.filter(kind="copy")) == {other}
    assert request.status == SubjectAccessStatus.PREPARED


def test_of_a_request_that_was_answered_no_picture_comes_back(live: Deployment, restored: None):
    request, segment = with_segment(live)
    with_copy(request, segment)
    requests.confirm(request, by=person("disclosure_officer"))
    assert request.hold is not None

    wind_down(Erased(answered=at(request.uuid), released=at(request.hold.uuid)))

    request.refresh_from_db()
    assert not request.files.exists()
    assert (request.status, request.reviewed_by) == (SubjectAccessStatus.OPEN, None)
    assert FootageHold.objects.get().released_at is not None
    # It can be answered once more.
    answered(request)


def test_what_was_answered_when_the_backup_was_made_keeps_its_own_clock(
    live: Deployment, settings: Settings
):
    settings.AUDIT_KEY = "c2lnbmluZy1rZXktb2YtMzItYnl0ZXMtMTIzNDU2Nzg="
    request, segment = with_segment(live)
    with_copy(request, segment)
    requests.confirm(request, by=person("disclosure_officer"))
    handover.hand_over(request, by=person("disclosure_officer"))

    wind_down(Erased(answered=at(request.uuid)))

    assert request.files.count() == 1


def test_what_was_uploaded_and_discarded_goes_again(cast: Cast):
    authorised = make_deployment(status=Status.AUTHORISED)
    made = worked(received(authorised, sheet(row("A1"))))
    file = made.files.first()
    assert file is not None

    done = wind_down(Erased(uploads=at(file.pk)))

    assert done.erased_again == 1
    assert not WatchlistImport.objects.exists()


# The journal


def test_the_journal_hears_of_footage_pictures_and_uploads(
    live: Deployment,
    journal: Path,
    settings: Settings,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
):
    settings.AUDIT_KEY = "c2lnbmluZy1rZXktb2YtMzItYnl0ZXMtMTIzNDU2Nzg="
    over = recorded(live, started_at=timezone.now() - timedelta(days=32))
    hold = held(live, over)
    request, segment = with_segment(live)
    with_faces(request, segment)
    dropped = with_copy(request, segment)
    assert request.hold is not None
    authorised = make_deployment(status=Status.AUTHORISED)
    made = worked(received(authorised, sheet(row("A1"))))
    files = set(made.files.values_list("pk", flat=True))

    with django_capture_on_commit_callbacks(execute=True):
        pictures.drop(request, dropped, by=person("disclosure_officer"))
        left = set(SubjectAccessFile.objects.values_list("pk", flat=True))
        holds.release(hold, reason="Withdrawn.", by=person("disclosure_officer"))
        purge.purge()
        answered(request)
        imports.discard(made, by=person("watchlist_manager"))

    said = erasure_journal.read(journal)
    assert set(said.footage) == {over.pk}
    assert set(said.released) == {hold.uuid, request.hold.uuid}
    assert set(said.pictures) >= {dropped.pk, *left}
    assert set(said.answered) == {request.uuid}
    assert set(said.uploads) == {made.uuid, *files}
    assert not store.path_of(over.pk).exists()
