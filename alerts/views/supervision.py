"""The supervisor's page: read by a person, and again every two seconds by its script."""

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from alerts import permissions
from alerts.supervision import overviews
from alerts.views.access import person_of


@require_GET
@never_cache
@login_required
def supervision(request: HttpRequest) -> HttpResponse:
    person = person_of(request)
    if person is None or not permissions.can_supervise(person):
        raise PermissionDenied
    name = "parts/supervised" if request.GET.get("part") == "1" else "supervision"
    return render(request, f"alerts/{name}.html", {"overviews": overviews(), "person": person})
