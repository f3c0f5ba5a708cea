from celery import shared_task

from deployments import audit_clock, import_faces, imports, lifecycle, urgent
from deployments.footage import recovery
from deployments.models import User
from deployments.queues import send_import, send_import_faces


@shared_task(name="deployments.end_expired")
def end_expired() -> None:
    lifecycle.end_expired()
    urgent.suspend_unreviewed()


@shared_task(name="deployments.work_on_import")
def work_on_import(import_id: int) -> None:
    """One slice; the next is a task of its own, so that nothing else waits behind a long import."""
    if imports.work_on(import_id):
        send_import(import_id)


@shared_task(name="deployments.continue_imports")
def continue_imports() -> None:
    for import_id in imports.abandoned():
        send_import(import_id)
    for import_id in import_faces.abandoned():
        send_import_faces(import_id)


@shared_task(name="deployments.recover_footage")
def recover_footage() -> None:
    recovery.recover()


@shared_task(name="deployments.sign_audit_checkpoint")
def sign_audit_checkpoint() -> None:
    audit_clock.sign_checkpoint()


@shared_task(name="deployments.verify_audit")
def verify_audit(by_id: int | None = None) -> None:
    by = None if by_id is None else User.objects.filter(pk=by_id).first()
    audit_clock.verify_trail(by=by)
