import io
from dataclasses import dataclass

import cv2
import numpy as np
import PIL.Image
import pytest

from recognition.enrolment import (
    LONGEST_SIDE_PX,
    searched_picture,
    template_from_image,
    templates_from_images,
)
from recognition.geometry import eyes_in
from recognition.images import UnusableImage, decode_image
from recognition.types import Box, Face, Floats, Image, Template
from tests.factories import unit_vector
from tests.recognition.scripted_parts import (
    ConstantDetector,
    ScriptedDetector,
    ScriptedEmbedder,
    face_in_profile,
    frontal_face,
)


@dataclass
class Models:
    detector: ConstantDetector | ScriptedDetector
    embedder: ScriptedEmbedder


def models(*faces: Face, embed: Floats | None = None) -> Models:
    answer = np.ones((1, 8), np.float32) if embed is None else embed
    return Models(ConstantDetector(*faces), ScriptedEmbedder(embed=lambda _chips: answer))


def photograph(width: int = 400, height: int = 300, *, blur: float = 0) -> bytes:
    coarse = np.random.default_rng(2).integers(0, 255, (50, 66, 3))
    image = cv2.resize(coarse.astype(np.uint8), (width, height))
    if blur:
        image = cv2.GaussianBlur(image, (0, 0), blur)
    buffer = io.BytesIO()
    PIL.Image.fromarray(image).save(buffer, "PNG")
    return buffer.getvalue()


FACE = frontal_face(100, 60, 160)
EYES = eyes_in(FACE, Box(0, 0, 400, 300))


def test_one_good_face_gives_a_template() -> None:
    template = template_from_image(photograph(), models(FACE))

    assert template.embedding.shape == (8,)
    assert template.eyes == EYES
    assert template.quality.usable


def test_a_small_face_in_the_background_is_nobody() -> None:
    assert template_from_image(photograph(), models(frontal_face(0, 0, 50), FACE)).eyes == EYES


def test_a_face_missed_at_one_size_is_found_from_another() -> None:
    found_late = Models(ScriptedDetector([], [FACE]), models().embedder)

    assert template_from_image(photograph(), found_late).eyes == EYES


@pytest.mark.parametrize(
    ("faces", "image", "reason"),
    [
        ([], photograph(), "No face was found."),
        ([FACE, frontal_face(250, 60, 140)], photograph(), "More than one face was found (2)"),
        ([frontal_face(0, 0, 44)], photograph(), "The face cannot be used: too small: 44 px."),
        ([face_in_profile(100, 60, 160)], photograph(), "The face cannot be used: turned away."),
        ([FACE], photograph(blur=30), "The face cannot be used: blurred."),
        ([FACE], b"", "The file is empty."),
        ([], photograph(90, 120), "No face was found: the image is only 90 × 120 pixels"),
    ],
)
def test_what_cannot_become_a_template_is_said_in_words(
    faces: list[Face], image: bytes, reason: str
) -> None:
    with pytest.raises(UnusableImage) as caught:
        template_from_image(image, models(*faces))

    assert caught.value.reason.startswith(reason)


@pytest.mark.parametrize("value", [np.nan, 0.0])
def test_no_template_comes_from_garbage(value: float) -> None:
    garbage = np.full((1, 8), value, np.float32)

    with pytest.raises(UnusableImage, match="no usable template"):
        template_from_image(photograph(), models(FACE, embed=garbage))


def test_of_several_images_each_has_its_own_template_or_reason() -> None:
    numbered = np.stack([unit_vector(seed=1), unit_vector(seed=2)])
    several = Models(
        ScriptedDetector([FACE], [], [FACE]), ScriptedEmbedder(embed=lambda _chips: numbered)
    )

    first, damaged, faceless, last = templates_from_images(
        [photograph(), b"no image", photograph(), photograph()], several
    )

    assert isinstance(first, Template)
    assert isinstance(last, Template)
    assert (first.embedding == numbered[0]).all()
    assert (last.embedding == numbered[1]).all()
    assert str(damaged) == "This is not an image of a kind that can be read."
    assert str(faceless) == "No face was found."


def test_a_large_photograph_gives_the_template_that_its_whole_size_gives() -> None:
    """JPEG is decoded at a fraction of its size; the face's picture is as sharp."""
    buffer = io.BytesIO()
    coarse = np.random.default_rng(2).integers(0, 255, (50, 66, 3)).astype(np.uint8)
    large = cv2.resize(coarse, (4000, 3000), interpolation=cv2.INTER_CUBIC)
    PIL.Image.fromarray(large).save(buffer, "JPEG", quality=95)

    quick = decode_image(buffer.getvalue(), longest_side_px=LONGEST_SIDE_PX)
    whole = searched_picture(decode_image(buffer.getvalue()))

    assert quick.shape[:2] == (1500, 2000)
    difference = searched_picture(quick).astype(int) - whole
    assert np.abs(difference).mean() < 2


LARGE = frontal_face(200, 100, 500)


@pytest.mark.parametrize(
    ("seen", "sizes"),
    [
        ({160.0: [LARGE]}, [160.0]),
        # Two people, or somebody further away, may be smaller than what was looked for.
        ({160.0: [frontal_face(200, 100, 399)], 40.0: [LARGE]}, [160.0, 40.0]),
        ({50.0: [LARGE]}, [160.0, 40.0, 50.0]),
    ],
)
def test_a_large_portrait_is_searched_for_large_faces_first(
    seen: dict[float, list[Face]], sizes: list[float]
) -> None:
    asked: list[float] = []

    class Detector(ConstantDetector):
        def detect(self, image: Image, *, min_face_px: float) -> list[Face]:
            asked.append(min_face_px)
            return seen.get(min_face_px, [])

    template = template_from_image(photograph(1280, 960), Models(Detector(), models().embedder))

    assert template.eyes == eyes_in(LARGE, Box(0, 0, 1280, 960))
    assert asked == sizes


def test_a_second_person_is_found_in_a_large_portrait_too() -> None:
    two = models(LARGE, frontal_face(800, 100, 201))

    with pytest.raises(UnusableImage, match="More than one face"):
        template_from_image(photograph(1280, 960), two)


def test_a_huge_photograph_is_searched_at_a_sensible_size() -> None:
    detector = ScriptedDetector([LARGE])

    template_from_image(photograph(4000, 3000), Models(detector, models().embedder))

    assert max(detector.shapes[0]) == LONGEST_SIDE_PX
