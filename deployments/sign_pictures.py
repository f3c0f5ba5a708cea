"""A photograph from a telephone: bytes of unknown origin → a small JPEG without anything but its
pixels, or a reason in words."""

import io
import warnings

import PIL.Image
import PIL.ImageOps

MAX_BYTES = 20 * 2**20
MAX_PIXELS = 50_000_000
MIN_SIDE_PX = 200
# Enough to read a sign, too little to recognise somebody far behind it.
LONGEST_SIDE_PX = 1600
JPEG_QUALITY = 85
FORMATS = ("JPEG", "PNG", "WEBP")


class UnusablePicture(Exception):
    """The file cannot be used; the message says why, in words."""


def cleaned(data: bytes) -> bytes:
    """Upright, at most 1600 pixels, encoded anew: no place, no camera, no thumbnail comes along.

    The size is checked on the header, before any pixel is decoded. Raises UnusablePicture."""
    if not data:
        raise UnusablePicture("The file is empty.")
    if len(data) > MAX_BYTES:
        raise UnusablePicture(f"The picture is larger than {MAX_BYTES // 2**20} MB.")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with PIL.Image.open(io.BytesIO(data), formats=FORMATS) as opened:
                _check_size(opened)
                return _encoded(PIL.ImageOps.exif_transpose(opened).convert("RGB"))
    except UnusablePicture:
        raise
    except PIL.Image.DecompressionBombError:
        raise UnusablePicture(_TOO_LARGE) from None
    except PIL.UnidentifiedImageError:
        raise UnusablePicture("This is no picture that can be read: send a JPEG or PNG.") from None
    except Exception:  # noqa: BLE001  a decoder may raise anything on a damaged file
        raise UnusablePicture("The picture is damaged or cut short.") from None


_TOO_LARGE = f"The picture is too large: at most {MAX_PIXELS // 10**6} megapixels are read."


def _check_size(picture: PIL.Image.Image) -> None:
    width, height = picture.size
    if width * height > MAX_PIXELS:
        raise UnusablePicture(_TOO_LARGE)
    if min(width, height) < MIN_SIDE_PX:
        raise UnusablePicture(f"The picture is too small to show a sign: {width} × {height}.")


def _encoded(picture: PIL.Image.Image) -> bytes:
    picture.thumbnail((LONGEST_SIDE_PX, LONGEST_SIDE_PX))
    plain = PIL.Image.new("RGB", picture.size)
    plain.paste(picture)  # a new picture carries no metadata
    buffer = io.BytesIO()
    plain.save(buffer, "JPEG", quality=JPEG_QUALITY)
    return buffer.getvalue()
