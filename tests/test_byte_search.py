"""The search itself: each form alone, at any place, and nothing where nothing is."""

import base64
import json
import time

import cv2
import numpy as np
import pytest

from tests.byte_search import Found, Sought, pictures

RANDOM = np.random.default_rng(7)


def embedding() -> np.ndarray:
    vector = RANDOM.standard_normal(128).astype(np.float32)
    return vector / np.linalg.norm(vector)


FACES = {f"face {number}": embedding() for number in range(300)}
CROP = cv2.GaussianBlur(RANDOM.integers(0, 255, (90, 70, 3)).astype(np.uint8), (5, 5), 0)
NOISE = RANDOM.integers(0, 256, 2**20).astype(np.uint8).tobytes()


@pytest.fixture(scope="module")
def sought() -> Sought:
    wanted = Sought()
    for who, vector in FACES.items():
        wanted.add_embedding(who, vector)
    wanted.add_pixels("crop", CROP)
    return wanted


def hidden(data: bytes, *, at: int = 12_345) -> bytes:
    return NOISE[:at] + data + NOISE[at:]


@pytest.mark.parametrize(
    ("form", "kind"),
    [("float32", "<f4"), ("big-endian", ">f4"), ("float16", "<f2"), ("float64", "<f8")],
)
@pytest.mark.parametrize("at", [0, 1, 12_346, 12_347, 8 * 2**20 - 3])
def test_numbers_as_they_lie_in_memory(sought: Sought, form: str, kind: str, at: int) -> None:
    data = FACES["face 7"].astype(kind).tobytes()
    noise = NOISE * 9

    assert sought.find(noise[:at] + data + noise[at:]) == {Found("face 7", form)}


@pytest.mark.parametrize(
    "written",
    [
        lambda v: "[" + ",".join(repr(float(np.float32(x))) for x in v) + "]",
        lambda v: json.dumps([round(float(x), 5) for x in v]),
        repr,
        lambda v: str(v.tolist()),
        lambda v: " ".join(f"{x:.3e}" for x in v),
        lambda v: "\n".join(f"{x:.4f}" for x in v),
        lambda v: "similarity 0.91234, 0.11111, " + str(v[40:60].tolist()),
    ],
    ids=["pgvector", "json", "numpy", "list", "exponents", "lines", "a part"],
)
def test_numbers_in_text(sought: Sought, written: object) -> None:
    text = written(FACES["face 11"])  # type: ignore[operator]

    assert sought.find(hidden(text.encode())) == {Found("face 11", "text")}


def test_pixels_in_either_order_of_their_colours(sought: Sought) -> None:
    for picture in (CROP, CROP[..., ::-1], CROP[20:60, 10:60]):
        assert sought.find(hidden(picture.tobytes())) == {Found("crop", "pixels")}


@pytest.mark.parametrize(("kind", "ending"), [("jpeg", ".jpg"), ("png", ".png"), ("webp", ".webp")])
def test_pictures_of_anybody(sought: Sought, kind: str, ending: str) -> None:
    data = cv2.imencode(ending, CROP)[1].tobytes()

    assert sought.find(hidden(data)) == {Found("", kind)}
    assert pictures(NOISE + data[1:]) == set()


def test_a_file_as_it_was_uploaded() -> None:
    wanted = Sought()
    data = cv2.imencode(".jpg", CROP)[1].tobytes()
    wanted.add_bytes("portrait", data)

    assert wanted.find(hidden(data[200:900])) == {Found("portrait", "file")}


def test_what_is_packed_into_a_message(sought: Sought) -> None:
    body = base64.b64encode(json.dumps([FACES["face 3"].tolist(), {}]).encode())

    assert sought.find(hidden(b'{"body": "' + body + b'"}'), packed=True) == {
        Found("face 3", "text")
    }
    assert sought.find(hidden(body)) == set()


def test_nothing_where_nothing_is(sought: Sought) -> None:
    other = [embedding() for _ in range(50)]
    text = json.dumps([vector.tolist() for vector in other]).encode()
    raw = b"".join(vector.tobytes() for vector in other)

    assert sought.find(NOISE + text + raw + bytes(2**20) + b"0.0, " * 100_000) == set()


def test_it_is_quick_enough_for_a_database(sought: Sought) -> None:
    """Processor time, so that a busy machine does not matter."""
    data = NOISE * 32

    began = time.process_time()
    assert sought.find(data) == set()

    assert time.process_time() - began < 6.0
