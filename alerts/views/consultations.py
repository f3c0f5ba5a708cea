"""Looking at an alert: its details and its images. Every look is an audited consultation."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_GET

from alerts import drafts, permissions
from alerts.details import field_times_of, identity_of, judgements_of, second_of, sources_of
from alerts.enums import AlertStatus
from alerts.models import Alert, FirstLook
from alerts.presenters import alert_facts
from alerts.protocol import Detail
from alerts.queries import alert_with_facts
from alerts.transitions import WEIGHED
from alerts.views.access import for_alert, record_refusal, refusal
from deployments import audit, image_store
from deployments.encryption import Unreadable
from deployments.enums import AuditKind
from deployments.models import StoredImage, User
from deployments.step_up import shows_images

ERASED = "This alert was erased."
# Why an alert is looked at follows from where it stands (Data Protection Act 2018, s. 62).
JUDGING, MEETING, ACCOUNTING = (
    "Judging the alert.",
    "Meeting the person whom officers were sent to.",
    "Accounting for what was decided of the alert.",
)
PURPOSES = {
    AlertStatus.RAISED: JUDGING,
    AlertStatus.CLAIMED: JUDGING,
    AlertStatus.SECOND_LOOK: JUDGING,
    AlertStatus.CONFIRMED: JUDGING,
    AlertStatus.DISPATCHED: MEETING,
    AlertStatus.ENGAGED: MEETING,
    AlertStatus.DISMISSED: ACCOUNTING,
    AlertStatus.NOT_LOCATED: ACCOUNTING,
    AlertStatus.RESOLVED: ACCOUNTING,
    AlertStatus.NOT_SOUGHT: ACCOUNTING,
}


@require_GET
@for_alert
def detail(request: HttpRequest, person: User, alert: Alert) -> HttpResponse:
    """The alert and what was judged so far. `?identity=1` asks for the name as well, which is told
    to whoever judges the alert or was sent to the person."""
    if alert.is_erased:
        return refusal(request, alert, ERASED, status=410)
    with_identity = request.GET.get("identity") == "1"
    if with_identity and (words := why_identity_is_kept(person, alert)):
        record_refusal(person, alert, view="identity")
        return refusal(request, alert, words, status=403)
    alert = alert_with_facts(alert)
    answer: Detail = {
        "alert": alert_facts(alert),
        "sources": sources_of(alert),
        "looked": has_looked(person, alert),
        "draft": drafts.draft_of(alert, by=person),
        "field": field_times_of(alert),
        "second": second_of(alert, seen_by=person),
        "judgements": judgements_of(alert, seen_by=person),
        "identity": identity_of(alert) if with_identity else None,
    }
    _consulted(person, alert, what="identity" if with_identity else "facts")
    return JsonResponse(answer)


@require_GET
@for_alert
@shows_images
def image(request: HttpRequest, person: User, alert: Alert, which: str) -> HttpResponse:
    return _picture(request, person, alert, _image_of(alert, which), what=which)


@require_GET
@for_alert
@shows_images
def other_image(request: HttpRequest, person: User, alert: Alert, rank: int) -> HttpResponse:
    """Somebody else on the list who is almost as similar: for operators, who compare."""
    if not permissions.can_open_console(person, alert.deployment):
        record_refusal(person, alert, view="other_image")
        return refusal(request, alert, "Only operators compare with others.", status=403)
    other = alert.others.select_related("entry__image").filter(rank=rank).first()
    stored = other.entry.image if other is not None else None
    return _picture(request, person, alert, stored, what=f"other-{rank}")


def _picture(
    request: HttpRequest, person: User, alert: Alert, stored: StoredImage | None, *, what: str
) -> HttpResponse:
    if stored is None:
        return refusal(request, alert, ERASED, status=410)
    try:
        content = image_store.read(stored)
    except Unreadable:
        return refusal(request, alert, ERASED, status=410)
    _consulted(person, alert, what=what)
    return HttpResponse(
        content,
        content_type=stored.content_type,
        headers={
            "X-Content-Type-Options": "nosniff",
            "Content-Disposition": "inline",
            "Content-Security-Policy": "default-src 'none'; sandbox",
        },
    )


def has_looked(person: User, alert: Alert) -> bool:
    return FirstLook.objects.filter(alert=alert, by=person).exists()


def why_identity_is_kept(person: User, alert: Alert) -> str:
    """In words; empty where the name may be told: to the operator who holds the alert, after their
    own first look, and to the officers sent."""
    if alert.status in permissions.FIELD_STATES:
        return ""
    if not permissions.can_judge(person, alert) or alert.status == AlertStatus.RAISED:
        return "Claim this alert first."
    if alert.status in WEIGHED and not has_looked(person, alert):
        return "Record your own first look before the name and the score are shown."
    return ""


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
        reason=PURPOSES[AlertStatus(alert.status)],
        details={"what": what},
    )
