from celery import shared_task

from alerts.lifecycle import escalate_unclaimed


@shared_task(name="alerts.escalate")
def escalate() -> None:
    escalate_unclaimed()
