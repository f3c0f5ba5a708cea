"""The officers' handheld: its page, and what a phone needs to keep it: a manifest, a service worker
and a shell of the page. None of the three knows a deployment's alerts or a person."""

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.templatetags.static import static
from django.urls import reverse
from django.views.decorators.cache import cache_control, never_cache
from django.views.decorators.http import require_safe

from alerts import permissions
from alerts.enums import OfficersView, Outcome
from alerts.views.access import person_of
from alerts.views.shell import SHELL_FILES, shell_version
from deployments.models import Deployment

CHOICES = {"outcomes": Outcome.choices, "views": OfficersView.choices}


@require_safe
@never_cache
@login_required
def page(request: HttpRequest, uuid: UUID) -> HttpResponse:
    deployment = _open_to(request, uuid)
    return render(request, "alerts/handheld.html", {"deployment": deployment, **CHOICES})


@require_safe
@never_cache
def shell(request: HttpRequest) -> HttpResponse:
    """The page without a deployment, a person or a token, for a phone that starts in a tunnel."""
    return render(request, "alerts/handheld.html", CHOICES)


@require_safe
@cache_control(no_cache=True)
def worker(request: HttpRequest) -> HttpResponse:
    """It changes, and a phone fetches the shell anew, when a file of the shell does."""
    page = reverse("alerts:handheld_shell")
    context = {
        "version": shell_version(),
        "page": page,
        "scope": page.removesuffix("shell/"),
        "files": [static(name) for name in SHELL_FILES],
    }
    return render(request, "alerts/worker.js", context, content_type="text/javascript")


@require_safe
@login_required
def manifest(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """What a phone needs to keep the handheld on its home screen."""
    address = reverse("alerts:handheld", args=[_open_to(request, uuid).uuid])
    return JsonResponse(
        {
            "id": address,
            "name": "Live facial recognition handheld",
            "short_name": "LFR handheld",
            "lang": "en-GB",
            "start_url": address,
            "scope": address,
            "display": "standalone",
            "orientation": "portrait",
            "background_color": "#0f161b",
            "theme_color": "#0d5771",
            "icons": [
                {
                    "src": static(f"img/handheld-{size}.png"),
                    "sizes": f"{size}x{size}",
                    "type": "image/png",
                    "purpose": "any maskable",
                }
                for size in (192, 512)
            ],
        },
        content_type="application/manifest+json",
    )


def _open_to(request: HttpRequest, uuid: UUID) -> Deployment:
    deployment = get_object_or_404(Deployment, uuid=uuid)
    person = person_of(request)
    if person is None or not permissions.can_open_handheld(person, deployment):
        raise PermissionDenied
    return deployment
