"""The public was told in time, or an officer wrote down why not."""

from datetime import timedelta

from django.urls import reverse

from deployments import publication
from deployments.models import Deployment
from deployments.start_checks.check import Check, Link
from deployments.wording import lead_in_words, moment_in_words


def notice_check(deployment: Deployment) -> Check:
    name = "Notice to the public"
    if reason := deployment.notice_withheld_reason:
        return Check(
            name, True, f"Withheld by the authorising officer, who wrote why: “{reason.strip()}”"
        )
    if deployment.published_at is None:
        return Check(
            name,
            False,
            "The notice is not published.",
            "It goes up with the decision; ask the authorising officer.",
        )
    published = moment_in_words(deployment.published_at)
    ahead = _ahead(deployment)
    if not publication.is_notice_in_time(deployment):
        if waiver := _waiver(deployment):
            return Check(name, True, f"Published on {published}, {ahead}. {waiver}")
        return Check(
            name,
            False,
            f"The notice was published on {published}, {ahead}.",
            "A later start needs a new authority.",
            Link("Read the notice", reverse("public:deployment", args=[deployment.uuid])),
        )
    return Check(name, True, f"Published on {published}, {ahead}.")


def _ahead(deployment: Deployment) -> str:
    """How long before the start, and what policy asks for."""
    lead, days = publication.notice_lead(deployment), publication.lead_days_asked(deployment)
    before = f"{lead_in_words(lead)} before" if lead > timedelta() else "not before"
    asked = f"{days} day{'' if days == 1 else 's'}" if days else "no time ahead"
    return f"{before} the start; policy asks for {asked}"


def _waiver(deployment: Deployment) -> str:
    """Why shorter notice than policy asks is in order, in words; empty where it is not."""
    if deployment.is_urgent:
        return "Authorised on the urgent route, which the notice says."
    if reason := deployment.short_notice_reason.strip():
        return f"An authorised variation changed it; the officer wrote why: “{reason}”"
    return ""
