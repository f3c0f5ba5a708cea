"""Authorising, refusing or returning an application."""

from collections.abc import Callable
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from deployments import lifecycle, permissions, step_up, urgent
from deployments.applications import impose_conditions, withhold_notice
from deployments.forms.decision import DecisionForm
from deployments.lifecycle import Refused
from deployments.models import Deployment, User
from deployments.views.access import person_of, visible_deployment
from deployments.views.detail import render_detail

_TRANSITIONS: dict[str, tuple[Callable[..., Deployment], str]] = {
    "authorise": (lifecycle.authorise, "Authorised. What was applied for is frozen from now on."),
    "authorise_urgently": (
        urgent.authorise,
        "Authorised on the urgent route. A superintendent or above reviews it by the deadline.",
    ),
    "return": (lifecycle.return_to_applicant, "Returned to the applicant with your reasons."),
    "refuse": (lifecycle.refuse, "Refused, with your reasons on record."),
}


@login_required
@require_POST
def decide(request: HttpRequest, uuid: UUID) -> HttpResponse:
    deployment = visible_deployment(request, uuid)
    is_urgent = permissions.can_decide_urgently(person_of(request), deployment)
    if is_urgent or permissions.can_decide(person_of(request), deployment):
        step_up.require_fresh_proof(request)
    form = DecisionForm(request.POST, is_urgent=is_urgent)
    if form.is_valid():
        try:
            _decide(deployment, form, by=person_of(request))
        except Refused as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, _TRANSITIONS[form.cleaned_data["decision"]][1])
            return redirect("deployments:detail", uuid=deployment.uuid)
    deployment.refresh_from_db()
    return render_detail(request, deployment, decision=form)


def _decide(deployment: Deployment, form: DecisionForm, *, by: User) -> None:
    """The notice is withheld in the transaction of the authority, or not at all."""
    decision = form.cleaned_data["decision"]
    withheld = form.cleaned_data.get("withhold_notice_reason", "")
    with transaction.atomic():
        if decision.startswith("authorise") and form.cleaned_data["conditions"]:
            impose_conditions(deployment, by=by, conditions=form.cleaned_data["conditions"])
        if decision.startswith("authorise") and withheld:
            withhold_notice(deployment, by=by, reason=withheld)
        transition, _ = _TRANSITIONS[decision]
        transition(deployment, by=by, reasons=form.cleaned_data["reasons"])
