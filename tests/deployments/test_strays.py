"""Files without a row: one that is being written is never taken, whatever the clock says; one that
a crash left behind goes."""

import threading
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import transaction
from django.utils import timezone

from deployments import file_places, image_store, purge, strays
from deployments.enums import ImageKind, Status
from deployments.models import Deployment, StoredImage
from tests.concurrency import LIMIT_S, at_once
from tests.deployments.uptime import uptime_ahead
from tests.factories import Cast, make_deployment

PICTURE = b"\xff\xd8 a picture"
LONG = file_places.IN_FLIGHT_S + 1
OVERNIGHT = 3 * 86400.0


@pytest.fixture
def deployment(cast: Cast) -> Deployment:
    return make_deployment(status=Status.AUTHORISED)


def in_writing(deployment: Deployment) -> StoredImage:
    """Its file is there, its row is not saved."""
    key = image_store.data_key(deployment)
    return image_store.written(deployment, PICTURE, kind=ImageKind.WATCHLIST, key=key)


def the_clock_jumps(monkeypatch: pytest.MonkeyPatch, *, hours: float) -> None:
    real_now = timezone.now
    monkeypatch.setattr(timezone, "now", lambda: real_now() + timedelta(hours=hours))


@pytest.mark.parametrize("hours", [1, 24 * 400, -24])
def test_a_clock_that_jumps_makes_no_file_old(
    deployment: Deployment, monkeypatch: pytest.MonkeyPatch, hours: int
):
    image = in_writing(deployment)
    purge.purge()
    the_clock_jumps(monkeypatch, hours=hours)

    purge.purge()
    purge.purge()

    image.save(force_insert=True)
    assert image_store.read(image) == PICTURE


@pytest.mark.parametrize("hours", [0, -24 * 400])
def test_what_was_left_behind_goes_by_the_running_time_wherever_the_clock_is(
    deployment: Deployment, monkeypatch: pytest.MonkeyPatch, hours: int
):
    path = image_store.path_of(in_writing(deployment).pk)
    strays.sweep()
    the_clock_jumps(monkeypatch, hours=hours)

    with uptime_ahead(seconds=LONG - 2):
        strays.sweep()
        assert path.exists()
    with uptime_ahead(seconds=LONG):
        strays.sweep()

    assert not path.exists()


def test_a_process_that_begins_takes_nothing_that_it_has_not_watched(deployment: Deployment):
    """However long ago another process saw it: that one's time is not its own."""
    image = in_writing(deployment)

    with uptime_ahead(seconds=OVERNIGHT):
        strays.sweep()

    assert image_store.path_of(image.pk).exists()


def test_a_file_that_grows_is_being_written(deployment: Deployment):
    """A copy for subject access takes longer than any transaction, and has no row until then."""
    path = image_store.path_of(in_writing(deployment).pk)
    for minute in range(0, 40, 5):
        with path.open("ab") as file:
            file.write(b"more")
        with uptime_ahead(seconds=minute * 60):
            strays.sweep()
        assert path.exists()

    with uptime_ahead(seconds=36 * 60 + LONG):
        strays.sweep()
    assert not path.exists()


def test_a_row_that_came_and_went_again_begins_anew(deployment: Deployment):
    image = in_writing(deployment)
    strays.sweep()
    image.save(force_insert=True)
    with uptime_ahead(seconds=LONG):
        strays.sweep()
    StoredImage.objects.filter(pk=image.pk).delete()

    with uptime_ahead(seconds=LONG + 5):
        strays.sweep()

    assert image_store.path_of(image.pk).exists()


@pytest.mark.django_db(transaction=True)
def test_a_transaction_that_is_open_while_the_clock_jumps_keeps_its_file(
    monkeypatch: pytest.MonkeyPatch, cast: Cast
):
    """The row is written and nobody else sees it yet."""
    deployment = make_deployment(status=Status.AUTHORISED)
    written, swept = threading.Event(), threading.Event()

    def write() -> StoredImage:
        with transaction.atomic():
            image = image_store.put(deployment, PICTURE, kind=ImageKind.WATCHLIST)
            written.set()
            assert swept.wait(LIMIT_S)
        return image

    def sweep() -> None:
        assert written.wait(LIMIT_S)
        the_clock_jumps(monkeypatch, hours=48)
        purge.purge()
        swept.set()

    image, _ = at_once([write, sweep])

    assert image_store.read(image) == PICTURE


def test_where_nothing_writes_every_file_without_a_row_goes(
    deployment: Deployment, file_store: Path
):
    kept = image_store.put(deployment, PICTURE, kind=ImageKind.WATCHLIST)
    left = image_store.path_of(in_writing(deployment).pk)

    strays.sweep_at_once()

    assert not left.exists()
    assert [path for path in file_store.rglob("*") if path.is_file()] == [
        image_store.path_of(kept.pk)
    ]
