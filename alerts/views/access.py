"""Who may reach an alert over HTTP, and how a refusal is answered."""

from collections.abc import Callable
from functools import wraps
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.cache import cache_control
from structlog import get_logger

from alerts import permissions
from alerts.models import Alert
from alerts.presenters import alert_facts
from alerts.protocol import ActionAnswer
from alerts.queries import alert_with_facts
from deployments import audit
from deployments.enums import AuditKind
from deployments.models import User

log = get_logger(__name__)

# (request, person, alert), and what else the address holds.
AlertView = Callable[..., HttpResponseBase]
UuidView = Callable[..., HttpResponseBase]


def person_of(request: HttpRequest) -> User | None:
    return request.user if isinstance(request.user, User) and request.user.is_active else None


def wants_page(request: HttpRequest) -> bool:
    """A form sent by a browser without our script; a script is answered in JSON."""
    return "text/html" in request.headers.get("Accept", "")


def for_alert(view: AlertView) -> UuidView:
    """Resolve the alert, ask for the right to see it, and keep the answer out of every cache."""

    @wraps(view)
    @cache_control(private=True, no_store=True)
    def guarded(request: HttpRequest, uuid: UUID, **rest: str) -> HttpResponseBase:
        person = person_of(request)
        if person is None:
            return _signed_out(request)
        alert = Alert.objects.select_related("deployment").filter(uuid=uuid).first()
        if alert is None:
            _record_guess(person, view=view.__name__)
            raise Http404
        if not may_reach(person, alert):
            record_refusal(person, alert, view=view.__name__)
            return refusal(request, alert, "You may not see this alert.", status=403, facts=False)
        return view(request, person, alert, **rest)

    return guarded


def may_reach(person: User, alert: Alert) -> bool:
    is_open = alert.deployment.status in permissions.CONSOLE_STATES
    return is_open and permissions.can_view_alert(person, alert)


def record_refusal(person: User, alert: Alert, *, view: str) -> None:
    log.warning("alert_refused", view=view, alert=alert.pk, user=person.pk)
    audit.record(
        "alert.refused",
        kind=AuditKind.ACCESS,
        by=person,
        deployment=alert.deployment,
        subject=f"alert {alert.pk}",
        details={"view": view},
    )


def _record_guess(person: User, *, view: str) -> None:
    """Addresses of alerts are not told to whoever may not see them: this one was guessed."""
    log.warning("alert_guessed", view=view, user=person.pk)
    audit.record("alert.guessed", kind=AuditKind.ACCESS, by=person, details={"view": view})


def done(request: HttpRequest, alert: Alert) -> HttpResponse:
    if wants_page(request):
        return redirect(page_of(request, alert))
    return JsonResponse(_answer(alert))


def refusal(
    request: HttpRequest, alert: Alert, words: str, *, status: int = 409, facts: bool = True
) -> HttpResponse:
    """Say why, with the alert as it is now, so that a console can show who was quicker."""
    if wants_page(request) and facts:
        messages.error(request, words)
        return redirect(page_of(request, alert))
    answer = _answer(alert if facts else None)
    answer["error"] = words
    return JsonResponse(answer, status=status)


def page_of(request: HttpRequest, alert: Alert) -> str:
    person = person_of(request)
    is_operator = person is not None and permissions.can_open_console(person, alert.deployment)
    name = "alerts:console" if is_operator else "alerts:handheld"
    return reverse(name, args=[alert.deployment.uuid])


def _answer(alert: Alert | None) -> ActionAnswer:
    return {"alert": alert_facts(alert_with_facts(alert)) if alert else None}


def _signed_out(request: HttpRequest) -> HttpResponse:
    if wants_page(request) and request.method == "GET":
        return redirect_to_login(request.get_full_path())
    return JsonResponse({"alert": None, "error": "You are signed out."}, status=401)
