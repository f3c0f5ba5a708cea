"""Images on disk: ciphertext only, gone with the row or the key, spared while being written."""

import os
import threading
import uuid
from collections.abc import Callable
from pathlib import Path

import pytest
from django.db import transaction
from pytest_django.fixtures import Settings

from deployments import image_store
from deployments.encryption import Unreadable
from deployments.enums import ImageKind, Status
from deployments.models import Deployment, DeploymentKey, StoredImage
from tests.concurrency import at_once
from tests.factories import Cast, jpeg, make_deployment

PICTURE = jpeg(seed=5)
LATER = 3600.0


@pytest.fixture
def deployment(cast: Cast) -> Deployment:
    return make_deployment(status=Status.AUTHORISED)


def _put(deployment: Deployment, data: bytes = PICTURE) -> StoredImage:
    return image_store.put(deployment, data, kind=ImageKind.WATCHLIST)


def _crash_after(call: Callable[[], object]) -> None:
    """In a transaction that is not committed."""
    with transaction.atomic():
        call()
        raise OSError("crash")


def _files(store: Path) -> list[Path]:
    return [path for path in store.rglob("*") if path.is_file()]


def test_what_is_put_is_read(deployment: Deployment):
    assert image_store.read(_put(deployment)) == PICTURE


def test_nothing_of_the_picture_is_on_disk_and_nobody_else_may_read_the_file(
    deployment: Deployment, file_store: Path
):
    _put(deployment)

    (path,) = _files(file_store)
    stored = path.read_bytes()
    assert PICTURE[:3] not in stored[:64]
    assert not any(PICTURE[i : i + 8] in stored for i in range(0, len(PICTURE) - 8, 4))
    assert path.stat().st_mode & 0o077 == 0
    assert path.parent.stat().st_mode & 0o077 == 0


def test_the_key_is_stored_wrapped_only(deployment: Deployment, settings: Settings):
    image = _put(deployment)
    wrapped = bytes(DeploymentKey.objects.get(deployment=deployment).wrapped)
    assert len(wrapped) == 12 + 32 + 16

    settings.MASTER_KEY = "d3JvbmcgbWFzdGVyIGtleSBvZiAzMiBieXRlcyEhISE="
    with pytest.raises(Unreadable):
        image_store.read(image)


def test_a_file_moved_under_another_row_does_not_open(deployment: Deployment):
    one, other = _put(deployment), _put(deployment, jpeg(seed=6))
    image_store.path_of(other.pk).write_bytes(image_store.path_of(one.pk).read_bytes())

    with pytest.raises(Unreadable):
        image_store.read(other)


def test_a_key_moved_to_another_deployment_does_not_unwrap(deployment: Deployment):
    other = make_deployment(status=Status.AUTHORISED)
    image, _ = _put(deployment), _put(other)
    key = DeploymentKey.objects.get(deployment=other)
    DeploymentKey.objects.filter(deployment=deployment).update(wrapped=key.wrapped)

    with pytest.raises(Unreadable):
        image_store.read(image)


def test_an_altered_or_missing_file_is_unreadable(deployment: Deployment):
    altered, missing = _put(deployment), _put(deployment)
    path = image_store.path_of(altered.pk)
    path.write_bytes(path.read_bytes()[:-1] + b"\x00")
    image_store.path_of(missing.pk).unlink()

    for image in (altered, missing):
        with pytest.raises(Unreadable):
            image_store.read(image)


def test_without_the_key_every_copy_is_unreadable(deployment: Deployment, file_store: Path):
    """Also a backup of the files, and the row put back from one."""
    images = [_put(deployment) for _ in range(3)]
    backup = {path: path.read_bytes() for path in _files(file_store)}

    assert image_store.destroy_key(deployment)
    assert not image_store.destroy_key(deployment)

    for path, data in backup.items():
        path.write_bytes(data)
    for image in images:
        with pytest.raises(Unreadable, match="destroyed"):
            image_store.read(image)


@pytest.mark.parametrize("status", [Status.ENDED, Status.CLOSED, Status.CANCELLED])
def test_a_deployment_that_is_over_gets_no_new_key(cast: Cast, status: Status):
    over = make_deployment(status=status)
    image_store.destroy_key(over)

    with pytest.raises(Unreadable):
        _put(over)
    assert not DeploymentKey.objects.filter(deployment=over).exists()


@pytest.mark.django_db(transaction=True)
def test_an_erased_image_loses_its_file_when_the_transaction_commits(cast: Cast, file_store: Path):
    image = _put(make_deployment(status=Status.AUTHORISED))
    path = image_store.path_of(image.pk)

    with transaction.atomic():
        image_store.erase([image])
        assert path.exists()

    assert not path.exists()


@pytest.mark.django_db(transaction=True)
def test_an_erasure_that_is_rolled_back_keeps_row_and_file(cast: Cast):
    image = _put(make_deployment(status=Status.AUTHORISED))

    with pytest.raises(OSError, match="crash"):
        _crash_after(lambda: image_store.erase([image]))

    assert image_store.read(StoredImage.objects.get(pk=image.pk)) == PICTURE


def test_a_crash_between_commit_and_unlink_is_swept_later(deployment: Deployment):
    image = _put(deployment)
    StoredImage.objects.filter(pk=image.pk).delete()
    path = image_store.path_of(image.pk)

    assert image_store.PLACE.strays() == []
    assert image_store.PLACE.strays(now=path.stat().st_mtime + LATER) == [path]


def test_a_crash_before_the_commit_is_swept_later(deployment: Deployment, file_store: Path):
    with pytest.raises(OSError, match="crash"):
        _crash_after(lambda: _put(deployment))

    (path,) = _files(file_store)
    assert image_store.PLACE.strays(now=path.stat().st_mtime + LATER) == [path]


def test_a_file_that_was_never_finished_is_swept_later(deployment: Deployment):
    image = _put(deployment)
    finished = image_store.path_of(image.pk)
    unfinished = finished.with_name(f"{uuid.uuid4().hex}.part")
    unfinished.write_bytes(b"half")

    assert image_store.PLACE.strays(now=finished.stat().st_mtime + LATER) == [unfinished]


def test_a_file_with_its_row_is_never_an_orphan(deployment: Deployment):
    path = image_store.path_of(_put(deployment).pk)
    os.utime(path, (0, 0))

    assert image_store.PLACE.strays() == []


@pytest.mark.django_db(transaction=True)
def test_the_sweep_spares_the_file_of_a_transaction_that_is_still_open(cast: Cast):
    """The file is written before its row can be seen by anybody else."""
    deployment = make_deployment(status=Status.AUTHORISED)
    written, swept = threading.Event(), threading.Event()

    def put_slowly() -> StoredImage:
        with transaction.atomic():
            image = _put(deployment)
            written.set()
            assert swept.wait(30)
        return image

    def sweep() -> None:
        from deployments.purge import purge

        assert written.wait(30)
        try:
            purge()
        finally:
            swept.set()

    image, failure = at_once([put_slowly, sweep])

    assert failure is None
    assert image_store.read(image) == PICTURE


@pytest.mark.django_db(transaction=True)
def test_first_images_stored_at_once_share_one_key(cast: Cast):
    deployment = make_deployment(status=Status.AUTHORISED)

    images = at_once([lambda: _put(deployment)] * 6)

    assert DeploymentKey.objects.filter(deployment=deployment).count() == 1
    assert [image_store.read(image) for image in images] == [PICTURE] * 6
