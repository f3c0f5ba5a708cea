"""Looking at an alert: its details and its images. Every look is an audited consultation."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_GET

from alerts import permissions
from alerts.enums import AlertStatus
from alerts.models import Alert
from alerts.presenters import alert_facts, identity_of, judgements_of, sources_of
from alerts.protocol import Detail
from alerts.queries import alert_with_facts
from alerts.views.access import for_alert, record_refusal, refusal
from deployments import audit, image_store
from deployments.encryption import Unreadable
from deployments.enums import AuditKind
from deployments.models import StoredImage, User
from deployments.step_up import shows_images

ERASED = "This alert was erased."


@require_GET
@for_alert
def detail(request: HttpRequest, person: User, alert: Alert) -> HttpResponse:
    """The alert and what was judged so far. `?identity=1` asks for the name as well, which is told
    to whoever judges the alert or was sent to the person."""
    if alert.is_erased:
        return refusal(request, alert, ERASED, status=410)
    with_identity = request.GET.get("identity") == "1"
    if with_identity and not may_know_identity(person, alert):
        record_refusal(person, alert, view="identity")
        return refusal(request, alert, "Claim this alert first.", status=403)
    alert = alert_with_facts(alert)
    answer: Detail = {
        "alert": alert_facts(alert),
        "sources": sources_of(alert),
        "judgements": judgements_of(alert),
        "identity": identity_of(alert) if with_identity else None,
    }
    _consulted(person, alert, what="identity" if with_identity else "facts")
    return JsonResponse(answer)


@require_GET
@shows_images
@for_alert
def image(request: HttpRequest, person: User, alert: Alert, which: str) -> HttpResponse:
    stored = _image_of(alert, which)
    if stored is None:
        return refusal(request, alert, ERASED, status=410)
    try:
        content = image_store.read(stored)
    except Unreadable:
        return refusal(request, alert, ERASED, status=410)
    _consulted(person, alert, what=which)
    return HttpResponse(
        content,
        content_type=stored.content_type,
        headers={
            "X-Content-Type-Options": "nosniff",
            "Content-Disposition": "inline",
            "Content-Security-Policy": "default-src 'none'; sandbox",
        },
    )


def may_know_identity(person: User, alert: Alert) -> bool:
    """After the operator's own first look, so only of a claimed alert; and the officers sent."""
    if permissions.can_judge(person, alert):
        return alert.status != AlertStatus.RAISED
    return alert.status in permissions.FIELD_STATES


def _image_of(alert: Alert, which: str) -> StoredImage | None:
    if alert.is_erased:
        return None
    if which == "candidate":
        return alert.entry.image if alert.entry else None
    return alert.probe if which == "probe" else alert.context


def _consulted(person: User, alert: Alert, *, what: str) -> None:
    audit.record(
        "alert.viewed",
        kind=AuditKind.CONSULTATION,
        by=person,
        deployment=alert.deployment,
        subject=f"alert {alert.pk}",
        details={"what": what},
    )
