"""A job that went through to its end says so in the database; one that hangs or fails does not."""

from datetime import datetime

from django.utils import timezone

from deployments.models import Heartbeat

HOUSEKEEPING = "housekeeping"


def beat(job: str) -> None:
    Heartbeat.objects.update_or_create(job=job, defaults={"at": timezone.now()})


def last_beat(job: str) -> datetime | None:
    return Heartbeat.objects.filter(job=job).values_list("at", flat=True).first()
