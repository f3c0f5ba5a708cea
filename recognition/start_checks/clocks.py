"""One time for all: what an alert's time is worth, and when a window ends, depend on it."""

import time
from datetime import timedelta

from django.db import connection
from django.utils import timezone

from deployments.models import Deployment
from deployments.start_checks import Check
from recognition.models import CameraCheck
from recognition.start_checks.workers import worker_answer

MAX_APART_S = 2.0
NAME = "Clocks in step"
REMEDY = "Set the machines' clocks by one time server (NTP); ask the system administrator."


def clock_check(deployment: Deployment) -> Check:
    """The application's clock against the database's and the recognition workers'."""
    answer = worker_answer()
    if answer is None or answer.ahead_s is None:
        words = "No recognition worker said what time it is there."
        return Check(NAME, False, words, "Start one, or ask the system administrator to.")
    database_s, uncertain_s = database_ahead_s()
    apart = {
        "The database": (database_s, uncertain_s),
        f"The recognition worker {answer.worker}": (answer.ahead_s, answer.uncertain_s),
    }
    for worker, offset_s in _said_with_their_checks(deployment):
        # They measured against the database.
        apart.setdefault(f"The recognition worker {worker}", (offset_s + database_s, uncertain_s))
    lines = tuple(f"{who} is {_words(ahead_s)}." for who, (ahead_s, _) in apart.items())
    is_in_step = all(abs(ahead_s) - give <= MAX_APART_S for ahead_s, give in apart.values())
    if not is_in_step:
        words = f"The clocks are more than {MAX_APART_S:g} seconds apart."
        return Check(NAME, False, words, REMEDY, lines=lines)
    words = f"All are within {MAX_APART_S:g} seconds of the application's."
    return Check(NAME, True, words, lines=lines)


def database_ahead_s() -> tuple[float, float]:
    """How far the database's clock is ahead of this process's, and the give of that figure."""
    asked_at = time.time()
    with connection.cursor() as cursor:
        cursor.execute("SELECT extract(epoch FROM clock_timestamp())")
        said = float(cursor.fetchone()[0])
    answered_at = time.time()
    return said - (asked_at + answered_at) / 2, (answered_at - asked_at) / 2


def _said_with_their_checks(deployment: Deployment) -> list[tuple[str, float]]:
    """The worker that looked at a camera, and how far its clock was ahead of the database's."""
    recent = timezone.now() - timedelta(minutes=10)
    checks = CameraCheck.objects.filter(deployment=deployment, checked_at__gte=recent)
    said = checks.order_by("-checked_at").values_list("worker", "clock_ahead_s")
    return [(worker, ahead_s) for worker, ahead_s in said if ahead_s is not None]


def _words(ahead_s: float) -> str:
    if abs(ahead_s) < 0.05:
        return "in step"
    return f"{abs(ahead_s):.2f} s {'ahead' if ahead_s > 0 else 'behind'}"
