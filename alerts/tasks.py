from celery import shared_task

from alerts import clock


@shared_task(name="alerts.tick")
def tick() -> None:
    clock.tick()
