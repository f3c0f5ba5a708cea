"""One bit of one encrypted file flipped on the disk: it does not open, whatever it holds."""

from collections.abc import Callable
from pathlib import Path

import pytest

from deployments import file_places, image_store, import_files, signs, stills
from deployments.encrypted_file import open_encrypted
from deployments.encryption import Unreadable
from deployments.enums import SignPlace, Status
from deployments.models import CameraStill, Deployment, StoredImage
from tests.deployments.sheets import received, row, sheet
from tests.factories import Cast, jpeg, make_alert, make_camera, make_deployment


@pytest.fixture
def live(cast: Cast) -> Deployment:
    """With a file of every kind."""
    live = make_deployment(status=Status.LIVE, entries=2)
    make_alert(live)
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
    for path in import_files.PLACE.files():
        found[path.name] = uploaded(path)
    return found


def test_no_file_opens_with_a_bit_flipped_and_each_does_without(live: Deployment):
    readers = _readers(live)
    paths = [path for place in file_places.all_places() for path in place.files()]
    assert {path.name for path in paths} == set(readers)
    kinds = set(StoredImage.objects.values_list("kind", flat=True))
    assert kinds == {"watchlist", "probe", "context", "sign"}
    assert len(list(import_files.PLACE.files())) == 2

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
