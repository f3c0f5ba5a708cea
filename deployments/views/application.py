"""Writing and submitting an application."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from deployments import permissions
from deployments.applications import save_application, submit_application
from deployments.forms.application import ApplicationForm
from deployments.lifecycle import Refused
from deployments.models import Deployment
from deployments.views.access import person_of, require, visible_deployment


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def apply(request: HttpRequest) -> HttpResponse:
    allowed = permissions.can_apply(person_of(request))
    require("Only applicants write applications.", allowed=allowed)
    return _write(request, None)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, uuid: UUID) -> HttpResponse:
    deployment = visible_deployment(request, uuid)
    require(
        "Only its applicant may change an application, and only before it is submitted.",
        allowed=permissions.can_edit(person_of(request), deployment),
    )
    return _write(request, deployment)


@login_required
@require_POST
def submit(request: HttpRequest, uuid: UUID) -> HttpResponse:
    deployment = visible_deployment(request, uuid)
    require(
        "Only its applicant submits an application, and only once.",
        allowed=permissions.can_edit(person_of(request), deployment),
    )
    try:
        submit_application(deployment, by=person_of(request))
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, "Submitted. An authorising officer decides next.")
    return redirect("deployments:detail", uuid=deployment.uuid)


def _write(request: HttpRequest, deployment: Deployment | None) -> HttpResponse:
    if request.method != "POST":
        form = ApplicationForm(deployment=deployment)
    else:
        is_submitted = request.POST.get("action") == "submit"
        form = ApplicationForm(request.POST, deployment=deployment, is_draft=not is_submitted)
        if form.is_valid():
            saved = _save(request, form, deployment, is_submitted=is_submitted)
            if saved is not None:
                return redirect("deployments:detail", uuid=saved.uuid)
    return render(request, "deployments/apply.html", {"form": form, "deployment": deployment})


def _save(
    request: HttpRequest,
    form: ApplicationForm,
    deployment: Deployment | None,
    *,
    is_submitted: bool,
) -> Deployment | None:
    """Save, and submit where asked. What is saved stays saved when the submission is refused."""
    person = person_of(request)
    try:
        saved = save_application(form.application(), by=person, deployment=deployment)
    except Refused as refusal:
        form.add_error(None, str(refusal))
        return None
    if not is_submitted:
        messages.success(request, "Saved as a draft. Nobody else sees it until you submit it.")
        return saved
    try:
        submit_application(saved, by=person)
    except Refused as refusal:
        messages.error(request, f"Saved, but not submitted. {refusal}")
    else:
        messages.success(request, "Submitted. An authorising officer decides next.")
    return saved
