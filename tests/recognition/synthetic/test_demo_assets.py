"""What is shipped agrees with itself and with the code that makes it."""

import csv
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np
import pytest

import recognition
from recognition.synthetic import casting
from recognition.synthetic.identity import identity_from_seed
from recognition.synthetic.likeness import DlibFaces
from recognition.synthetic.measure_separation import usable, usable_crops
from recognition.synthetic.portraits import portrait
from recognition.synthetic.street_camera import face_px, place
from recognition.synthetic.truth import Truth, reference
from recognition.synthetic.watchlist import CATEGORIES, COLUMNS

ASSETS = Path(recognition.__file__).parent / "demo_assets"
MEGABYTE = 1024 * 1024


@pytest.fixture(scope="module")
def truth() -> Truth:
    return Truth.read(ASSETS / "street.json")


@pytest.fixture(scope="module")
def sheet() -> list[dict[str, str]]:
    with (ASSETS / "watchlist.csv").open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_the_sheet_has_its_columns_and_closed_lists(sheet: list[dict[str, str]]):
    assert tuple(sheet[0]) == COLUMNS
    assert {(row["category"], row["response"]) for row in sheet} <= set(CATEGORIES)
    for row in sheet:
        assert all(row.values())


def test_sheet_portraits_truth_and_code_name_the_same_people(
    sheet: list[dict[str, str]], truth: Truth
):
    listed = {row["reference"] for row in sheet}

    assert len(sheet) == 20
    assert listed == set(truth.watchlist) == set(map(reference, casting.WATCHLIST))
    assert {row["image"] for row in sheet} == {p.name for p in (ASSETS / "portraits").iterdir()}
    assert set(truth.walking) == set(map(reference, casting.WALKING))
    assert len(truth.walking) == 10


def test_flags_in_the_truth_are_those_who_walk(truth: Truth):
    flagged = {face.person for frame in truth.frames for face in frame if face.watchlisted}
    plain = {face.person for frame in truth.frames for face in frame if not face.watchlisted}

    assert set(map(reference, flagged)) == set(truth.walking)
    assert plain == set(casting.PASSERS_BY)


def test_every_walker_can_be_recognised_for_two_seconds(truth: Truth):
    frames: dict[int, int] = {}
    for faces in truth.frames:
        for face in faces:
            frames[face.person] = frames.get(face.person, 0) + usable(face)

    assert min(frames.values()) >= 2 * truth.fps


def test_the_clip_is_what_the_truth_describes(truth: Truth):
    with av.open(str(ASSETS / "street.mp4")) as container:
        video = container.streams.video[0]
        found = video.codec_context.name, video.codec_context.pix_fmt
        size = video.width, video.height, video.average_rate, video.frames

        assert not container.streams.audio
    assert found == ("h264", "yuv420p")
    assert size == (truth.width, truth.height, Fraction(truth.fps), len(truth.frames))


def test_the_assets_are_small(truth: Truth):
    assert (ASSETS / "street.mp4").stat().st_size < 12 * MEGABYTE
    assert (ASSETS / "street.json").stat().st_size < 3 * MEGABYTE


def test_a_shipped_portrait_is_the_one_that_the_code_draws(truth: Truth):
    name = truth.watchlist[0]
    shipped = cv2.imread(str(ASSETS / "portraits" / f"{name}.jpg"))
    assert shipped is not None

    drawn = portrait(identity_from_seed(int(name.removeprefix("SYN-"))))

    assert np.abs(shipped.astype(int) - drawn).mean() < 4


def test_people_are_where_the_code_says_that_they_walk(truth: Truth):
    people = {person.identity.seed: person for person in casting.cast()}
    for number in (0, 700, len(truth.frames) - 1):
        for face in truth.frames[number]:
            now = people[face.person].moment(number / truth.fps)
            x, y = place(now.x, now.y, now.z)
            between = np.mean([face.left_eye, face.right_eye], axis=0)
            assert np.abs(between - (x, y)).max() < 0.25 * face_px(now.z)


@pytest.mark.model
def test_the_film_shows_faces_where_the_truth_says(truth: Truth):
    faces = DlibFaces.load()
    crops = usable_crops(ASSETS, replace(truth, frames=truth.frames[:26]), every=25, least_px=80)

    found = [faces.found(crop) for _, crop in crops]

    assert len(found) >= 4
    assert sum(found) / len(found) > 0.8


@pytest.mark.model
def test_a_detector_finds_every_portrait_and_no_two_are_alike(truth: Truth):
    faces = DlibFaces.load()
    embeddings = []
    for name in truth.watchlist:
        picture = cv2.imread(str(ASSETS / "portraits" / f"{name}.jpg"))
        assert picture is not None
        embedding = faces.embedding(np.asarray(picture, np.uint8))
        assert embedding is not None, f"no face found in {name}"
        embeddings.append(embedding)

    alike = np.stack(embeddings) @ np.stack(embeddings).T
    assert (alike - 2 * np.eye(len(alike))).max() < 0.965
