"""Built for this deployment, enrolled, within its cap and fresh."""

from datetime import timedelta

from django.urls import reverse

from deployments.enums import EntryStatus
from deployments.models import Deployment
from deployments.start_checks.check import Check, Link
from deployments.wording import lead_in_words, moment_in_words

WATCHLIST_MAX_AGE = timedelta(hours=24)


def watchlist_check(deployment: Deployment) -> Check:
    name = "Watchlist built and enrolled"
    link = Link("Open the watchlist", reverse("deployments:watchlist", args=[deployment.uuid]))
    entries = deployment.entries
    enrolled = entries.filter(status=EntryStatus.ENROLLED).count()

    def fails(evidence: str, remedy: str) -> Check:
        return Check(name, False, evidence, remedy, link)

    if pending := entries.filter(status=EntryStatus.PENDING).count():
        return fails(f"{pending} images are still being enrolled.", "Wait until they are.")
    if not enrolled:
        return fails("Nobody is on the watchlist.", "Import or add those who are sought.")
    if enrolled > deployment.watchlist_cap:
        return fails(
            f"{enrolled} entries exceed the cap of {deployment.watchlist_cap}.",
            "Withdraw those beyond it.",
        )
    first = entries.earliest("added_at").added_at
    if deployment.starts_at - first > WATCHLIST_MAX_AGE:
        return fails(
            f"The watchlist was begun on {moment_in_words(first)}, more than 24 h before the "
            "start.",
            "Build it anew within 24 h of the start: withdraw old entries and add them again.",
        )
    people = "1 entry is" if enrolled == 1 else f"{enrolled} entries are"
    begun = f"the list was begun on {moment_in_words(first)}"
    if (ahead := deployment.starts_at - first) > timedelta():
        begun += f", {lead_in_words(ahead)} before the start; 24 hours are allowed"
    return Check(name, True, f"{people} enrolled; {begun}.")
