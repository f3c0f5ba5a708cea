"""Thin: take ids, call."""

from celery import shared_task
from celery.signals import worker_shutting_down

from recognition import authority

worker_shutting_down.connect(authority.stop_all)


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
