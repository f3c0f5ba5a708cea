from celery import shared_task

from deployments import imports, lifecycle, urgent
from deployments.footage import recovery
from deployments.queues import send_import


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


@shared_task(name="deployments.recover_footage")
def recover_footage() -> None:
    recovery.recover()
