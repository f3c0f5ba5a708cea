"""The table of transitions, for staff to read."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from deployments import permissions
from deployments.transitions import TRANSITIONS
from deployments.views.access import person_of, require


@login_required
@require_safe
def lifecycle_rules(request: HttpRequest) -> HttpResponse:
    person = person_of(request)
    require("Your account has no role yet.", allowed=permissions.can_view_deployments(person))
    return render(request, "deployments/rules.html", {"transitions": TRANSITIONS.values()})
