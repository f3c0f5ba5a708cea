"""The authorised zone is what a camera run looks at."""

from decimal import Decimal

import pytest

from deployments.enums import Status
from deployments.models import DeploymentCamera
from deployments.zones import Zone
from recognition import camera_run, leases
from recognition.camera_run import CameraRunner, zone_for
from recognition.types import Box
from tests.factories import make_camera, make_deployment
from tests.recognition.scripted_cameras import ScriptedCamera, scripted_models, street_with
from tests.tampering import refusal_of

NARROW = Zone(Decimal("0.25"), Decimal("0.1"), Decimal("0.5"), Decimal("0.75"))


def test_a_run_gets_the_zone_that_was_authorised(db: None):
    camera = make_camera()
    draft = make_deployment(cameras=[camera])
    DeploymentCamera.objects.filter(deployment=draft).update(**NARROW.columns())

    assert zone_for(draft, camera) == Box(0.25, 0.1, 0.5, 0.75)


def test_the_pipeline_of_a_run_looks_in_that_zone_only(db: None, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(
        camera_run, "open_reader", lambda *_, **__: ScriptedCamera(street_with(3, 5))
    )
    camera = make_camera()
    draft = make_deployment(cameras=[camera])
    DeploymentCamera.objects.filter(deployment=draft).update(**NARROW.columns())
    lease = leases.take(draft.pk, camera.pk)
    assert lease is not None

    run = CameraRunner(draft, camera, lease, scripted_models(3, 5))

    assert run.pipeline.settings.zone == Box(0.25, 0.1, 0.5, 0.75)


def test_the_zone_is_frozen_with_the_cameras(db: None):
    deployment = make_deployment(status=Status.AUTHORISED)

    refusal = refusal_of(
        "UPDATE deployments_deploymentcamera SET zone_w = 0.5 WHERE deployment_id = %s",
        deployment.pk,
    )

    assert "cameras are frozen" in refusal


def test_the_database_takes_no_zone_that_leaves_the_picture(db: None):
    draft = make_deployment()
    sql = "UPDATE deployments_deploymentcamera SET {} WHERE deployment_id = %s"

    for wrong in ("zone_x = 0.1", "zone_w = NULL", "zone_h = 0", "zone_y = -0.1"):
        assert "zone_lies_in_the_frame" in refusal_of(sql.format(wrong), draft.pk), wrong
