"""Looked at by a second person, and still sought. While a deployment runs, what is added waits
unsearched for its review and holds nothing up."""

from django.urls import reverse

from deployments import still_sought, watchlist
from deployments.models import Deployment
from deployments.start_checks.check import Check, Link
from deployments.wording import moment_in_words

REVIEW, SOUGHT = "Watchlist reviewed by a second person", "Still sought"


def review_check(deployment: Deployment) -> Check:
    state = watchlist.progress(deployment)
    link = Link(
        "Review the watchlist", reverse("deployments:review_watchlist", args=[deployment.uuid])
    )
    runs = deployment.started_at is not None
    if state.to_review and not runs:
        evidence = f"{state.to_review} entries wait for a second person."
        return Check(REVIEW, False, evidence, "Somebody who did not add them reviews them.", link)
    if state.returned and not runs:
        evidence = f"{state.returned} entries were sent back."
        return Check(REVIEW, False, evidence, "Withdraw them, or replace them.", link)
    if waiting := state.to_review + state.returned:
        return Check(REVIEW, True, f"{waiting} were added since and are not searched for yet.")
    entries = "The one entry was" if state.enrolled == 1 else f"All {state.enrolled} entries were"
    return Check(REVIEW, True, f"{entries} reviewed by somebody else.")


def sought_check(deployment: Deployment) -> Check:
    link = Link("Open the watchlist", reverse("deployments:watchlist", args=[deployment.uuid]))
    if unasked := still_sought.unchecked(deployment):
        evidence = f"Nobody has asked yet about {unasked} of those who are searched for."
        return Check(SOUGHT, False, evidence, "Ask, withdraw who is not, record the check.", link)
    last = deployment.sought_checks.filter(entry=None).select_related("by").first()
    if last is None:
        return Check(SOUGHT, True, "It was asked about each entry by itself.")
    asked = f"{last.by} asked about {last.entry_count} on {moment_in_words(last.at)}"
    return Check(SOUGHT, True, f"{asked}: {last.get_source_display()}.")
