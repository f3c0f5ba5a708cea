"""People who ask for the footage in which they are seen: what is due, what there is of a place and
time, and opening a request."""

from datetime import datetime
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from deployments import permissions
from deployments.footage import retention
from deployments.forms.subject_access import FindForm, OpenForm
from deployments.models import Deployment, SubjectAccessRequest, User
from deployments.moving import Refused
from deployments.subject_access import finding, requests
from deployments.views.access import person_of, require, visible_deployment

PER_PAGE = 50


@login_required
@never_cache
@require_safe
def subject_access(request: HttpRequest) -> HttpResponse:
    """What waits for its answer, soonest first; and what there is of a place and time."""
    person = person_of(request)
    require(requests.ONLY, allowed=permissions.can_answer_subject_access(person))
    form = FindForm(request.GET if request.GET.get("begins") is not None else None)
    is_asked = form.is_bound and form.is_valid()
    rows = SubjectAccessRequest.objects.select_related("deployment", "camera")
    page = Paginator(rows.exclude(ended_at=None).order_by("-ended_at"), PER_PAGE).get_page(
        request.GET.get("page")
    )
    context = {
        "form": form,
        "is_asked": is_asked,
        "found": _found(form, person) if is_asked else [],
        "waiting": [
            {"request": each, "is_overdue": requests.is_overdue(each)}
            for each in rows.filter(ended_at=None)
        ],
        "page": page,
        "period": retention.period(),
    }
    return render(request, "deployments/subject_access.html", context)


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def open_request(request: HttpRequest, uuid: UUID) -> HttpResponse:
    deployment = answerable(request, uuid)
    sent = request.POST if request.method == "POST" else None
    form = OpenForm(sent, deployment=deployment, initial=_initial(request, deployment))
    if form.is_valid():
        try:
            made = requests.open_request(deployment, form.asked(), by=person_of(request))
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, f"Opened. The answer is due on {made.due_on:%-d %B %Y}.")
            return redirect("deployments:subject_access_request", uuid=deployment.uuid, pk=made.pk)
    context = {"deployment": deployment, "form": form}
    return render(request, "deployments/subject_access_open.html", context)


def answerable(request: HttpRequest, uuid: UUID) -> Deployment:
    deployment = visible_deployment(request, uuid)
    require(requests.ONLY, allowed=permissions.can_play_footage(person_of(request), deployment))
    return deployment


def request_of(request: HttpRequest, uuid: UUID, pk: int) -> SubjectAccessRequest:
    deployment = answerable(request, uuid)
    rows = deployment.subject_access.select_related(
        "deployment", "camera", "hold", "disclosure", "opened_by", "reviewed_by", "ended_by"
    )
    return get_object_or_404(rows, pk=pk)


def _found(form: FindForm, person: User) -> list[dict[str, object]]:
    given = form.cleaned_data
    found = finding.find(
        begins=given["begins"], ends=given["ends"], words=given["words"], by=person
    )
    return [
        {
            "camera": each,
            "query": urlencode(
                {
                    "camera": each.camera.pk,
                    "begins": _as_typed(max(given["begins"], each.deployment.starts_at)),
                    "ends": _as_typed(min(given["ends"], each.deployment.ends_at)),
                }
            ),
        }
        for each in found
    ]


def _initial(request: HttpRequest, deployment: Deployment) -> dict[str, object]:
    """What was looked for; what makes no sense is the form's affair."""
    wanted = Q(pk=camera) if (camera := request.GET.get("camera", "")).isdigit() else Q()
    return {
        "camera": deployment.cameras.filter(wanted).order_by("name").first(),
        "begins": request.GET.get("begins") or _as_typed(deployment.starts_at),
        "ends": request.GET.get("ends") or "",
        "received_on": timezone.localdate(),
    }


def _as_typed(moment: datetime) -> str:
    return timezone.localtime(moment).strftime("%Y-%m-%dT%H:%M")
