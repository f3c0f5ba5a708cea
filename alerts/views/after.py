"""After the shift: the timeline of a deployment, with figures, on the screen, on paper and as CSV.
It names nobody who was sought, so whoever may know of the deployment may read it."""

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from alerts.timeline.drawing import drawing_of
from alerts.timeline.figures import figures_of
from alerts.timeline.filters import SIGHTINGS, TimelineFilter
from alerts.timeline.rows import timeline
from alerts.timeline.sheet import as_csv
from deployments import audit
from deployments.enums import AuditKind
from deployments.views.access import person_of, visible_deployment

ROWS_A_PAGE = 200


@login_required
@never_cache
@require_safe
def page(request: HttpRequest, uuid: UUID) -> HttpResponse:
    deployment = visible_deployment(request, uuid)
    rows = timeline(deployment)
    form = TimelineFilter(request.GET, rows=rows)
    chosen = form.chosen(rows)
    query = request.GET.copy()
    query.pop("page", None)
    with_sightings = query.copy()
    with_sightings[SIGHTINGS] = "on"
    context = {
        "deployment": deployment,
        "form": form,
        "query": query.urlencode(),
        "left_out": chosen.left_out,
        "with_sightings": with_sightings.urlencode(),
        "page": Paginator(chosen.rows, ROWS_A_PAGE).get_page(request.GET.get("page")),
        "drawings": [drawing_of(figure) for figure in figures_of(deployment)],
        "is_erased": deployment.alerts.exclude(erased_at=None).exists(),
    }
    return render(request, "alerts/timeline.html", context)


@login_required
@never_cache
@require_safe
def sheet(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """What the page shows with the same filter, all of it. Leaving the system, it is recorded."""
    deployment = visible_deployment(request, uuid)
    rows = timeline(deployment)
    chosen = TimelineFilter(request.GET, rows=rows).chosen(rows)
    audit.record(
        "timeline.exported",
        kind=AuditKind.DISCLOSURE,
        by=person_of(request),
        deployment=deployment,
        reason="Taken away by the person who acts, to account for the deployment.",
        details={"rows": len(chosen.rows), "sightings_left_out": chosen.left_out},
    )
    name = f"timeline-{deployment.starts_at:%Y-%m-%d}-{str(deployment.uuid)[:8]}.csv"
    return HttpResponse(
        as_csv(chosen.rows),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )
