"""Thin: take ids, call."""

from typing import Any
from uuid import UUID

from celery import shared_task
from celery.signals import worker_init, worker_shutting_down
from django.conf import settings

from recognition import authority, worker_clock  # noqa: F401 - workers tell their time
from recognition.control import WORKER_NAME

worker_shutting_down.connect(authority.stop_all)


@worker_init.connect
def load_models(sender: Any, **_: object) -> None:
    """A recognition worker is ready when its models are: the first camera must not wait."""
    if str(sender.hostname).startswith(WORKER_NAME):
        from recognition.factory import build_models, load_profile

        build_models(load_profile(settings.RECOGNITION_PROFILE))


@shared_task(name="recognition.enrol")
def enrol(entry_ids: list[int]) -> None:
    from recognition.enrolling import enrol_each

    enrol_each(entry_ids)


@shared_task(name="recognition.look_at_import")
def look_at_import(import_id: int) -> None:
    from recognition.import_looking import look_at_import as look

    look(import_id)


@shared_task(name="recognition.run_camera")
def run_camera(deployment_id: int, camera_id: int) -> None:
    from recognition.camera_run import run_camera as run

    run(deployment_id, camera_id)


@shared_task(name="recognition.hide_faces_of_sign")
def hide_faces_of_sign(photograph_id: int) -> None:
    from recognition.sign_faces import hide_faces_of_sign as hide

    hide(photograph_id)


@shared_task(name="recognition.hide_faces_of_still")
def hide_faces_of_still(still_id: int) -> None:
    from recognition.still_faces import hide_faces_of_still as hide

    hide(still_id)


@shared_task(name="recognition.prepare_subject_access")
def prepare_subject_access(file_id: str) -> None:
    from recognition.subject_access.preparing import prepare

    prepare(UUID(file_id))


@shared_task(name="recognition.check_camera")
def check_camera(deployment_id: int, camera_id: int) -> None:
    from recognition import camera_checks

    camera_checks.check_camera(deployment_id, camera_id)


@shared_task(name="recognition_control.request_camera_checks")
def request_camera_checks(deployment_id: int | None = None) -> None:
    """Of one deployment at once, because a person asks; without one, of all that are due."""
    from deployments.models import Deployment
    from recognition import camera_checks

    if deployment_id is None:
        camera_checks.request_due()
    else:
        camera_checks.request(Deployment.objects.get(pk=deployment_id), at_once=True)


@shared_task(name="recognition_control.reconcile")
def reconcile() -> None:
    from recognition import control

    control.reconcile()


@shared_task(name="recognition_control.rebuild_galleries")
def rebuild_galleries() -> None:
    from recognition import control

    control.rebuild_galleries()
    control.index_galleries()
    control.ask_again_for_pictures()
