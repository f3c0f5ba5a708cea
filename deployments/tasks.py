from celery import shared_task

from deployments import lifecycle, urgent


@shared_task(name="deployments.end_expired")
def end_expired() -> None:
    lifecycle.end_expired()
    urgent.suspend_unreviewed()
