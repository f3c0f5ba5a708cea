"""The public's pages: no sign-in, no cookie, no script, and nothing that asks who is reading."""

from collections.abc import Mapping
from uuid import UUID

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils import timezone
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from deployments.enums import Category, Status
from deployments.figures import alert_segments, false_alert_rate_in_words, outcomes_in_words
from deployments.models import Deployment
from deployments.publication import NOTICE_STATES
from deployments.queries import public_deployments
from deployments.retention import RULES

RECENT = 20
for_everyone = cache_control(public=True, max_age=60)


@require_safe
@for_everyone
def home(_: HttpRequest) -> HttpResponse:
    now = timezone.now()
    shown = public_deployments()
    notices = list(shown.filter(status__in=NOTICE_STATES, ends_at__gt=now).order_by("starts_at"))
    over = shown.exclude(pk__in=[notice.pk for notice in notices]).select_related("result")
    context = {
        "current": [notice for notice in notices if notice.starts_at <= now],
        "upcoming": [notice for notice in notices if notice.starts_at > now],
        "recent": over.order_by("-starts_at", "-pk")[:RECENT],
    }
    return public_page("public/home.html", context)


@require_safe
@for_everyone
def deployment(_: HttpRequest, uuid: UUID) -> HttpResponse:
    found = public_deployments().select_related("result").filter(uuid=uuid).first()
    if found is None:
        raise Http404("There is no such deployment.")
    return public_page("public/deployment.html", {"deployment": found, **_result(found)})


@require_safe
@for_everyone
def how(_: HttpRequest) -> HttpResponse:
    context = {
        "rules": RULES.values(),
        "lead_days": settings.NOTICE_LEAD_DAYS,
        "watchlist_cap": settings.WATCHLIST_CAP,
        "categories": Category.labels,
    }
    return public_page("public/how.html", context)


def public_page(template: str, context: Mapping[str, object]) -> HttpResponse:
    """Rendered without the request, so that no context processor can ask for a session."""
    about_site = {
        "force_name": settings.FORCE_NAME or "This force",
        "is_demo": settings.DEMO,
        "page_name": template.removeprefix("public/").removesuffix(".html"),
    }
    return HttpResponse(render_to_string(template, {**about_site, **context}))


def _result(found: Deployment) -> dict[str, object]:
    result = getattr(found, "result", None)
    about = {
        "result": result,
        "is_withheld": bool(found.notice_withheld_reason),
        "is_cancelled": found.status == Status.CANCELLED,
        "is_notice": found.status in NOTICE_STATES,
    }
    if result is None:
        return about
    return about | {
        "rate": false_alert_rate_in_words(result),
        "segments": alert_segments(result),
        "outcomes": outcomes_in_words(result),
    }
