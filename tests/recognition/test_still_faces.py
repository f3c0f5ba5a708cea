"""The worker's part: faces of a survey picture are gone before anyone is shown it."""

import cv2
import numpy as np
import pytest
from django.conf import settings

from deployments import stills
from lfr_site.demo.environment import ASSETS
from recognition.factory import build_models, load_profile
from recognition.images import decode_image
from recognition.still_faces import MIN_FACE_PX, hide_faces_of_still
from tests.factories import Cast, make_camera

pytestmark = pytest.mark.model


def test_faces_of_a_survey_picture_are_made_unrecognisable(cast: Cast):
    detector = build_models(load_profile(settings.RECOGNITION_PROFILE)).detector
    portrait = decode_image((ASSETS / "portraits" / "SYN-0000.jpg").read_bytes())
    before = detector.detect(portrait, min_face_px=MIN_FACE_PX)
    assert len(before) == 1
    encoded = cv2.imencode(".png", portrait)[1].tobytes()
    still = stills.take_in(make_camera(), encoded, by=cast.system_administrator)

    hide_faces_of_still(still.pk)

    still.refresh_from_db()
    assert still.is_ready
    shown = decode_image(stills.read(still))
    assert detector.detect(shown, min_face_px=MIN_FACE_PX) == []
    box = before[0].box
    scale = shown.shape[0] / portrait.shape[0]
    middle = [int((box.y + box.h / 2) * scale), int((box.x + box.w / 2) * scale)]
    patch = shown[middle[0] - 2 : middle[0] + 2, middle[1] - 2 : middle[1] + 2]
    assert (
        np.ptp(patch.astype(int), axis=(0, 1)).max() < 40
    )  # a flat block, where an eye or a nose was


def test_a_task_that_comes_twice_or_too_late_changes_nothing(cast: Cast):
    still = stills.take_in(
        make_camera(),
        (ASSETS / "portraits" / "SYN-0000.jpg").read_bytes(),
        by=cast.system_administrator,
    )
    hide_faces_of_still(still.pk)
    still.refresh_from_db()
    file = still.file

    hide_faces_of_still(still.pk)
    hide_faces_of_still(still.pk + 1000)

    still.refresh_from_db()
    assert still.file == file
