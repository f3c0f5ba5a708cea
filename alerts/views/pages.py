"""The page that the scripts of the console live in. It shows nobody: what is personal comes later,
alert by alert, each look asked for and recorded."""

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from alerts import permissions
from alerts.enums import DismissalReason, Outcome
from alerts.findings import TEXT_LENGTH
from alerts.views.access import person_of
from alerts.views.factors import FACTOR_GROUPS
from deployments import permissions as deployment_permissions
from deployments import training
from deployments.enums import SoughtSource
from deployments.models import Deployment


@require_GET
@never_cache
@login_required
def console(request: HttpRequest, uuid: UUID) -> HttpResponse:
    deployment = get_object_or_404(Deployment, uuid=uuid)
    person = person_of(request)
    if person is None or not permissions.can_open_console(person, deployment):
        raise PermissionDenied
    return render(
        request,
        "alerts/console.html",
        {
            "deployment": deployment,
            "factor_groups": FACTOR_GROUPS,
            "factor_length": TEXT_LENGTH,
            "reasons": DismissalReason.choices,
            "outcomes": Outcome.choices,
            "untrained_words": training.why_no_alert(person),
            "needs_briefing": not training.is_briefed(person, deployment),
            "can_stop": deployment_permissions.can_stop(person, deployment),
            "sought_sources": SoughtSource.choices,
            "can_engage": permissions.can_open_handheld(person, deployment),
        },
    )
