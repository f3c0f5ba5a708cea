"""Reviewing an urgent authority."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from deployments import permissions, step_up, urgent
from deployments.forms.variation import ReviewForm
from deployments.lifecycle import Refused
from deployments.views.access import person_of, visible_deployment
from deployments.views.detail import render_detail

_DONE = {
    "confirm": (urgent.confirm, "Confirmed. The authority lasts to the end of its window."),
    "withdraw": (urgent.withdraw, "Withdrawn. Nothing runs on it any more."),
}


@login_required
@require_POST
def review_urgent(request: HttpRequest, uuid: UUID) -> HttpResponse:
    deployment = visible_deployment(request, uuid)
    if permissions.can_review_urgent(person_of(request), deployment):
        step_up.require_fresh_proof(request)
    form = ReviewForm(request.POST)
    if not form.is_valid() and permissions.can_review_urgent(person_of(request), deployment):
        return render_detail(request, deployment, review=form)
    if not form.is_valid():
        messages.error(request, str(next(iter(form.errors.values()))[0]))
        return redirect("deployments:detail", uuid=deployment.uuid)
    decide, done = _DONE[form.cleaned_data["decision"]]
    try:
        decide(deployment, by=person_of(request), reasons=form.cleaned_data["reasons"])
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, done)
    return redirect("deployments:detail", uuid=deployment.uuid)
