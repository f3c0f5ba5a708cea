"""How it works, your rights, how data is handled: from the settings and tables that the system
itself runs by."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from deployments import urgent_policy
from deployments.enums import Category, PlaceGround, Response
from deployments.retention import RULES
from deployments.views.public import for_everyone, public_page


@for_everyone
def how(_: HttpRequest) -> HttpResponse:
    context = {
        "urgent": urgent_policy.route(),
        "lead_days": settings.NOTICE_LEAD_DAYS,
        "watchlist_cap": settings.WATCHLIST_CAP,
        "categories": Category.labels,
        "grounds": PlaceGround.labels,
        "responses": Response.labels,
        "profile": settings.RECOGNITION_PROFILE,
        "threshold": settings.DEFAULT_THRESHOLD,
    }
    return public_page("how", context)


@for_everyone
def rights(_: HttpRequest) -> HttpResponse:
    return public_page("rights", {"rules": RULES, "footage_kept": RULES["footage"].period})


@for_everyone
def data(_: HttpRequest) -> HttpResponse:
    rules = RULES.values()
    context = {
        "about_public": [rule for rule in rules if not rule.is_about_staff],
        "about_staff": [rule for rule in rules if rule.is_about_staff],
        "rules": RULES,
        "watchlist_cap": settings.WATCHLIST_CAP,
    }
    return public_page("data", context)
