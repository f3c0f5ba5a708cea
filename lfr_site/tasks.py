"""Housekeeping that joins the apps: results are published before what they count is erased."""

from celery import shared_task

from deployments.heartbeats import HOUSEKEEPING, beat
from deployments.purge import purge
from recognition.results import publish_due_results


@shared_task(name="site.housekeeping")
def housekeeping() -> None:
    publish_due_results()
    purge()
    beat(HOUSEKEEPING)
