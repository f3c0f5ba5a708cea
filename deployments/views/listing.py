"""The page each person works from: what waits for them, then everything else."""

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from deployments import permissions
from deployments.forms.listing import DeploymentFilter
from deployments.models import Deployment
from deployments.queries import deployments_visible_to, waiting_for
from deployments.views.access import person_of, require

PAGE_SIZE = 25


@login_required
@require_safe
def deployment_list(request: HttpRequest) -> HttpResponse:
    person = person_of(request)
    require("Your account has no role yet.", allowed=permissions.can_view_deployments(person))
    form = DeploymentFilter(request.GET)
    rows = _filtered(deployments_visible_to(person), form).select_related("applicant")
    pages = Paginator(rows.order_by("-starts_at", "-pk"), PAGE_SIZE)
    context = {
        "waiting": waiting_for(person),
        "page": pages.get_page(request.GET.get("page")),
        "form": form,
        "is_filtered": any(form.data.get(name) for name in ("q", "status")),
        "now": timezone.now(),
        "query": _query_without_page(request),
    }
    return render(request, "deployments/list.html", context)


def _filtered(rows: QuerySet[Deployment], form: DeploymentFilter) -> QuerySet[Deployment]:
    if not form.is_valid():
        return rows
    if text := form.cleaned_data["q"]:
        rows = rows.filter(Q(title__icontains=text) | Q(place__icontains=text))
    if status := form.cleaned_data["status"]:
        rows = rows.filter(status=status)
    return rows


def _query_without_page(request: HttpRequest) -> str:
    query = request.GET.copy()
    query.pop("page", None)
    return query.urlencode()
