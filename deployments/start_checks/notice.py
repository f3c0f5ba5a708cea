"""The public was told in time, or an officer wrote down why not."""

from django.urls import reverse

from deployments import publication
from deployments.models import Deployment
from deployments.start_checks.check import Check, Link
from deployments.wording import moment_in_words


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
    hours = publication.notice_lead(deployment).total_seconds() / 3600
    if not publication.is_notice_in_time(deployment):
        if waiver := _waiver(deployment):
            return Check(
                name, True, f"Published on {published}, {max(hours, 0):.0f} h before. {waiver}"
            )
        return Check(
            name,
            False,
            f"The notice was published on {published}, {max(hours, 0):.0f} h before the start; "
            f"it must be up {publication.lead_days_asked(deployment)} days before.",
            "A later start needs a new authority.",
            Link("Read the notice", reverse("public:deployment", args=[deployment.uuid])),
        )
    return Check(name, True, f"Published on {published}, {max(hours, 0):.0f} h before the start.")


def _waiver(deployment: Deployment) -> str:
    """Why shorter notice than policy asks is in order, in words; empty where it is not."""
    if deployment.is_urgent:
        return "Authorised on the urgent route, which the notice says."
    if reason := deployment.short_notice_reason.strip():
        return f"An authorised variation changed it; the officer wrote why: “{reason}”"
    return ""
