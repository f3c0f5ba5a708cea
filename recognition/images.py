"""Uploaded images: bytes of unknown origin → a BGR picture, or a reason in words."""

from __future__ import annotations

import io
import warnings
from math import ceil

import numpy as np
import PIL.Image
import PIL.ImageOps

from recognition.types import Image

MAX_BYTES = 20 * 1024 * 1024
MAX_PIXELS = 50_000_000
MIN_SIDE_PX = 48
# Only the decoders that watchlist images need; each further one is another parser open to
# whoever can send a file.
FORMATS = ("JPEG", "PNG", "WEBP", "BMP", "TIFF", "GIF")


_UNKNOWN_KIND = "This is not an image of a kind that can be read."
_TOO_LARGE = f"The image is too large: at most {MAX_PIXELS // 10**6} megapixels are read."


class UnusableImage(Exception):
    """An image that cannot become a template; `reason` is in words for whoever sent it."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def fault_of_header(data: bytes) -> str:
    """Why this cannot become a template, as far as its header says; nothing is decoded."""
    try:
        _check_bytes(data)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with PIL.Image.open(io.BytesIO(data), formats=FORMATS) as opened:
                _check_header(opened)
    except UnusableImage as fault:
        return fault.reason
    except PIL.Image.DecompressionBombError:
        return _TOO_LARGE
    except PIL.UnidentifiedImageError:
        return _UNKNOWN_KIND
    except Exception:  # noqa: BLE001  a decoder may raise anything on a damaged file
        return "The image is damaged or cut short."
    return ""


def decode_image(data: bytes, *, longest_side_px: int | None = None) -> Image:
    """Bytes of one still image → upright BGR. Raises UnusableImage with the reason.

    The size is checked on the header, before any pixel is decoded. With `longest_side_px` a JPEG
    that is at least twice as large is decoded at a half, a quarter or an eighth of its size, no
    smaller than asked for: a photograph of 12 megapixels then costs a fraction.
    """
    _check_bytes(data)
    try:
        with warnings.catch_warnings():
            # Pillow's bomb warning, and its grumbling about odd metadata; ours is the limit.
            warnings.simplefilter("ignore")
            with PIL.Image.open(io.BytesIO(data), formats=FORMATS) as opened:
                _check_header(opened)
                if longest_side_px is not None:
                    scale = longest_side_px / max(opened.size)
                    opened.draft(None, (ceil(opened.width * scale), ceil(opened.height * scale)))
                return _as_bgr(PIL.ImageOps.exif_transpose(opened))
    except UnusableImage:
        raise
    except PIL.Image.DecompressionBombError:  # Pillow's own limit, far above ours
        raise UnusableImage(_TOO_LARGE) from None
    except PIL.UnidentifiedImageError:
        raise UnusableImage(_UNKNOWN_KIND) from None
    except Exception:  # noqa: BLE001  a decoder may raise anything on a damaged file
        raise UnusableImage("The image is damaged or cut short.") from None


def _check_bytes(data: bytes) -> None:
    if not data:
        raise UnusableImage("The file is empty.")
    if len(data) > MAX_BYTES:
        raise UnusableImage(f"The file is larger than {MAX_BYTES // 2**20} MB.")
    if data[4:8] == b"ftyp" and data[8:12] in (b"heic", b"heix", b"mif1", b"msf1", b"avif"):
        raise UnusableImage("HEIC and AVIF images cannot be read: save it as JPEG or PNG.")
    if data.startswith(b"version https://git-lfs"):
        raise UnusableImage("This is a pointer to an image, not the image itself.")


def _check_header(image: PIL.Image.Image) -> None:
    width, height = image.size
    if width * height > MAX_PIXELS:
        raise UnusableImage(_TOO_LARGE)
    if min(width, height) < MIN_SIDE_PX:
        raise UnusableImage(f"The image is too small: {width} × {height}.")
    # A stereo or burst JPEG (MPO) shows its main picture first and is no animation.
    if image.format != "MPO" and getattr(image, "n_frames", 1) > 1:
        raise UnusableImage("The image is animated or has several pages: send one still picture.")


def _as_bgr(image: PIL.Image.Image) -> Image:
    """Any mode → 8-bit BGR; transparent parts become white."""
    if image.mode.startswith("I") or image.mode == "F":
        image = _as_8_bit(image)
    if image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info:
        layer = image.convert("RGBA")
        ground = PIL.Image.new("RGBA", layer.size, "white")
        image = PIL.Image.alpha_composite(ground, layer)
    rgb = np.asarray(image.convert("RGB"), dtype=np.uint8)
    return np.ascontiguousarray(rgb[:, :, ::-1])


def _as_8_bit(image: PIL.Image.Image) -> PIL.Image.Image:
    """16-bit and float grey, stretched to its own range: `convert` would clip it to white."""
    values = np.asarray(image, dtype=np.float64)
    low, high = float(np.nanmin(values)), float(np.nanmax(values))
    if not np.isfinite((low, high)).all():
        raise UnusableImage("The image holds values that are not numbers.")
    scaled = (np.nan_to_num(values, nan=low) - low) * (255.0 / max(high - low, 1e-9))
    return PIL.Image.fromarray(scaled.astype(np.uint8))
