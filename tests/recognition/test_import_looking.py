"""The faces of an import are measured and compared before anybody confirms it."""

from collections.abc import Sequence
from pathlib import Path
from unittest import mock

import cv2
import numpy as np
import pytest
from django.db import connection

from deployments import import_faces, import_files, import_report, imports
from deployments.enums import ImportStatus, RowOutcome, Status
from deployments.models import Deployment, WatchlistImport
from recognition import import_looking, template_store
from recognition.images import UnusableImage
from recognition.import_looking import look_at_import
from recognition.models import Template
from recognition.types import Quality
from recognition.types import Template as FaceTemplate
from tests.deployments.sheets import received, row, sheet, zipped
from tests.factories import Cast, jpeg, make_deployment, make_entry, unit_vector
from tests.recognition.scripted_cameras import scripted_models

PORTRAITS = Path(import_looking.__file__).parent / "demo_assets" / "portraits"
GOOD = Quality(120, 0.5, 0.0, 0.5, usable=True, reason="")


class Killed(BaseException):
    """The worker is gone: nothing catches it."""


@pytest.fixture
def deployment(cast: Cast) -> Deployment:
    return make_deployment(status=Status.AUTHORISED)


def checked(deployment: Deployment, images: dict[str, bytes]) -> WatchlistImport:
    """As far as the general worker brings it."""
    rows = [row(name.removesuffix(".jpg"), image=name) for name in images]
    made = received(deployment, sheet(*rows), zipped(images))
    while imports.work_on(made.pk):
        pass
    made.refresh_from_db()
    assert made.status == ImportStatus.COMPARING, made.fault
    return made


def told(made: WatchlistImport) -> dict[str, tuple[str, int | None]]:
    """By reference why it is refused, and the line that it looks like."""
    made.refresh_from_db()
    assert made.status == ImportStatus.CHECKED
    rows = import_report.readable(made.rows.order_by("line"), of=made)
    return {each.values["reference"]: (each.reason, each.alike_line) for each in rows}


@pytest.fixture
def faces(monkeypatch: pytest.MonkeyPatch) -> dict[bytes, FaceTemplate | UnusableImage | Exception]:
    """What each picture gives to the models."""
    known: dict[bytes, FaceTemplate | UnusableImage | Exception] = {}

    def templates_from_images(data: Sequence[bytes], _: object) -> list[object]:
        for each in data:
            if isinstance(known[each], Exception) and not isinstance(known[each], UnusableImage):
                raise known[each]  # type: ignore[misc]
        return [known[each] for each in data]

    monkeypatch.setattr(import_looking, "build_models", lambda _: scripted_models(1))
    monkeypatch.setattr(import_looking, "templates_from_images", templates_from_images)
    return known


def template(seed: int) -> FaceTemplate:
    return FaceTemplate(unit_vector(seed=seed), GOOD)


def pictures(*names: str) -> dict[str, bytes]:
    return {f"{name}.jpg": jpeg(seed=number) for number, name in enumerate(names)}


def test_the_same_face_under_two_references_is_told_before_anybody_confirms(
    deployment: Deployment, faces: dict[bytes, object], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(import_looking, "TOGETHER", 2)  # over the pieces too
    images = pictures("A1", "A2", "A3", "A4", "A5")
    faces.update(zip(images.values(), map(template, (1, 2, 3, 1, 2)), strict=True))
    made = checked(deployment, images)

    look_at_import(made.pk)

    assert [line for _, line in told(made).values()] == [None, None, None, 2, 3]
    assert not Template.objects.exists()


def test_somebody_who_is_on_the_list_already_is_told(
    deployment: Deployment, faces: dict[bytes, object]
):
    entry = make_entry(deployment, reference="KNOWN-1", is_enrolled=False)
    profile = scripted_models(1).profile
    template_store.save(
        entry, unit_vector(seed=7), profile=profile.name, profile_version=profile.model_name
    )
    images = pictures("A1", "A2")
    faces.update(zip(images.values(), map(template, (1, 7)), strict=True))
    made = checked(deployment, images)

    look_at_import(made.pk)

    rows = import_report.readable(made.rows.order_by("line"), of=made)
    assert [each.alike_reference for each in rows] == ["", "KNOWN-1"]


def test_a_picture_that_breaks_the_models_is_refused_alone(
    deployment: Deployment, faces: dict[bytes, object]
):
    images = pictures("A1", "A2")
    faces.update(zip(images.values(), (template(1), RuntimeError("broken")), strict=True))
    made = checked(deployment, images)

    look_at_import(made.pk)

    assert told(made)["A1"] == ("", None)
    assert told(made)["A2"][0] == "A face could not be looked for in this image."


def test_where_the_machine_is_at_fault_no_row_is_blamed(
    deployment: Deployment, faces: dict[bytes, object]
):
    images = pictures("A1", "A2")
    faces.update(dict.fromkeys(images.values(), RuntimeError("no device")))
    made = checked(deployment, images)

    with pytest.raises(ExceptionGroup):
        look_at_import(made.pk)

    made.refresh_from_db()
    assert made.status == ImportStatus.COMPARING
    assert made.rows.filter(outcome=RowOutcome.READY).count() == 2


def test_killed_half_way_another_worker_finds_the_same(
    deployment: Deployment, faces: dict[bytes, object], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(import_looking, "TOGETHER", 1)
    images = pictures("A1", "A2", "A3")
    faces.update(zip(images.values(), map(template, (1, 2, 1)), strict=True))
    made = checked(deployment, images)
    store, left = import_faces.store, iter(range(2))

    def dies(*arguments: object) -> None:
        if next(left, None) is None:
            raise Killed
        store(*arguments)  # type: ignore[arg-type]

    with mock.patch.object(import_faces, "store", dies), pytest.raises(Killed):
        look_at_import(made.pk)
    look_at_import(made.pk)  # its lease still stands
    made.refresh_from_db()
    assert made.status == ImportStatus.COMPARING
    with connection.cursor() as cursor:
        cursor.execute("UPDATE deployments_watchlistimport SET lease_until = now() - interval '1s'")

    look_at_import(made.pk)

    assert [line for _, line in told(made).values()] == [None, None, 2]


def test_files_that_are_gone_are_told_in_words(deployment: Deployment, faces: dict[bytes, object]):
    images = pictures("A1")
    faces.update(dict.fromkeys(images.values(), template(1)))
    made = checked(deployment, images)
    for file in made.files.all():
        import_files.path_of(file.pk).unlink()

    look_at_import(made.pk)

    made.refresh_from_db()
    assert made.status == ImportStatus.UNUSABLE
    assert "cannot be read" in made.fault


def _picture(name: str) -> np.ndarray:
    picture = cv2.imread(str(PORTRAITS / name))
    assert picture is not None
    return picture


def _jpeg_of(picture: np.ndarray, quality: int = 90) -> bytes:
    return cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, quality])[1].tobytes()


@pytest.mark.model
def test_real_faces_are_measured_and_compared(deployment: Deployment):
    one, two = sorted(path.name for path in PORTRAITS.glob("*.jpg"))[:2]
    first, second = _picture(one), _picture(two)
    images = {
        "SHARP.jpg": _jpeg_of(first),
        "OTHER.jpg": _jpeg_of(second),
        "AGAIN.jpg": _jpeg_of(cv2.convertScaleAbs(first, alpha=0.9, beta=8), 70),
        "BLURRED.jpg": _jpeg_of(cv2.GaussianBlur(first, (0, 0), first.shape[0] / 30)),
        "SMALL.jpg": _jpeg_of(cv2.resize(first, (100, 110))),
        "NOBODY.jpg": _jpeg_of(np.full((300, 300, 3), 120, np.uint8)),
    }
    made = checked(deployment, images)

    look_at_import(made.pk)

    found = told(made)
    assert found["SHARP"] == found["OTHER"] == ("", None)
    assert found["AGAIN"] == ("", 2)
    assert found["BLURRED"][0].startswith("The face cannot be used: blurred")
    assert found["SMALL"][0].startswith("The face cannot be used: too small")
    assert found["NOBODY"][0] == "No face was found."
    assert not Template.objects.exists()
    _holds_no_numbers_of_a_face(made)


def _holds_no_numbers_of_a_face(made: WatchlistImport) -> None:
    """What is stored of a row: words and figures of four measures."""
    for quality in made.rows.values_list("image_quality", flat=True):
        assert quality is not None
        assert len(quality) in (0, 4)
        for measure in quality:
            assert set(measure) == {"name", "figure", "is_enough"}
            assert len(measure["figure"]) < 100
