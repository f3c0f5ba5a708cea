"""One deployment on one page: where it stands, what may be done, and what was done."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from deployments import erasure_days, lifecycle, permissions, publication, training, watchlist
from deployments.application_steps import what_is_missing
from deployments.enums import Status, VariationStatus
from deployments.forms.decision import DecisionForm
from deployments.forms.variation import ReviewForm
from deployments.models import Deployment, DeploymentResult, User, Variation
from deployments.retention import RULES, Rule, due_after_end
from deployments.variation_words import compared
from deployments.views.access import person_of, visible_deployment
from deployments.views.application_facts import facts_of
from deployments.views.checks import checks_for
from deployments.views.moves import moves_for

HAS_WATCHLIST = frozenset(
    {Status.AUTHORISED, Status.READY, Status.LIVE, Status.SUSPENDED, Status.ENDED}
)
STEPS_IN_WORDS = {"make_ready": "made ready", "start": "started", "resume": "resumed"}
RUNS = frozenset({Status.READY, Status.LIVE, Status.SUSPENDED, Status.ENDED})


@login_required
@require_safe
def detail(request: HttpRequest, uuid: UUID) -> HttpResponse:
    return render_detail(request, visible_deployment(request, uuid))


def render_detail(
    request: HttpRequest,
    deployment: Deployment,
    *,
    decision: DecisionForm | None = None,
    review: ReviewForm | None = None,
) -> HttpResponse:
    person = person_of(request)
    context = {
        "deployment": deployment,
        **facts_of(deployment, person=person),
        "authority_documents": deployment.authority_documents.defer("content", "pdf"),
        "changes": deployment.status_changes.select_related("by"),
        "moves": moves_for(person, deployment),
        "unexplained_stop": _unexplained_stop(person, deployment),
        "can_edit": (can_edit := permissions.can_edit(person, deployment)),
        "missing": what_is_missing(deployment) if can_edit else [],
        **checks_for(person, deployment),
        "start_records": _start_records(deployment),
        "decision": _decision(person, deployment, decision),
        "decides_urgently": permissions.can_decide_urgently(person, deployment),
        "review": _review(person, deployment, review),
        "variations": (varied := _variations(deployment)),
        "variation_to_decide": _variation_to_decide(person, deployment, varied),
        "can_vary": permissions.can_vary(person, deployment),
        "notice": _notice(deployment),
        "result": DeploymentResult.objects.filter(deployment=deployment).first(),
        **_watchlist(person, deployment),
        **_consoles(person, deployment),
        "shows_footage": _shows_footage(person, deployment),
        "retention": _retention(deployment),
        "urgent_review_hours": settings.URGENT_REVIEW_HOURS,
        "now": timezone.now(),
    }
    return render(request, "deployments/detail.html", context)


@login_required
@require_safe
@never_cache
def progress(request: HttpRequest, uuid: UUID) -> JsonResponse:
    """Counts and the status only: nothing about a person."""
    deployment = visible_deployment(request, uuid)
    state = watchlist.progress(deployment)
    return JsonResponse(
        {
            "status": deployment.status,
            "status_words": deployment.get_status_display(),
            "total": state.total,
            "pending": state.pending,
            "to_review": state.to_review,
            "enrolled": state.enrolled,
            "refused": state.refused,
            "returned": state.returned,
            "percent": state.percent,
            "is_done": state.is_done,
        }
    )


def _decision(
    person: User, deployment: Deployment, bound: DecisionForm | None
) -> DecisionForm | None:
    if permissions.can_decide_urgently(person, deployment):
        return bound or DecisionForm(is_urgent=True)
    return (bound or DecisionForm()) if permissions.can_decide(person, deployment) else None


def _review(person: User, deployment: Deployment, bound: ReviewForm | None) -> ReviewForm | None:
    if not permissions.can_review_urgent(person, deployment):
        return None
    return bound or ReviewForm()


def _variations(deployment: Deployment) -> list[dict[str, Any]]:
    """Latest first, each with what it changes."""
    found = deployment.variations.select_related("written_by", "decided_by", "deployment")
    return [{"variation": each, "lines": compared(each)} for each in found.order_by("-pk")]


def _variation_to_decide(
    person: User, deployment: Deployment, varied: list[dict[str, Any]]
) -> Variation | None:
    waiting = (each["variation"] for each in varied)
    found: Variation | None = next(
        (each for each in waiting if each.status == VariationStatus.SUBMITTED), None
    )
    if found is None or not permissions.can_decide_variation(person, deployment):
        return None
    return found


def _unexplained_stop(person: User, deployment: Deployment) -> object:
    """An emergency stop whose reason this person may add."""
    if not permissions.can_stop(person, deployment):
        return None
    return lifecycle.unexplained_stop(deployment)


def _start_records(deployment: Deployment) -> list[dict[str, object]]:
    """On what it was made ready, begun and resumed; whoever sees the deployment may read it."""
    return [
        {
            "at": record.at,
            "by": record.by,
            "words": STEPS_IN_WORDS.get(record.transition, record.transition),
            "checks": record.checks,
        }
        for record in deployment.start_check_records.select_related("by")
    ]


def _notice(deployment: Deployment) -> dict[str, object]:
    return {
        "is_in_time": publication.is_notice_in_time(deployment),
        "lead": publication.notice_lead(deployment),
    }


def _watchlist(person: User, deployment: Deployment) -> dict[str, object]:
    if deployment.status not in HAS_WATCHLIST:
        return {"progress": None}
    return {
        "progress": watchlist.progress(deployment),
        "can_view_watchlist": permissions.can_view_watchlist(person, deployment),
        "can_manage_watchlist": permissions.can_manage_watchlist(person, deployment),
    }


def _consoles(person: User, deployment: Deployment) -> dict[str, bool | str]:
    """The alerts app asks again; here it is only which links to show."""
    runs = deployment.status in RUNS
    may_be_briefed = permissions.can_be_briefed(person, deployment)
    return {
        "shows_briefing": may_be_briefed,
        "untrained_words": training.why_no_alert(person) if may_be_briefed else "",
        "needs_briefing": may_be_briefed and not training.is_briefed(person, deployment),
        "shows_console": runs and permissions.can_operate(person),
        "shows_handheld": runs and permissions.can_engage(person),
    }


def _shows_footage(person: User, deployment: Deployment) -> bool:
    if not permissions.can_see_footage_account(person, deployment):
        return False
    recorded = deployment.deploymentcamera_set.filter(records_cctv=True)
    return recorded.exists() or deployment.footage.exists()


def _retention(deployment: Deployment) -> list[dict[str, object]]:
    """Each kind whose clock is the end, with its due date and what was erased already."""
    if deployment.status in {Status.DRAFT, Status.SUBMITTED, Status.RETURNED, Status.REFUSED}:
        return []
    erased: dict[str, list[object]] = {}
    for line in erasure_days.lines(erasure_days.by_day(deployment.erasures.all())):
        erased.setdefault(line.kind, []).append(line)
    return [
        {"rule": rule, "due_at": _due(deployment, rule), "erasures": erased.get(rule.kind, [])}
        for rule in RULES.values()
        if rule.period is not None and not rule.forgets_itself and not rule.is_of_no_deployment
    ]


def _due(deployment: Deployment, rule: Rule) -> datetime | None:
    return due_after_end(deployment, rule.kind) if rule.clock.startswith("the end") else None
