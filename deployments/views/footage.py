"""What was recorded of a deployment: the account of it, looking, keeping, handing over."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import Exists, Max, Min, OuterRef, Q, QuerySet, Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from deployments import permissions, step_up
from deployments.enums import FootageGround
from deployments.footage import chain, disclosures, holds, playback, retention
from deployments.forms.footage import (
    HandOverForm,
    HoldForm,
    HoldReviewForm,
    LookForm,
    RangeForm,
)
from deployments.lifecycle import Refused
from deployments.models import Deployment, FootageHeld, FootageHold, FootageSegment
from deployments.step_up import shows_images
from deployments.views.access import person_of, require, visible_deployment

PER_PAGE = 50
FORMS: dict[str, Callable[[Any], LookForm | HoldForm | HandOverForm]] = {
    "look": LookForm,
    "hold": HoldForm,
    "hand_over": HandOverForm,
}


def accountable(request: HttpRequest, uuid: UUID) -> Deployment:
    deployment = visible_deployment(request, uuid)
    require(
        "Only disclosure officers, authorising officers and auditors see what was recorded.",
        allowed=permissions.can_see_footage_account(person_of(request), deployment),
    )
    return deployment


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@shows_images
def footage(request: HttpRequest, uuid: UUID) -> HttpResponse:
    deployment = accountable(request, uuid)
    chosen = RangeForm(request.GET, deployment=deployment)
    segments = _within(deployment, chosen)
    action = request.POST.get("action", "")
    forms = {name: make(request.POST if name == action else None) for name, make in FORMS.items()}
    if action in forms and forms[action].is_valid() and chosen.is_valid():
        try:
            return _done(request, deployment, segments, forms[action], chosen.span)
        except Refused as refusal:
            forms[action].add_error(None, str(refusal))
    return _render(request, deployment, chosen, segments, forms, sent=action)


@login_required
@require_POST
def review_hold(request: HttpRequest, uuid: UUID, pk: int) -> HttpResponse:
    """Keep it until another day, or release it."""
    deployment = accountable(request, uuid)
    found = get_object_or_404(deployment.footage_holds, pk=pk)
    form = HoldReviewForm(request.POST, prefix=f"hold-{pk}")
    try:
        if not form.is_valid():
            raise Refused(next(iter(form.errors.values()))[0])
        _review(request, found, form.cleaned_data)
    except Refused as refusal:
        messages.error(request, str(refusal))
    return redirect("deployments:footage", uuid=deployment.uuid)


def _review(request: HttpRequest, found: FootageHold, given: dict[str, Any]) -> None:
    person, reason = person_of(request), given["reason"]
    if request.POST.get("action") == "release":
        holds.release(found, reason=reason, by=person)
        messages.success(request, "Released. What is beyond its period is erased now.")
        return
    if given["review_on"] is None:
        raise Refused("Say by when it is reviewed again.")
    holds.extend(found, review_on=given["review_on"], reason=reason, by=person)
    messages.success(request, "Reviewed, with your reason on record.")


def _done(
    request: HttpRequest,
    deployment: Deployment,
    segments: QuerySet[FootageSegment],
    form: LookForm | HoldForm | HandOverForm,
    span: holds.Span,
) -> HttpResponse:
    """Raises Refused."""
    person, given = person_of(request), form.cleaned_data
    ground, reason = FootageGround(given["ground"]), given["reason"]
    chosen = list(segments.filter(erased_at=None).exclude(number=None))
    if isinstance(form, HoldForm):
        holds.hold(
            deployment,
            chosen,
            span=span,
            ground=ground,
            reason=reason,
            review_on=given["review_on"],
            by=person,
        )
        messages.success(request, "Held. It stays until the hold is released.")
    elif isinstance(form, HandOverForm):
        step_up.require_fresh_proof(request)
        handover = disclosures.Handover(
            ground, given["recipient"], reason, given["recipient_person"]
        )
        disclosures.disclose(deployment, chosen, handover, by=person)
        messages.success(request, "On record and signed. Download the export below.")
    else:
        playback.open_segments(
            deployment, chosen, ground=ground, reason=reason, by=person, session=request.session
        )
        return redirect("deployments:footage_player", uuid=deployment.uuid)
    return redirect("deployments:footage", uuid=deployment.uuid)


def _within(deployment: Deployment, chosen: RangeForm) -> QuerySet[FootageSegment]:
    """What overlaps the camera and the time asked for; nothing where they make no sense."""
    there = deployment.footage.select_related("camera").order_by("started_at", "camera_id")
    if not chosen.is_valid():
        return there.none()
    given = chosen.cleaned_data
    if given["camera"]:
        there = there.filter(camera=given["camera"])
    if given["begins"]:
        there = there.filter(Q(ended_at=None) | Q(ended_at__gt=given["begins"]))
    if given["ends"]:
        there = there.filter(started_at__lt=given["ends"])
    return there


def _render(
    request: HttpRequest,
    deployment: Deployment,
    chosen: RangeForm,
    segments: QuerySet[FootageSegment],
    forms: dict[str, LookForm | HoldForm | HandOverForm],
    *,
    sent: str,
) -> HttpResponse:
    person = person_of(request)
    held = FootageHeld.objects.filter(segment=OuterRef("pk"), hold__released_at=None)
    page = Paginator(segments.annotate(is_held=Exists(held)), PER_PAGE).get_page(
        request.GET.get("page")
    )
    there = segments.filter(erased_at=None).exclude(number=None)
    query = request.GET.copy()
    query.pop("page", None)
    context = {
        "deployment": deployment,
        "range": chosen,
        "page": page,
        "query": query.urlencode(),
        "rows": [{"segment": each, "due_at": retention.due_at(each)} for each in page],
        "chosen": there.aggregate(
            first=Min("started_at"), last=Max("ended_at"), bytes=Sum("byte_count")
        )
        | {"count": there.count()},
        "is_coming": chosen.is_valid() and chosen.span.is_coming(deployment),
        "forms": forms,
        "sent": sent,
        "form": forms.get(sent),
        "can_play": permissions.can_play_footage(person, deployment),
        "can_hold": permissions.can_hold_footage(person, deployment),
        "most_played": playback.MAX_SEGMENTS,
        "gaps": deployment.footage_gaps.select_related("camera"),
        "holds": _holds(deployment),
        "disclosures": deployment.disclosures.select_related("disclosed_by", "subject_access"),
        "verification": chain.verify(deployment),
        "period": retention.period(),
        "is_recorded": deployment.deploymentcamera_set.filter(records_cctv=True).exists(),
        "second": timedelta(seconds=1),
    }
    return render(request, "deployments/footage.html", context)


def _holds(deployment: Deployment) -> list[dict[str, object]]:
    found = deployment.footage_holds.select_related("held_by", "released_by", "camera")
    found = found.prefetch_related("segments")
    return [
        {
            "hold": each,
            "numbers": sorted(segment.number or 0 for segment in each.segments.all()),
            "is_overdue": holds.is_overdue(each),
            "is_coming": holds.is_coming(each, deployment),
            "form": HoldReviewForm(prefix=f"hold-{each.pk}"),
        }
        for each in found
    ]
