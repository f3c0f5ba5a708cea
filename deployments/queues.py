"""Work handed to the recognition workers, by task name: this app does not import theirs."""

from collections.abc import Sequence
from uuid import UUID

from celery import current_app

from deployments.models import User

ENROL = "recognition.enrol"
# What a worker's networks take in one go.
ENROLLED_TOGETHER = 32
IMPORT = "deployments.work_on_import"
IMPORT_FACES = "recognition.look_at_import"
VERIFY_AUDIT = "deployments.verify_audit"
SUBJECT_ACCESS = "recognition.prepare_subject_access"


SIGN_PHOTOGRAPH = "recognition.hide_faces_of_sign"
STILL = "recognition.hide_faces_of_still"
REQUEST_CAMERA_CHECKS = "recognition_control.request_camera_checks"


def send_sign_photograph(photograph_id: int) -> None:
    current_app.send_task(SIGN_PHOTOGRAPH, args=[photograph_id], queue="recognition")


def send_still(still_id: int) -> None:
    current_app.send_task(STILL, args=[still_id], queue="recognition")


def send_camera_checks(deployment_id: int) -> None:
    current_app.send_task(REQUEST_CAMERA_CHECKS, args=[deployment_id], queue="default")


def send_subject_access(file_id: UUID) -> None:
    current_app.send_task(SUBJECT_ACCESS, args=[str(file_id)], queue="recognition")


def send_enrolments(entry_ids: Sequence[int]) -> None:
    """Some at a time: one after the other they cost three times as much."""
    for start in range(0, len(entry_ids), ENROLLED_TOGETHER):
        some = list(entry_ids[start : start + ENROLLED_TOGETHER])
        current_app.send_task(ENROL, args=[some], queue="recognition")


def send_import(import_id: int) -> None:
    current_app.send_task(IMPORT, args=[import_id], queue="default")


def send_import_faces(import_id: int) -> None:
    current_app.send_task(IMPORT_FACES, args=[import_id], queue="recognition")


def send_verification(by: User | None) -> None:
    current_app.send_task(VERIFY_AUDIT, args=[by.pk if by else None], queue="default")
