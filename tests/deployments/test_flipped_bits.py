"""One bit of one encrypted file flipped on the disk: it does not open, whatever it holds."""

from collections.abc import Callable
from pathlib import Path
from typing import IO

import pytest

from deployments import file_places, image_store, import_files, signs, stills
from deployments.encrypted_file import open_encrypted
from deployments.encryption import Unreadable
from deployments.enums import SignPlace, Status
from deployments.footage import store as footage_store
from deployments.models import (
    CameraStill,
    Deployment,
    FootageSegment,
    StoredImage,
    SubjectAccessFile,
)
from deployments.subject_access import store as access_store
from tests.deployments.access_requests import with_copy, with_segment
from tests.deployments.sheets import received, row, sheet
from tests.factories import Cast, jpeg, make_alert, make_camera, make_deployment


@pytest.fixture
def live(cast: Cast) -> Deployment:
    """With a file of every kind."""
    live = make_deployment(status=Status.LIVE, entries=2, records_cctv=True)
    make_alert(live)
    with_copy(*with_segment(live))
    picture = jpeg(seed=9, size=(480, 640))
    signs.add_photograph(live, picture, place=SignPlace.ZONE, by=cast.engagement_officer)
    stills.take_in(make_camera(), picture, by=cast.system_administrator)
    received(live, sheet(row("A1"), row("A2")))
    return live


def _readers(live: Deployment) -> dict[str, Callable[[], bytes]]:
    """Every file of the store by its name, and how the system opens it."""
    key = image_store.data_key(live)

    def uploaded(path: Path) -> Callable[[], bytes]:
        record_id = next(
            str(file.pk)
            for each in live.imports.all()
            for file in each.files.all()
            if file.pk.hex == path.name
        )
        return lambda: open_encrypted(path, key=key, record_id=record_id).read()

    found: dict[str, Callable[[], bytes]] = {}
    for image in StoredImage.objects.all():
        found[image.pk.hex] = lambda image=image: image_store.read(image)  # type: ignore[misc]
    for still in CameraStill.objects.all():
        found[still.file.hex] = lambda still=still: stills.read(still)  # type: ignore[misc]
    for segment in FootageSegment.objects.all():
        found[segment.pk.hex] = lambda segment=segment: _whole(footage_store.opened(segment))  # type: ignore[misc]
    for file in SubjectAccessFile.objects.all():
        found[file.pk.hex] = lambda file=file: _whole(access_store.opened(file))  # type: ignore[misc]
    for path in import_files.PLACE.files():
        found[path.name] = uploaded(path)
    return found


def _whole(file: IO[bytes]) -> bytes:
    with file:
        return file.read()


def test_no_file_opens_with_a_bit_flipped_and_each_does_without(live: Deployment):
    readers = _readers(live)
    paths = [path for place in file_places.all_places() for path in place.files()]
    assert {path.name for path in paths} == set(readers)
    kinds = set(StoredImage.objects.values_list("kind", flat=True))
    assert kinds == {"watchlist", "probe", "context", "sign"}
    assert all(list(place.files()) for place in file_places.all_places())

    for path in paths:
        sound = path.read_bytes()
        assert readers[path.name]()
        for at in {0, 1, 9, 40, len(sound) // 2, len(sound) - 20, len(sound) - 1}:
            for bit in (1, 128):
                flipped = bytearray(sound)
                flipped[at] ^= bit
                path.write_bytes(bytes(flipped))
                with pytest.raises(Unreadable):
                    readers[path.name]()
        path.write_bytes(sound)
        assert readers[path.name]()


def test_no_file_opens_as_another_of_its_kind(live: Deployment):
    one, other = live.images.filter(kind="watchlist")[:2]
    first, second = image_store.path_of(one.pk), image_store.path_of(other.pk)
    first_bytes, second_bytes = first.read_bytes(), second.read_bytes()
    first.write_bytes(second_bytes)
    second.write_bytes(first_bytes)

    for image in (one, other):
        with pytest.raises(Unreadable):
            image_store.read(image)
