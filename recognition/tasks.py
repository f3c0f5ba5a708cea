"""Thin: take ids, call."""

from typing import Any

from celery import shared_task
from celery.signals import worker_init, worker_shutting_down
from django.conf import settings

from recognition import authority
from recognition.control import WORKER_NAME

worker_shutting_down.connect(authority.stop_all)


@worker_init.connect
def load_models(sender: Any, **_: object) -> None:
    """A recognition worker is ready when its models are: the first camera must not wait."""
    if str(sender.hostname).startswith(WORKER_NAME):
        from recognition.factory import build_models, load_profile

        build_models(load_profile(settings.RECOGNITION_PROFILE))


@shared_task(name="recognition.enrol")
def enrol(entry_id: int) -> None:
    from recognition.enrolling import enrol as enrol_entry

    enrol_entry(entry_id)


@shared_task(name="recognition.run_camera")
def run_camera(deployment_id: int, camera_id: int) -> None:
    from recognition.camera_run import run_camera as run

    run(deployment_id, camera_id)


@shared_task(name="recognition_control.reconcile")
def reconcile() -> None:
    from recognition import control

    control.reconcile()


@shared_task(name="recognition_control.rebuild_galleries")
def rebuild_galleries() -> None:
    from recognition import control

    control.rebuild_galleries()
    control.index_galleries()
