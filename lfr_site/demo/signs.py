"""A sign on a post by a synthetic street, drawn as if it had been photographed."""

import io

import numpy as np
import PIL.Image
import PIL.ImageDraw
import PIL.ImageFilter
import PIL.ImageFont

SIZE = (1200, 900)
SKY, WALL, PAVEMENT = (176, 196, 214), (150, 118, 98), (120, 120, 124)
BLUE, WHITE, POST = (24, 62, 120), (250, 250, 250), (70, 74, 80)
TEXT = "Police\nlive facial\nrecognition\nin use"


def sign_picture(where: str) -> bytes:
    """A JPEG; `where` is written small at the foot of the sign."""
    picture = PIL.Image.new("RGB", SIZE, SKY)
    draw = PIL.ImageDraw.Draw(picture)
    draw.rectangle((0, 300, 1200, 700), fill=WALL)
    for row in range(300, 700, 40):
        draw.line((0, row, 1200, row), fill=(128, 98, 80), width=2)
    draw.rectangle((0, 700, 1200, 900), fill=PAVEMENT)
    draw.rectangle((590, 560, 620, 800), fill=POST)
    draw.rounded_rectangle((380, 110, 830, 600), radius=18, fill=BLUE, outline=WHITE, width=8)
    draw.multiline_text((420, 150), TEXT, fill=WHITE, font=_font(64), spacing=14)
    draw.text((420, 540), where, fill=WHITE, font=_font(30))
    return _encoded(picture)


def _font(size: int) -> PIL.ImageFont.ImageFont | PIL.ImageFont.FreeTypeFont:
    return PIL.ImageFont.load_default(size)


def _encoded(picture: PIL.Image.Image) -> bytes:
    """With a lens's softness and a sensor's noise."""
    soft = np.asarray(picture.filter(PIL.ImageFilter.GaussianBlur(0.8)), np.int16)
    noise = np.random.default_rng(1).normal(0, 4, soft.shape)
    noisy = np.clip(soft + noise, 0, 255).astype(np.uint8)
    buffer = io.BytesIO()
    PIL.Image.fromarray(noisy).save(buffer, "JPEG", quality=88)
    return buffer.getvalue()
