"""Decided, and within its window."""

from django.utils import timezone

from deployments.models import Deployment
from deployments.start_checks.check import Check
from deployments.wording import moment_in_words


def authority_check(deployment: Deployment) -> Check:
    name = "Authority in force"
    officer = deployment.decided_by
    if officer is None:
        return Check(
            name,
            False,
            "No authorising officer has decided yet.",
            "Wait for the decision on the application.",
        )
    decided = moment_in_words(deployment.decided_at)
    return Check(name, True, f"Authorised by {officer} on {decided}.")


def window_check(deployment: Deployment) -> Check:
    name = "Within the window"
    now = timezone.now()
    if now < deployment.starts_at:
        starts = moment_in_words(deployment.starts_at)
        return Check(
            name, False, f"The authorised window opens on {starts}.", "Start it then, not before."
        )
    if now >= deployment.ends_at:
        return Check(
            name, False, "The authorised window is over.", "Another day needs a new authority."
        )
    minutes = int((deployment.ends_at - now).total_seconds() // 60)
    return Check(name, True, f"{minutes} minutes of the window are left.")
