"""The briefing of one deployment: read it, then acknowledge it."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from deployments import briefings, permissions, training
from deployments.lifecycle import Refused
from deployments.views.access import person_of, require, visible_deployment


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def briefing(request: HttpRequest, uuid: UUID) -> HttpResponse:
    deployment = visible_deployment(request, uuid)
    person = person_of(request)
    require(
        "Operators and engagement officers read the briefing, from the authority to the end of "
        "the deployment.",
        allowed=permissions.can_be_briefed(person, deployment),
    )
    if request.method == "POST":
        try:
            briefings.acknowledge(deployment, by=person)
        except Refused as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, "Acknowledged. The start checks count you as briefed.")
        return redirect("deployments:detail", uuid=deployment.uuid)
    context = {
        "deployment": deployment,
        "accuracy": briefings.accuracy_of(deployment),
        "is_briefed": training.is_briefed(person, deployment),
        "untrained_words": training.why_no_alert(person),
    }
    return render(request, "deployments/briefing.html", context)
