from celery import shared_task

from deployments import lifecycle


@shared_task(name="deployments.end_expired")
def end_expired() -> None:
    lifecycle.end_expired()
