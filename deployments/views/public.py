"""The frame of the public's pages: no sign-in, no cookie, no script, and nothing that asks who is
reading, so that the same bytes serve everybody and may be kept on the way."""

from collections.abc import Callable, Mapping

from django.conf import settings
from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.views.decorators.cache import cache_control
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import conditional_page, require_safe

from deployments.controller import controller
from deployments.models import Deployment

PAGE_SIZE = 20
MAX_AGE_S = 60
View = Callable[..., HttpResponse]


def for_everyone(view: View) -> View:
    """Read only, cacheable, compressed, and 304 for whoever has these bytes already."""
    answered: View = cache_control(public=True, max_age=MAX_AGE_S)(conditional_page(view))
    # Nothing here is secret, so that its compressed length tells nobody anything.
    return require_safe(gzip_page(answered))


def public_page(
    template: str, context: Mapping[str, object] | None = None, *, section: str = ""
) -> HttpResponse:
    """Rendered without the request, so that no context processor can ask for a session."""
    about_site = {
        "force_name": settings.FORCE_NAME or "This force",
        "controller": controller(),
        "is_demo": settings.DEMO,
        "has_second_factor": settings.SECOND_FACTOR,
        "has_urgent_route": settings.URGENT_ROUTE,
        "section": section or template,
    }
    body = render_to_string(f"public/{template}.html", {**about_site, **(context or {})})
    return HttpResponse(body)


def attachment(content: bytes | str, *, content_type: str, filename: str = "") -> HttpResponse:
    """A file; with a name it is offered for keeping, without one the browser shows it."""
    response = HttpResponse(content, content_type=content_type)
    if filename:
        response["Content-Disposition"] = f'attachment; filename="{filename}"'
    return response


def page_of(request: HttpRequest, rows: QuerySet[Deployment]) -> "Page[Deployment]":
    """The page that was asked for, or the nearest that there is."""
    return Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page"))
