"""Pictures, faces and numbers that should not be: a reason in words or nobody, never a crash, and
never a template from garbage. On the real models where a model could mind; decoding alone is tried
in test_images, readers in test_readers."""

import io
import shutil
import struct
import zlib
from pathlib import Path

import cv2
import numpy as np
import PIL.Image
import pytest

from recognition import factory
from recognition.detectors.yunet import YuNet
from recognition.embedders.normalised import normalised
from recognition.enrolment import LONGEST_SIDE_PX, faces_in, searched_picture, template_from_image
from recognition.factory import ModelSet, build_models, build_pipeline, load_profile, open_reader
from recognition.gallery_memory import MemoryGallery
from recognition.images import UnusableImage, decode_image
from recognition.pipeline import Settings
from recognition.types import Box, Face, Floats, Frame, Image, Sighting, StreamState, Template
from tests.recognition.moving_pictures import noisy_pictures, write_video
from tests.recognition.scripted_parts import (
    ANY_PICTURE,
    ConstantDetector,
    ScriptedEmbedder,
    frame,
    frontal_face,
    gallery_of,
    person,
    pipeline_of,
    street,
)

UPRIGHT_ON_ITS_SIDE = 6  # EXIF: turn it by a quarter to see it upright


@pytest.fixture(scope="module")
def models(test_data: Path, tmp_path_factory: pytest.TempPathFactory) -> ModelSet:
    """YuNet and a MobileFaceNet, the quickest of the real models."""
    folder = tmp_path_factory.mktemp("models")
    for file in ("face_detection_yunet_2023mar.onnx", "mobilefacenet.onnx"):
        shutil.copy(test_data / "models" / file, folder / file)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LFR_MODELS_DIR", str(folder))
        patch.setattr(factory, "_models", {})
        return build_models(load_profile("mobilefacenet"))


@pytest.fixture(scope="module")
def portrait(test_data: Path) -> PIL.Image.Image:
    with PIL.Image.open(test_data / "faces" / "hamilton" / "obama.jpg") as opened:
        return opened.convert("RGB")


def encoded(image: PIL.Image.Image, kind: str, **options: object) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def bgr(image: PIL.Image.Image) -> Image:
    return np.ascontiguousarray(np.asarray(image, np.uint8)[:, :, ::-1])


def reason(data: bytes, models: ModelSet) -> str:
    with pytest.raises(UnusableImage) as caught:
        template_from_image(data, models)
    return caught.value.reason


# Images


def sixteen_bits(image: PIL.Image.Image) -> bytes:
    return encoded(PIL.Image.fromarray(np.asarray(image.convert("L"), np.uint16) * 257), "PNG")


def on_its_side(image: PIL.Image.Image) -> bytes:
    exif = PIL.Image.Exif()
    exif[0x0112] = UPRIGHT_ON_ITS_SIDE
    return encoded(image.transpose(PIL.Image.Transpose.ROTATE_90), "JPEG", quality=95, exif=exif)


@pytest.mark.model
@pytest.mark.parametrize("kind", ["CMYK", "16-bit", "EXIF-rotated", "transparent", "grey"])
def test_an_odd_image_of_a_face_gives_the_template_of_that_face(
    models: ModelSet, portrait: PIL.Image.Image, kind: str
) -> None:
    images = {
        "CMYK": lambda: encoded(portrait.convert("CMYK"), "TIFF"),
        "16-bit": lambda: sixteen_bits(portrait),
        "EXIF-rotated": lambda: on_its_side(portrait),
        "transparent": lambda: encoded(portrait.convert("RGBA"), "PNG"),
        "grey": lambda: encoded(portrait.convert("L"), "PNG"),
    }
    usual = template_from_image(encoded(portrait, "PNG"), models).embedding

    odd = template_from_image(images[kind](), models).embedding

    assert float(usual @ odd) > 0.9


def bomb(side: int) -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        check = struct.pack(">I", zlib.crc32(kind + data))
        return struct.pack(">I", len(data)) + kind + data + check

    header = chunk(b"IHDR", struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", zlib.compress(b"\0" * 99))


@pytest.mark.model
def test_what_is_no_usable_picture_gives_a_reason_and_no_template(
    models: ModelSet, portrait: PIL.Image.Image
) -> None:
    whole = encoded(portrait, "JPEG")
    blank = PIL.Image.new("RGB", (400, 300), "grey")
    noise = PIL.Image.fromarray(np.random.default_rng(1).integers(0, 255, (300, 400, 3), np.uint8))
    animated = encoded(portrait, "GIF", save_all=True, append_images=[blank.resize(portrait.size)])

    assert reason(b"", models) == "The file is empty."
    assert reason(whole[: len(whole) // 2], models) == "The image is damaged or cut short."
    assert reason(bomb(30_000), models).startswith("The image is too large")
    assert reason(animated, models).startswith("The image is animated")
    assert reason(b"\0\0\0\x18ftypheic" + whole, models).startswith("HEIC and AVIF")
    assert reason(encoded(blank, "PNG"), models) == "No face was found."
    assert reason(encoded(noise, "PNG"), models) == "No face was found."


@pytest.mark.model
@pytest.mark.parametrize("share", [0.3, 0.4, 0.5, 0.6])
@pytest.mark.parametrize("side", ["left", "right", "top", "bottom"])
@pytest.mark.parametrize("profile", ["mobilefacenet", "embedded"])
def test_half_a_face_at_the_edge_gives_no_template_of_somebody_else(
    models: ModelSet, portrait: PIL.Image.Image, profile: str, side: str, share: float
) -> None:
    """A reason, or, where a detector still sees enough of it, a template of the same person."""
    used = models if profile == "mobilefacenet" else build_models(load_profile(profile))
    data = encoded(portrait, "PNG")
    whole = template_from_image(data, used)
    (face,) = faces_in(searched_picture(decode_image(data)), used.detector)
    cut = encoded(portrait.crop(without(side, share, face.box, portrait)), "PNG")

    found = template_or_none(cut, used)

    # A far smaller one is something else in the picture that a detector takes for a face.
    is_this_face = found is not None and found.quality.size_px > 0.3 * whole.quality.size_px
    if found is not None and is_this_face:
        assert float(found.embedding @ whole.embedding) > used.profile.threshold


def template_or_none(data: bytes, models: ModelSet) -> Template | None:
    """None where there is a reason in words; a crash would be another exception."""
    try:
        return template_from_image(data, models)
    except UnusableImage:
        return None


def without(
    side: str, share: float, box: Box, portrait: PIL.Image.Image
) -> tuple[int, int, int, int]:
    """The portrait but for a share of its face on one side: left, top, right, bottom."""
    scale = max(1.0, max(portrait.size) / LONGEST_SIDE_PX)
    left, top, right, bottom = (
        int(value * scale) for value in (box.x, box.y, box.right, box.bottom)
    )
    across, down = int(share * (right - left)), int(share * (bottom - top))
    width, height = portrait.size
    return {
        "left": (left + across, 0, width, height),
        "right": (0, 0, right - across, height),
        "top": (0, top + down, width, height),
        "bottom": (0, 0, width, bottom - down),
    }[side]


def crowd(test_data: Path, *, count: int = 50) -> Image:
    """So many different people in one frame, ten in a row."""
    paths = sorted((test_data / "faces" / "lfw").glob("*/*_0001.jpg"))[:count]
    faces = [np.asarray(cv2.imread(str(path)), np.uint8)[50:200, 60:190] for path in paths]
    rows = [np.hstack(faces[start : start + 10]) for start in range(0, count, 10)]
    return np.vstack(rows)


@pytest.mark.model
def test_fifty_faces_are_no_one_persons_portrait(models: ModelSet, test_data: Path) -> None:
    data = bytes(cv2.imencode(".png", crowd(test_data))[1])

    assert reason(data, models).startswith("More than one face was found (")


@pytest.mark.model
def test_fifty_faces_in_a_frame_are_all_compared_within_two_frames(
    models: ModelSet, test_data: Path
) -> None:
    gallery = MemoryGallery(128)
    image = crowd(test_data)
    pipeline = build_pipeline(models, gallery=gallery, settings=Settings(threshold=0.4))

    results = [pipeline.process(Frame(image, number, number / 25)) for number in (1, 2)]

    assert len(results[0].tracks) >= 45
    assert results[0].embedded == 32
    assert results[0].embedded + results[1].embedded == pipeline.counts.faces_seen >= 45


# Frames


@pytest.mark.model
@pytest.mark.parametrize("profile", ["mobilefacenet", "embedded"])
def test_a_frame_size_that_changes_in_mid_stream_stops_nothing(
    models: ModelSet, portrait: PIL.Image.Image, profile: str
) -> None:
    used = models if profile == "mobilefacenet" else build_models(load_profile(profile))
    gallery = MemoryGallery(128)
    gallery.replace([7], template_from_image(encoded(portrait, "PNG"), used).embedding[None])
    pipeline = build_pipeline(used, gallery=gallery, settings=Settings(threshold=0.3))
    picture = bgr(portrait)
    sizes = [(1, 1), (400, 10), (8, 8), (1080, 1920), (47, 53), picture.shape[:2][::-1]]

    found: list[Sighting] = []
    for number, (width, height) in enumerate(sizes, 1):
        image = np.asarray(cv2.resize(picture, (width, height)), np.uint8)
        found += pipeline.process(Frame(image, number, number * 1.0)).sightings

    assert pipeline.counts.frames == len(sizes)
    assert found[-1].frame.number == len(sizes), "the face is seen again at the last size"
    assert {sighting.match.candidate.entry_id for sighting in found} == {7}


class Garbage:
    """What OpenCV answered for a picture of 20 × 22 pixels, beside a face."""

    def setInputSize(self, _size: tuple[int, int]) -> None:  # noqa: N802  OpenCV's name
        """Any."""

    def detect(self, _image: Image) -> tuple[int, np.ndarray]:
        rows = np.tile(np.arange(15, dtype=np.float32), (5, 1)) + 20
        rows[1, [0, 2]] = -np.inf, np.inf
        rows[2, 6] = np.nan
        rows[3, 3] = 0.0
        rows[4, 2] = 1e20
        return 1, rows


def test_a_detectors_boxes_without_end_are_no_faces(monkeypatch: pytest.MonkeyPatch) -> None:
    detector = YuNet(Path("never-read.onnx"))
    monkeypatch.setattr(detector, "_runner", Garbage)

    (face,) = detector.detect(np.zeros((100, 100, 3), np.uint8), min_face_px=20)

    assert (face.box.x, face.box.w) == (20, 22)


@pytest.mark.parametrize("share", [0.0, 0.3, 0.95])
def test_a_recording_cut_short_ends_in_words(tmp_path: Path, share: float) -> None:
    """An MP4 keeps its index at the end: cut, it cannot be opened at all."""
    clip = write_video(tmp_path / "clip.mp4", noisy_pictures(30))
    clip.write_bytes(clip.read_bytes()[: int(share * clip.stat().st_size)])
    reader = open_reader(str(clip), realtime=False)

    counts = pipeline_of(ConstantDetector(), gallery=gallery_of(1)).run(reader, lambda _: None)

    assert counts.frames == 0
    assert reader.state is StreamState.FAILED
    assert reader.state_words.startswith("The file cannot be read: ")


@pytest.mark.parametrize(
    ("x", "y"), [(-70, -70), (600, 330), (-500, 100), (5000, 5000), (639, 359)]
)
def test_a_face_at_or_beyond_the_edge_of_a_frame_is_no_error(x: float, y: float) -> None:
    """As a tracker or a detector may place it; the default limits ask for most of it inside."""
    embedder = ScriptedEmbedder()
    pipeline = pipeline_of(
        ConstantDetector(frontal_face(x, y)),
        gallery=gallery_of(1),
        embedder=embedder,
        settings=Settings(threshold=-1.0),
    )

    result = pipeline.process(frame(1, street()))

    assert result.sightings == ()
    assert embedder.batches == []


# Numbers

BROKEN = [np.nan, np.inf, -np.inf]


@pytest.mark.parametrize("value", BROKEN)
def test_an_embedding_that_is_no_number_matches_nobody_and_spoils_no_other(value: float) -> None:
    left, right = frontal_face(60, 100), frontal_face(400, 100)

    def embed(chips: Image) -> Floats:
        rows = np.stack([person(int(chip[0, 0, 0])) for chip in chips])
        rows[[int(chip[0, 0, 0]) == 2 for chip in chips]] = value
        return rows

    pipeline = pipeline_of(
        ConstantDetector(left, right),
        gallery=gallery_of(1, 2, 3),
        embedder=ScriptedEmbedder(embed=embed),
        settings=Settings(threshold=0.5, limits=ANY_PICTURE),
    )

    with np.errstate(invalid="ignore"):
        result = pipeline.process(frame(1, street((1, left), (2, right))))

    found = {each.match.candidate.entry_id for each in result.sightings}
    assert found == ({1} if not np.isposinf(value) else found & {1, 2, 3})


@pytest.mark.parametrize("value", BROKEN)
def test_normalising_turns_what_is_no_number_into_nobody(value: float) -> None:
    rows = np.array([[3.0, 4.0], [value, 1.0]], np.float32)

    assert normalised(rows).tolist() == [pytest.approx([0.6, 0.8]), [0.0, 0.0]]


@pytest.mark.parametrize("value", BROKEN)
def test_a_gallery_takes_no_template_that_is_no_number(value: float) -> None:
    gallery = gallery_of(1)
    with pytest.raises(ValueError, match="not finite"):
        gallery.replace([1], np.full((1, 8), value, np.float32))

    assert len(gallery) == 1, "what was there stays"


@pytest.mark.parametrize("value", BROKEN)
def test_points_that_are_no_numbers_are_never_aligned(value: float) -> None:
    face = frontal_face(60, 100)
    broken = Face(face.box, np.full((5, 2), value, np.float32), 0.99)
    embedder = ScriptedEmbedder()
    pipeline = pipeline_of(
        ConstantDetector(broken),
        gallery=gallery_of(1),
        embedder=embedder,
        settings=Settings(threshold=-1.0),
    )

    with np.errstate(invalid="ignore"):
        assert pipeline.process(frame(1, street((1, face)))).sightings == ()
    assert embedder.batches == []
