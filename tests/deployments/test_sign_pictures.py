"""A photograph from a telephone becomes a small JPEG of nothing but pixels, or a reason."""

import io
import struct
import zlib

import PIL.Image
import pytest

from deployments.sign_pictures import (
    LONGEST_SIDE_PX,
    MAX_BYTES,
    UnusablePicture,
    cleaned,
)

PLACE_TAKEN = "51.5 North"


def photograph(*, size: tuple[int, int] = (2400, 1800), orientation: int = 6) -> bytes:
    """As a telephone makes it: turned, and telling where and by what it was taken."""
    exif = PIL.Image.Exif()
    exif[0x0112] = orientation
    exif[0x010F] = "Telephone Makers"
    exif[0x9286] = PLACE_TAKEN
    buffer = io.BytesIO()
    PIL.Image.new("RGB", size, (200, 30, 30)).save(buffer, "JPEG", exif=exif, comment=b"secret")
    return buffer.getvalue()


def test_it_is_upright_small_and_carries_nothing_but_pixels():
    original = photograph()
    assert b"Telephone" in original

    data = cleaned(original)

    with PIL.Image.open(io.BytesIO(data)) as picture:
        assert picture.format == "JPEG"
        assert picture.size == (1200, LONGEST_SIDE_PX), "turned upright and made smaller"
        assert dict(picture.getexif()) == {}
        assert "comment" not in picture.info
    assert b"Telephone" not in data
    assert PLACE_TAKEN.encode() not in data


def png_header(width: int, height: int) -> bytes:
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunk = b"IHDR" + header
    return (
        b"\x89PNG\r\n\x1a\n"
        + struct.pack(">I", len(header))
        + chunk
        + struct.pack(">I", zlib.crc32(chunk))
        + struct.pack(">I", 1000)
        + b"IDAT"
    )


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "empty"),
        (b"%PDF-1.7 this is a document", "no picture that can be read"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "no picture that can be read"),
        (photograph()[:4000], "damaged"),
        (photograph(size=(400, 120), orientation=1), "too small"),
        (png_header(20_000, 10_000), "too large"),
        (b"\xff\xd8\xff" + b"x" * MAX_BYTES, "larger than 20 MB"),
    ],
    ids=["empty", "pdf", "svg", "cut", "small", "200 megapixels", "bytes"],
)
def test_what_is_no_photograph_is_refused_in_words(data: bytes, words: str):
    with pytest.raises(UnusablePicture, match=words):
        cleaned(data)
