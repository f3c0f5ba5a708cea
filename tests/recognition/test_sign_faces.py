"""Everybody in a photograph of a sign is unrecognisable before anyone is shown it."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import cv2
import numpy as np
import pytest
from celery import current_app
from django.core.cache import cache
from django.utils import timezone

from deployments import image_store, signs
from deployments.enums import SignPlace, Status
from deployments.models import SignPhotograph
from lfr_site.demo.signs import sign_picture
from recognition import control, sign_faces
from recognition.factory import ModelSet, build_models
from recognition.profiles import load_profile
from recognition.sign_faces import hide_faces_of_sign
from recognition.types import Image
from tests.factories import Cast, make_deployment
from tests.recognition.scripted_cameras import scripted_models
from tests.recognition.scripted_parts import ConstantDetector, frontal_face


@pytest.fixture
def models(monkeypatch: pytest.MonkeyPatch) -> ModelSet:
    """A detector that sees one face in every picture."""
    detector = ConstantDetector(frontal_face(400, 200, 150.0))
    models = replace(scripted_models(), detector=detector)
    monkeypatch.setattr(sign_faces, "build_models", lambda _: models)
    return models


@pytest.fixture
def photograph(cast: Cast) -> SignPhotograph:
    ready = make_deployment(status=Status.READY)
    return signs.add_photograph(
        ready, sign_picture("At the zone"), place=SignPlace.ZONE, by=cast.alice
    )


def _picture(photograph: SignPhotograph) -> Image:
    photograph.refresh_from_db()
    assert photograph.image is not None
    data = np.frombuffer(image_store.read(photograph.image), np.uint8)
    return np.asarray(cv2.imdecode(data, cv2.IMREAD_COLOR), np.uint8)


def test_faces_are_reduced_to_blocks_and_the_rest_stays(
    models: ModelSet, photograph: SignPhotograph
):
    before = _picture(photograph)
    assert photograph.image is not None
    with_faces = image_store.path_of(photograph.image.pk)
    assert with_faces.exists()

    hide_faces_of_sign(photograph.pk)

    after = _picture(photograph)
    assert photograph.faces_hidden_at is not None
    assert after.shape == before.shape
    inside, outside = (slice(200, 350), slice(400, 550)), (slice(600, 900), slice(700, 1200))
    assert _difference(before, after, inside) > 10 * _difference(before, after, outside)


def _difference(before: Image, after: Image, area: tuple[slice, slice]) -> float:
    return float(np.abs(before[area].astype(int) - after[area].astype(int)).mean())


def test_delivered_twice_or_after_a_removal_nothing_changes(
    models: ModelSet, photograph: SignPhotograph, cast: Cast
):
    hide_faces_of_sign(photograph.pk)
    photograph.refresh_from_db()
    image_id = photograph.image_id

    hide_faces_of_sign(photograph.pk)
    photograph.refresh_from_db()
    assert photograph.image_id == image_id

    signs.remove_photograph(photograph, by=cast.alice)
    hide_faces_of_sign(photograph.pk)
    assert not SignPhotograph.objects.filter(pk=photograph.pk).exists()


def test_what_cannot_be_read_stays_hidden(models: ModelSet, photograph: SignPhotograph):
    assert photograph.image is not None
    image_store.path_of(photograph.image.pk).unlink()

    hide_faces_of_sign(photograph.pk)

    photograph.refresh_from_db()
    assert photograph.faces_hidden_at is None


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Any]]:
    cache.clear()
    tasks: list[Any] = []

    def send_task(name: str, *, args: list[Any], queue: str) -> None:
        tasks.append((name, args, queue))

    monkeypatch.setattr(current_app, "send_task", send_task)
    yield tasks
    cache.clear()


def test_a_photograph_that_a_worker_forgot_is_sent_again_once_a_minute(
    photograph: SignPhotograph, asked: list[Any]
):
    assert control.ask_again_for_pictures() == 0

    SignPhotograph.objects.update(at=timezone.now() - timedelta(minutes=2))

    assert control.ask_again_for_pictures() == 1
    assert control.ask_again_for_pictures() == 0
    assert asked == [("recognition.hide_faces_of_sign", [photograph.pk], "recognition")]


@pytest.mark.model
def test_the_real_detector_leaves_nobody_recognisable(cast: Cast, photograph: SignPhotograph):
    """A drawn portrait beside the sign: found before, not found after."""
    from lfr_site.demo.environment import ASSETS

    portrait = cv2.imread(str(min((ASSETS / "portraits").iterdir())))
    assert portrait is not None
    street = _picture(photograph)
    small = cv2.resize(portrait, (200, round(200 * portrait.shape[0] / portrait.shape[1])))
    street[20 : 20 + small.shape[0], 60:260] = small
    done, data = cv2.imencode(".jpg", street)
    assert done
    ready = photograph.deployment
    with_person = signs.add_photograph(
        ready, data.tobytes(), place=SignPlace.APPROACH, by=cast.alice
    )
    detector = build_models(load_profile("embedded")).detector
    assert detector.detect(_picture(with_person), min_face_px=20)

    hide_faces_of_sign(with_person.pk)

    assert not detector.detect(_picture(with_person), min_face_px=20)
