"""Writing an application step by step. Each step saves the draft, so that it can be left and taken
up again; the last one reads it whole and submits it."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from deployments import applications, permissions
from deployments.application_steps import (
    BY_NAME,
    STEPS,
    first_unfinished,
    step_after,
    what_is_missing,
)
from deployments.expectation_view import expected
from deployments.forms.application import FORMS, CamerasForm, StepForm
from deployments.forms.zones import zone_forms
from deployments.lifecycle import Refused
from deployments.models import Deployment, User
from deployments.views.access import person_of, require, visible_deployment
from deployments.views.application_facts import facts_of

FIRST = STEPS[0].name
NOT_YOURS = "Only its applicant may change an application, and only before it is submitted."


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def apply(request: HttpRequest) -> HttpResponse:
    """The first step of an application that does not exist until it is saved."""
    person = person_of(request)
    require("Only applicants write applications.", allowed=permissions.can_apply(person))
    form = FORMS[FIRST](request.POST if request.method == "POST" else None, deployment=None)
    if request.method == "POST" and form.is_valid():
        draft = applications.begin(by=person)
        _save(draft, form, by=person)
        return _onwards(request, draft, FIRST)
    return _render(request, None, FIRST, {"form": form})


@login_required
@require_safe
def edit(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Where it was left: the first step that lacks something, or the whole to read."""
    deployment = _editable(request, uuid)
    unfinished = first_unfinished(deployment)
    if unfinished is None:
        return redirect("deployments:review", uuid=uuid)
    return redirect("deployments:step", uuid=uuid, name=unfinished)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def step(request: HttpRequest, uuid: UUID, name: str) -> HttpResponse:
    if name not in BY_NAME:
        raise Http404("An application has no such step.")
    deployment = _editable(request, uuid)
    if name == "zones":
        return _zones(request, deployment)
    form = FORMS[name](request.POST if request.method == "POST" else None, deployment=deployment)
    if request.method == "POST" and form.is_valid():
        try:
            _save(deployment, form, by=person_of(request))
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            return _onwards(request, deployment, name)
    return _render(request, deployment, name, {"form": form, **_beside(deployment, name)})


@login_required
@require_safe
def review(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """The whole application, and what it lacks with the way there."""
    deployment = _editable(request, uuid)
    context = {
        "missing": what_is_missing(deployment),
        **facts_of(deployment, person=person_of(request)),
    }
    return _render(request, deployment, "review", context)


@login_required
@require_POST
def submit(request: HttpRequest, uuid: UUID) -> HttpResponse:
    deployment = visible_deployment(request, uuid)
    require(
        "Only its applicant submits an application, and only once.",
        allowed=permissions.can_edit(person_of(request), deployment),
    )
    try:
        applications.submit_application(deployment, by=person_of(request))
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect("deployments:review", uuid=uuid)
    messages.success(request, "Submitted. An authorising officer decides next.")
    return redirect("deployments:detail", uuid=uuid)


def _editable(request: HttpRequest, uuid: UUID) -> Deployment:
    deployment = visible_deployment(request, uuid)
    require(NOT_YOURS, allowed=permissions.can_edit(person_of(request), deployment))
    return deployment


def _zones(request: HttpRequest, deployment: Deployment) -> HttpResponse:
    used = deployment.deploymentcamera_set.select_related("camera__still").order_by("camera__name")
    forms = zone_forms(used, request.POST if request.method == "POST" else None)
    mistaken = [form for form in forms if form.is_bound and not form.is_valid()]
    if request.method == "POST" and not mistaken:
        zones = {form.used.camera_id: form.zone() for form in forms}
        try:
            applications.draw_zones(deployment, zones, by=person_of(request))
        except Refused as refusal:
            messages.error(request, str(refusal))
        else:
            return _onwards(request, deployment, "zones")
    return _render(
        request,
        deployment,
        "zones",
        {"zone_forms": forms, "form": mistaken[0] if mistaken else None},
    )


def _save(deployment: Deployment, form: StepForm, *, by: User) -> None:
    if isinstance(form, CamerasForm):
        given = form.cleaned_data
        applications.choose_cameras(deployment, given["cameras"], recorded=given["recorded"], by=by)
    else:
        applications.write(deployment, form.values(), by=by)


def _onwards(request: HttpRequest, deployment: Deployment, name: str) -> HttpResponse:
    if request.POST.get("action") == "leave":
        messages.success(request, "Saved as a draft. Nobody else sees it until you submit it.")
        return redirect("deployments:detail", uuid=deployment.uuid)
    if request.POST.get("action") == "stay":
        return redirect("deployments:step", uuid=deployment.uuid, name=name)
    following = step_after(name)
    if following is None:
        return redirect("deployments:review", uuid=deployment.uuid)
    return redirect("deployments:step", uuid=deployment.uuid, name=following)


def _beside(deployment: Deployment, name: str) -> dict[str, object]:
    """What a step shows beside its fields."""
    if name != "recognition":
        return {}
    form = FORMS[name](None, deployment=deployment)
    profile, threshold = form.initial["profile"], form.initial["threshold"]
    return {"expected": expected(deployment, profile=profile, threshold=threshold)}


def _is_done(step: str, unfinished: set[str] | None) -> bool:
    """Zones are drawn for cameras: before there is one, nothing is done there either."""
    if unfinished is None or step in unfinished:
        return False
    return step != "zones" or "cameras" not in unfinished


def _render(
    request: HttpRequest, deployment: Deployment | None, name: str, context: dict[str, object]
) -> HttpResponse:
    """A page of the form with its list of steps."""
    unfinished = {each.step for each in what_is_missing(deployment)} if deployment else None
    names = [each.name for each in STEPS]
    steps = [
        {
            "title": each.title,
            "href": _address(deployment, each.name),
            "is_current": each.name == name,
            "is_done": _is_done(each.name, unfinished),
        }
        for each in STEPS
    ]
    template = "review" if name == "review" else "zones" if name == "zones" else "step"
    page = {
        "deployment": deployment,
        "steps": steps,
        "name": name,
        "title": BY_NAME[name].title if name in BY_NAME else "Read and submit",
        "number": names.index(name) + 1 if name in BY_NAME else len(names) + 1,
        "count": len(names) + 1,
        "previous": _address(deployment, _before(name)),
        "can_view_stills": permissions.can_view_stills(person_of(request)),
        "is_whole": unfinished is not None and not unfinished,
    }
    return render(request, f"deployments/apply/{template}.html", page | context)


def _before(name: str) -> str | None:
    names = [each.name for each in STEPS]
    position = names.index(name) if name in names else len(names)
    return names[position - 1] if position else None


def _address(deployment: Deployment | None, name: str | None) -> str:
    if deployment is None or name is None:
        return ""
    return reverse("deployments:step", args=[deployment.uuid, name])
