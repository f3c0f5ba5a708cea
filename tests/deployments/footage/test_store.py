"""Segments on the disk: encrypted, recorded under an authority only, chained, tamper-evident."""

import shutil
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from django.db import IntegrityError, InternalError, connection, transaction
from django.utils import timezone
from pytest_django.fixtures import Settings

from deployments.audit_verification import verify
from deployments.encryption import Unreadable
from deployments.enums import Status
from deployments.footage import chain, store
from deployments.models import AuditEvent, Deployment, FootageKey, FootageSegment
from tests.deployments.recordings import frames_of, recorded
from tests.factories import Cast, make_deployment

pytestmark = pytest.mark.usefixtures("recognition_worker")
REFUSED = (IntegrityError, InternalError)


@pytest.fixture
def live(cast: Cast) -> Deployment:
    return make_deployment(status=Status.LIVE, records_cctv=True)


def test_a_segment_lies_encrypted_and_plays(live: Deployment):
    segment = recorded(live)

    sealed = store.path_of(segment.pk).read_bytes()
    with store.opened(segment) as file:
        data = file.read()
    assert b"moof" not in sealed
    assert b"ftyp" not in sealed
    assert frames_of(data) == 100
    assert segment.byte_count == len(data)
    assert not store.partial_of(segment.pk).exists()


def test_each_segment_is_on_record_and_follows_the_one_before(live: Deployment):
    first, second = recorded(live), recorded(live)

    assert [first.number, second.number] == [1, 2]
    assert second.previous_hash == first.hash
    assert chain.verify(live).is_sound
    assert chain.verify(live).count == 2
    event = AuditEvent.objects.filter(action="footage.recorded").latest("sequence")
    assert second.hash in event.details
    assert verify().is_sound


@pytest.mark.parametrize("status", [Status.READY, Status.SUSPENDED, Status.ENDED])
def test_nothing_is_recorded_while_the_deployment_is_not_live(cast: Cast, status: Status):
    deployment = make_deployment(status=status, records_cctv=True)

    with pytest.raises(IntegrityError, match="not authorised"), transaction.atomic():
        recorded(deployment)


def test_nothing_is_recorded_where_it_was_not_authorised(cast: Cast):
    deployment = make_deployment(status=Status.LIVE)

    with pytest.raises(IntegrityError, match="not authorised"), transaction.atomic():
        recorded(deployment)
    assert not any(store.folder().glob("*/*"))


def test_recording_is_frozen_with_what_was_authorised(live: Deployment):
    for records in (True, False):
        with pytest.raises(REFUSED, match="frozen"), transaction.atomic():
            live.deploymentcamera_set.update(records_cctv=records)


@pytest.mark.parametrize("column", ["byte_count", "number", "camera_id"])
def test_a_recorded_segment_is_not_changed(live: Deployment, column: str):
    segment = recorded(live)

    with pytest.raises(IntegrityError, match="not changed"), transaction.atomic():
        FootageSegment.objects.filter(pk=segment.pk).update(**{column: 7})
    with pytest.raises(IntegrityError, match="its row stays"), transaction.atomic():
        segment.delete()


@pytest.mark.parametrize(
    ("tampering", "fault"),
    [
        ("UPDATE deployments_footagesegment SET byte_count = 7 WHERE number = 2", "was changed"),
        ("DELETE FROM deployments_footagesegment WHERE number = 2", "is missing"),
        (
            "UPDATE deployments_footagesegment SET previous_hash = hash WHERE number = 2",
            "does not follow",
        ),
    ],
)
def test_what_the_owner_of_the_table_changes_is_found(live: Deployment, tampering: str, fault: str):
    for _ in range(3):
        recorded(live)

    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE deployments_footagesegment DISABLE TRIGGER USER")
        cursor.execute("DELETE FROM deployments_footagekey")
        cursor.execute(tampering)

    found = chain.verify(live)
    assert not found.is_sound
    assert f"segment 2 {fault}" in found.faults[0]


def test_every_flipped_bit_is_found(live: Deployment):
    """One in the header, in the first, a middle and the last chunk, and in the last tag."""
    segment = recorded(live)
    path = store.path_of(segment.pk)
    whole = path.read_bytes()
    places = [0, 9, 30, len(whole) // 2, len(whole) - 1]

    for place in places:
        flipped = bytearray(whole)
        flipped[place] ^= 1
        path.write_bytes(flipped)
        assert chain.fault_of(segment), place
    path.write_bytes(whole)
    assert chain.fault_of(segment) == ""


def test_a_file_cut_short_or_taken_for_another_does_not_open(live: Deployment):
    one, other = recorded(live), recorded(live)
    whole = store.path_of(one.pk).read_bytes()

    store.path_of(one.pk).write_bytes(whole[: len(whole) // 2])
    assert chain.fault_of(one)
    store.path_of(one.pk).write_bytes(store.path_of(other.pk).read_bytes())
    assert chain.fault_of(one)


def test_with_another_master_key_nothing_opens(live: Deployment, settings: Settings):
    segment = recorded(live)
    settings.MASTER_KEY = "b3RoZXItMzItYnl0ZXMtb3RoZXItMzItYnl0ZXMtMTI="

    with pytest.raises(Unreadable):
        store.opened(segment)
    assert chain.fault_of(segment)


def test_without_its_key_a_segment_does_not_open(live: Deployment):
    segment = recorded(live)
    FootageKey.objects.filter(segment=segment).delete()

    with pytest.raises(Unreadable, match="erased"):
        store.opened(segment)


def test_files_without_a_row_are_swept_when_they_are_old_enough(live: Deployment):
    segment = recorded(live)
    stray = store.path_of(segment.pk).with_name("0" * 32)
    stray.write_bytes(b"left")
    later = timezone.now() + timedelta(hours=1)

    assert store.PLACE.strays() == []
    assert store.PLACE.strays(now=later.timestamp()) == [stray]
    assert store.PLACE.missing() == []
    store.path_of(segment.pk).unlink()
    assert store.PLACE.missing() == [segment.pk]


def test_the_space_left_is_that_of_the_disk_that_footage_lies_on(
    settings: Settings, tmp_path: Path
):
    """Which may be one of its own, mounted into the file store."""
    settings.FILE_STORE = str(tmp_path)
    with TemporaryDirectory(dir="/dev/shm") as other:
        if shutil.disk_usage(other).total == shutil.disk_usage(tmp_path).total:
            pytest.skip("there is one disk only")
        store.folder().symlink_to(other)

        difference = abs(store.free_bytes() - shutil.disk_usage(other).free)

    assert difference < 2**30
