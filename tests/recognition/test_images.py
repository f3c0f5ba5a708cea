import io
import struct
import zlib

import numpy as np
import PIL.Image
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recognition.images import MAX_BYTES, UnusableImage, decode_image

ORIENTATION = 0x0112


def encoded(image: PIL.Image.Image, kind: str = "PNG", **options: object) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def halves(mode: str = "RGB") -> PIL.Image.Image:
    """80 × 60: red on the left, blue on the right."""
    image = PIL.Image.new("RGB", (80, 60), (255, 0, 0))
    image.paste((0, 0, 255), (40, 0, 80, 60))
    return image.convert(mode)


def bomb(width: int, height: int) -> bytes:
    """A PNG whose header promises a huge picture, in a few bytes."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        )

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0" * 99))


def reason(data: bytes) -> str:
    with pytest.raises(UnusableImage) as caught:
        decode_image(data)
    return caught.value.reason


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "BMP", "TIFF", "GIF"])
def test_the_usual_kinds_become_bgr(kind: str) -> None:
    image = decode_image(encoded(halves(), kind))

    assert image.shape == (60, 80, 3)
    assert image.dtype == np.uint8
    assert image[30, 10].tolist() == pytest.approx([0, 0, 255], abs=6)
    assert image[30, 70].tolist() == pytest.approx([255, 0, 0], abs=6)


@pytest.mark.parametrize("mode", ["CMYK", "YCbCr", "P", "RGBA"])
def test_other_colour_spaces_look_the_same(mode: str) -> None:
    kind = "PNG" if mode in ("P", "RGBA") else "TIFF"

    image = decode_image(encoded(halves(mode), kind))

    assert image[30, 10].tolist() == pytest.approx([0, 0, 255], abs=12)


@pytest.mark.parametrize("mode", ["L", "1"])
def test_grey_becomes_three_equal_channels(mode: str) -> None:
    image = decode_image(encoded(halves().convert(mode)))

    assert (image[..., 0] == image[..., 2]).all()


def test_sixteen_bits_keep_their_contrast() -> None:
    ramp = np.tile(np.linspace(0, 4095, 80).astype(np.uint16), (60, 1))  # a 12-bit scanner

    image = decode_image(encoded(PIL.Image.fromarray(ramp)))

    assert image[0, 0, 0] == 0
    assert image[0, -1, 0] == 255
    assert image[0, 40, 0].tolist() == pytest.approx(128, abs=4)


def test_transparent_parts_become_white() -> None:
    image = decode_image(encoded(PIL.Image.new("RGBA", (60, 60), (0, 0, 0, 0))))

    assert (image == 255).all()


def test_a_camera_held_upright_is_turned_upright() -> None:
    exif = PIL.Image.Exif()
    exif[ORIENTATION] = 6  # the top of the scene is at the right of the stored picture

    image = decode_image(encoded(halves(), "JPEG", exif=exif))

    assert image.shape == (80, 60, 3)
    assert image[10, 30].tolist() == pytest.approx([0, 0, 255], abs=6), "the left half is on top"


def test_metadata_that_is_nonsense_is_ignored() -> None:
    exif = PIL.Image.Exif()
    exif[ORIENTATION] = 77

    assert decode_image(encoded(halves(), "JPEG", exif=exif)).shape == (60, 80, 3)


def test_what_cannot_be_used_is_said_in_words() -> None:
    whole = encoded(halves(), "JPEG")
    frames = [halves(), halves().rotate(180)]
    animated = encoded(frames[0], "GIF", save_all=True, append_images=frames[1:])

    assert reason(b"") == "The file is empty."
    assert reason(b"not an image at all") == "This is not an image of a kind that can be read."
    assert reason(b"<html>") == "This is not an image of a kind that can be read."
    assert reason(whole[: len(whole) // 2]) == "The image is damaged or cut short."
    assert reason(animated).startswith("The image is animated")
    assert reason(encoded(frames[0].resize((20, 20)))) == "The image is too small: 20 × 20."
    assert reason(b"\0\0\0\x18ftypheic" + b"\0" * 40).startswith("HEIC and AVIF")
    assert "pointer" in reason(b"version https://git-lfs.github.com/spec/v1\noid sha256:0\n")
    assert reason(b"\xff\xd8" + b"\0" * MAX_BYTES) == "The file is larger than 20 MB."


@pytest.mark.parametrize("side", [8_000, 30_000])
def test_a_decompression_bomb_is_refused_on_its_header(side: int) -> None:
    assert reason(bomb(side, side)) == ("The image is too large: at most 50 megapixels are read.")


@given(st.binary(max_size=300), st.integers(0, 200))
def test_no_damage_does_more_than_refuse(noise: bytes, cut: int) -> None:
    whole = encoded(halves(), "JPEG")
    damaged = whole[:cut] + noise + whole[cut + len(noise) :]

    try:
        image = decode_image(damaged)
    except UnusableImage:
        return
    assert image.ndim == 3
