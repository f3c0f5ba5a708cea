"""Changing what was authorised: written by the applicant, decided by another officer."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from deployments import permissions, step_up, variations
from deployments.expectation_view import expected
from deployments.forms.variation import VariationDecisionForm, VariationForm
from deployments.forms.zones import zone_forms
from deployments.lifecycle import Refused
from deployments.models import Camera, Deployment, Variation
from deployments.variation_words import compared
from deployments.views.access import person_of, require, visible_deployment
from deployments.zones import zone_from


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def vary(request: HttpRequest, uuid: UUID) -> HttpResponse:
    deployment = visible_deployment(request, uuid)
    require(
        "Only its applicant varies an authority, while it may still run.",
        allowed=permissions.can_vary(person_of(request), deployment),
    )
    form = VariationForm(request.POST or None, deployment=deployment)
    is_valid = form.is_valid()
    zones = zone_forms(form.used(), request.POST or None, is_required=True)
    if is_valid and all(each.is_valid() for each in zones):
        try:
            variations.propose(
                deployment,
                form.terms(zones),
                by=person_of(request),
                reasons=form.cleaned_data["reasons"],
            )
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, "Written down. An authorising officer decides next.")
            return redirect("deployments:detail", uuid=deployment.uuid)
    context = {
        "deployment": deployment,
        "form": form,
        "zone_forms": zones,
        "can_view_stills": permissions.can_view_stills(person_of(request)),
    }
    return render(request, "deployments/vary.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def variation(request: HttpRequest, uuid: UUID, pk: int) -> HttpResponse:
    """What would change, and the decision."""
    deployment = visible_deployment(request, uuid)
    found = _variation(deployment, pk)
    if request.method == "POST" and permissions.can_decide_variation(
        person_of(request), deployment
    ):
        step_up.require_fresh_proof(request)
    form = VariationDecisionForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            _decide(request, found, form)
        except Refused as refusal:
            messages.error(request, str(refusal))
        else:
            return redirect("deployments:detail", uuid=deployment.uuid)
    person = person_of(request)
    can_decide = found.status == "submitted" and permissions.can_decide_variation(
        person, deployment
    )
    context = {
        "deployment": deployment,
        "variation": found,
        "lines": (lines := compared(found)),
        "expected": _expected(deployment, found, {line.name for line in lines}),
        "shows_zones": any(line.name == "zones" for line in lines),
        "used_cameras": _cameras(found),
        "can_view_stills": permissions.can_view_stills(person),
        "form": form if can_decide else None,
        "can_withdraw": found.status == "submitted" and found.written_by_id == person.pk,
    }
    return render(request, "deployments/variation.html", context)


@login_required
@require_POST
def withdraw_variation(request: HttpRequest, uuid: UUID, pk: int) -> HttpResponse:
    deployment = visible_deployment(request, uuid)
    try:
        variations.withdraw(_variation(deployment, pk), by=person_of(request))
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, "The variation is withdrawn.")
    return redirect("deployments:detail", uuid=deployment.uuid)


def _decide(request: HttpRequest, found: Variation, form: VariationDecisionForm) -> None:
    person, reasons = person_of(request), form.cleaned_data["reasons"]
    if form.cleaned_data["decision"] == "refuse":
        variations.refuse(found, by=person, reasons=reasons)
        messages.success(request, "Refused, with your reasons on record.")
        return
    variations.authorise(
        found,
        by=person,
        reasons=reasons,
        short_notice_reason=form.cleaned_data["short_notice_reason"],
    )
    messages.success(request, "Authorised. The new terms are in force from this moment.")


def _expected(deployment: Deployment, found: Variation, changed: set[str]) -> object:
    """The false alerts that the change brings, where it touches what they come from."""
    if not changed & {"threshold", "watchlist_cap", "starts_at", "ends_at"}:
        return None
    proposed = variations.as_proposed(deployment, found)
    return expected(proposed, profile=proposed.profile, threshold=proposed.threshold)


def _cameras(found: Variation) -> list[dict[str, object]]:
    """Each camera with its zone as the variation has it."""
    cameras = Camera.objects.select_related("still").filter(pk__in=found.camera_ids)
    return [
        {"camera": camera, "zone": zone_from(found.zones[str(camera.pk)])}
        for camera in cameras.order_by("name")
        if str(camera.pk) in found.zones
    ]


def _variation(deployment: Deployment, pk: int) -> Variation:
    found = (
        deployment.variations.select_related("written_by", "decided_by", "deployment")
        .filter(pk=pk)
        .first()
    )
    if found is None:
        raise Http404("There is no such variation.")
    return found
