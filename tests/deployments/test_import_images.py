"""What an import refuses to unpack."""

import io
import struct
import zipfile

import pytest
from pytest_django import Settings

from deployments import import_images
from deployments.import_images import (
    MAX_IMAGE_BYTES,
    BadImport,
    FolderImages,
    NoImages,
    UnusableMember,
    ZipImages,
)
from tests.deployments.sheets import zipped


def test_a_member_is_found_by_path_or_by_its_name():
    images = ZipImages(zipped({"list/portraits/A1.jpg": b"one", "A2.jpg": b"two"}))

    assert images.read("list/portraits/A1.jpg") == b"one"
    assert images.read("A1.jpg") == b"one"
    assert images.read("A2.jpg") == b"two"


def test_a_name_in_two_folders_is_ambiguous():
    images = ZipImages(zipped({"x/A1.jpg": b"one", "y/A1.jpg": b"two"}))

    with pytest.raises(UnusableMember, match="Several files"):
        images.read("A1.jpg")
    assert images.read("y/A1.jpg") == b"two"


def test_of_two_files_of_one_name_neither_is_taken():
    """Chosen from several folders, or written twice into a zip file."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("A1.jpg", b"one")
        with pytest.warns(UserWarning, match="Duplicate name"):
            archive.writestr("A1.jpg", b"two")
    folder = FolderImages(["A1.jpg", "A2.jpg", "A1.jpg"], read=lambda name, _: name.encode())

    for images in (ZipImages(file), folder):
        with pytest.raises(UnusableMember, match="Several files have this name"):
            images.read("A1.jpg")
    assert folder.read("A2.jpg") == b"A2.jpg"


@pytest.mark.parametrize(
    "name", ["../A1.jpg", "/A1.jpg", "x/../../A1.jpg", "..\\A1.jpg", "C:A1.jpg"]
)
def test_a_zip_file_that_names_a_path_outside_itself_is_not_opened(name: str):
    with pytest.raises(BadImport, match="outside itself"):
        ZipImages(zipped({name: b"data"}))


def test_a_zip_bomb_is_not_opened():
    bomb = zipped({"A1.jpg": b"\0" * 5_000_000}, compression=zipfile.ZIP_DEFLATED)

    with pytest.raises(BadImport, match="far more than images do"):
        ZipImages(bomb)


def test_a_zip_file_that_lies_about_its_sizes_is_caught_while_it_is_read():
    """The directory says 10 bytes; the member holds more."""
    data = zipped({"A1.jpg": b"x" * 1000}).getvalue()
    lying = data.replace(struct.pack("<II", 1000, 1000), struct.pack("<II", 10, 10))

    with pytest.raises(UnusableMember, match="damaged"):
        ZipImages(io.BytesIO(lying)).read("A1.jpg")


def test_an_image_of_more_than_ten_megabytes_is_refused():
    images = ZipImages(zipped({"A1.jpg": bytes(MAX_IMAGE_BYTES + 1), "A2.jpg": b"small"}))

    with pytest.raises(UnusableMember, match="larger than 10 MB"):
        images.read("A1.jpg")
    assert images.read("A2.jpg") == b"small"


def test_too_many_files_are_refused(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(import_images, "MAX_FILES", 2)

    with pytest.raises(BadImport, match="more than 2 files"):
        ZipImages(zipped({f"{n}.jpg": b"x" for n in range(3)}))


def test_too_much_altogether_is_refused(settings: Settings):
    settings.IMPORT_MAX_BYTES = 2**20

    with pytest.raises(BadImport, match="unpacks to more than 1 MB"):
        ZipImages(zipped({f"{n}.jpg": bytes(2**19) for n in range(3)}))


@pytest.mark.parametrize("data", [b"", b"no zip file", b"PK\x03\x04 truncated"])
def test_what_is_no_zip_file_is_refused_in_words(data: bytes):
    with pytest.raises(BadImport, match="cannot be read"):
        ZipImages(io.BytesIO(data))


def test_a_zip_file_with_a_password_is_refused():
    data = bytearray(zipped({"A1.jpg": b"data"}).getvalue())
    directory = data.index(b"PK\x01\x02")
    data[6] |= 1
    data[directory + 8] |= 1

    with pytest.raises(BadImport, match="password"):
        ZipImages(io.BytesIO(bytes(data)))


def test_a_damaged_member_is_refused_alone():
    data = zipped({"A1.jpg": b"first image", "A2.jpg": b"second"}).getvalue()
    images = ZipImages(io.BytesIO(data.replace(b"first image", b"f1rst image")))

    with pytest.raises(UnusableMember, match="damaged"):
        images.read("A1.jpg")
    assert images.read("A2.jpg") == b"second"


def test_single_files_are_found_by_name_and_held_to_the_same_size():
    files = {"A1.jpg": b"one", "A2.jpg": bytes(MAX_IMAGE_BYTES + 5)}
    images = FolderImages(files, read=lambda name, limit: files[name][:limit])

    assert images.read("A1.jpg") == b"one"
    with pytest.raises(UnusableMember, match="larger than"):
        images.read("A2.jpg")
    with pytest.raises(UnusableMember, match="not among"):
        images.read("A3.jpg")


def test_a_sheet_alone_has_no_images():
    with pytest.raises(UnusableMember, match="No images were sent"):
        NoImages().read("A1.jpg")
