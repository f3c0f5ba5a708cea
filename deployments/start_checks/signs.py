"""Both signs were photographed in their places on the day."""

from django.urls import reverse
from django.utils import timezone

from deployments.enums import SignPlace
from deployments.models import Deployment, SignPhotograph
from deployments.start_checks.check import Check, Link
from deployments.wording import moment_in_words

NAME = "Signs in place"


def signs_check(deployment: Deployment) -> Check:
    newest = _newest_of_the_day(deployment)
    lines = tuple(_words(place, newest.get(place)) for place in SignPlace)
    lacking = [place.label for place in SignPlace if place not in newest]
    if not lacking:
        return Check(NAME, True, "Both were photographed on the day.", lines=lines)
    return Check(
        NAME,
        False,
        "The signs are not photographed on the day of the window yet.",
        "Put them up, then photograph them.",
        Link("Photograph the signs", reverse("deployments:signs", args=[deployment.uuid])),
        lines=lines,
    )


def _newest_of_the_day(deployment: Deployment) -> dict[str, SignPhotograph]:
    """By place. A window across midnight has two days."""
    first, last = (timezone.localdate(at) for at in (deployment.starts_at, deployment.ends_at))
    taken = deployment.sign_photographs.select_related("taken_by").order_by("at")
    return {each.place: each for each in taken if first <= timezone.localdate(each.at) <= last}


def _words(place: SignPlace, photograph: SignPhotograph | None) -> str:
    if photograph is None:
        return f"{place.label}: no photograph."
    at = moment_in_words(photograph.at)
    return f"{place.label}: photographed by {photograph.taken_by} on {at}."
