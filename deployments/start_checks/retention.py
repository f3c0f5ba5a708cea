"""What is due is erased: nothing is recorded where nothing would be deleted."""

from datetime import timedelta

from django.utils import timezone

from deployments import overdue
from deployments.heartbeats import HOUSEKEEPING, last_beat
from deployments.models import Deployment
from deployments.start_checks.check import Check
from deployments.wording import moment_in_words, time_in_words

# It runs every 30 seconds.
HOUSEKEEPING_MAX_AGE = timedelta(minutes=2)
NAME = "Erasure on time"


def retention_check(_: Deployment) -> Check:
    now = timezone.now()
    ran_at = last_beat(HOUSEKEEPING)
    if ran_at is None or now - ran_at > HOUSEKEEPING_MAX_AGE:
        since = f"since {moment_in_words(ran_at)}" if ran_at else "yet"
        return Check(
            NAME,
            False,
            f"The housekeeping job has not gone through {since}.",
            "Ask the system administrator to start the general worker and beat.",
        )
    if missed := overdue.beyond_grace(now=now):
        lines = tuple(
            f"{due.rule.what}: {due.count}, due {moment_in_words(due.due_at)}" for due in missed
        )
        return Check(
            NAME,
            False,
            "Not everything that was due is erased.",
            "Ask the system administrator why (manage.py purge --simulate lists it).",
            lines=lines[:10],
        )
    return Check(
        NAME, True, f"Housekeeping went through at {time_in_words(ran_at)}; nothing is overdue."
    )
