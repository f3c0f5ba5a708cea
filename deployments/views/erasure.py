"""What is held, what is due, what is overdue and what was erased: for whoever answers for it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from deployments import erasure_days, permissions, policy_annex
from deployments.erasure_chart import falling_due
from deployments.footage import holds
from deployments.image_store import TAKES_NO_IMAGES
from deployments.models import ErasureRecord, StoredImage, WatchlistEntry
from deployments.overdue import GRACE
from deployments.reconciliation import reconcile
from deployments.retention import DAY, RULES, Due, Rule
from deployments.views.access import person_of, require

PAGE_SIZE = 25
SOONEST = 50
REFUSAL = (
    "Only auditors, inspectors, authorising officers and system administrators read what is erased."
)


@dataclass(frozen=True, slots=True)
class KindHeld:
    rule: Rule
    held: int
    within_a_day: int
    overdue: int
    next_due: datetime


@login_required
@never_cache
@require_safe
def erasure(request: HttpRequest) -> HttpResponse:
    require(REFUSAL, allowed=permissions.can_read_erasure(person_of(request)))
    now = timezone.now()
    found = reconcile(now=now)
    kind = request.GET.get("kind", "")
    records = ErasureRecord.objects.all()
    if kind in RULES:
        records = records.filter(kind=kind)
    page = Paginator(erasure_days.by_day(records), PAGE_SIZE).get_page(request.GET.get("page"))
    context = {
        "found": found,
        "chart": falling_due(found.held, now=now),
        "kinds": _by_kind(found.held, now),
        "soonest": found.held[:SOONEST],
        "hidden": max(0, len(found.held) - SOONEST),
        "not_yet": _without_a_clock(),
        "holds": _holds(),
        "holds_overdue": holds.overdue().count(),
        "page": page,
        "erased_lines": erasure_days.lines(page.object_list),
        "rules": RULES,
        "erasable": [rule for rule in RULES.values() if rule.maximum is not None],
        "kind": kind,
        "query": f"kind={kind}" if kind in RULES else "",
        "now": now,
        "late_since": now - GRACE,
    }
    return render(request, "deployments/erasure.html", context)


@login_required
@require_safe
def annex(request: HttpRequest) -> HttpResponse:
    require(REFUSAL, allowed=permissions.can_read_erasure(person_of(request)))
    response = HttpResponse(policy_annex.as_pdf(), content_type="application/pdf")
    response["Content-Disposition"] = 'attachment; filename="retention-annex.pdf"'
    return response


def _by_kind(held: Sequence[Due], now: datetime) -> list[KindHeld]:
    found = []
    for kind, rule in RULES.items():
        dues = [due for due in held if due.rule.kind == kind]
        if dues:
            found.append(
                KindHeld(
                    rule=rule,
                    held=sum(due.count for due in dues),
                    within_a_day=sum(due.count for due in dues if due.due_at <= now + DAY),
                    overdue=sum(due.count for due in dues if due.due_at <= now - GRACE),
                    next_due=min(due.due_at for due in dues),
                )
            )
    return found


def _holds() -> list[dict[str, object]]:
    """Ground and dates alone: why somebody holds it may name somebody."""
    found = holds.still_open().select_related("deployment")[:SOONEST]
    return [{"hold": each, "is_overdue": holds.is_overdue(each)} for each in found]


def _without_a_clock() -> dict[str, int]:
    """Of deployments that are not over: their time has not begun."""
    return {
        "entries": WatchlistEntry.objects.exclude(deployment__status__in=TAKES_NO_IMAGES).count(),
        "images": StoredImage.objects.exclude(deployment__status__in=TAKES_NO_IMAGES).count(),
    }
