"""Decided, and within its window."""

from django.utils import timezone

from deployments.models import Deployment
from deployments.start_checks.check import Check
from deployments.wording import left_in_words, moment_in_words


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
    if not deployment.is_urgent:
        return Check(name, True, f"Authorised by {officer} on {decided}.")
    return _urgent(deployment, f"Authorised urgently by {officer} on {decided}")


def _urgent(deployment: Deployment, given: str) -> Check:
    name = "Authority in force"
    due = moment_in_words(deployment.review_due_at)
    if not deployment.awaits_review:
        return Check(name, True, f"{given}; confirmed by {deployment.reviewed_by}.")
    if timezone.now() < deployment.authority_ends_at:
        return Check(name, True, f"{given}; its review is due by {due}.")
    return Check(
        name,
        False,
        f"{given}; its review was due by {due} and was not made.",
        "A superintendent or above who had no part in it must confirm it.",
    )


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
    left, ends = left_in_words(deployment.ends_at - now), moment_in_words(deployment.ends_at)
    return Check(name, True, f"{left} of the window are left; it closes on {ends}.")
