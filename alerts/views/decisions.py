"""What people decide about an alert. Each calls the lifecycle once and answers with the alert."""

from collections.abc import Callable
from functools import wraps

from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_POST
from structlog import get_logger

from alerts import drafts, field, lifecycle, second_opinions
from alerts.forms import (
    DismissForm,
    DraftForm,
    EngageForm,
    JudgementForm,
    ResolveForm,
    SecondOpinionForm,
    SoughtForm,
)
from alerts.models import Alert
from alerts.views.access import UuidView, done, for_alert, refusal
from deployments.lifecycle import Refused
from deployments.models import User

log = get_logger(__name__)

Decision = Callable[[HttpRequest, User, Alert], object]


def decision(decide: Decision) -> UuidView:
    """A POST that answers with the alert; what the lifecycle refuses is told in its words."""

    @require_POST
    @for_alert
    @wraps(decide)
    def view(request: HttpRequest, person: User, alert: Alert) -> HttpResponse:
        try:
            decide(request, person, alert)
        except Refused as words:
            log.info("decision_refused", view=decide.__name__, alert=alert.pk, user=person.pk)
            return refusal(request, alert, str(words))
        return done(request, alert)

    return view


@decision
def claim(_: HttpRequest, person: User, alert: Alert) -> None:
    lifecycle.claim(alert, by=person)


@decision
def release(_: HttpRequest, person: User, alert: Alert) -> None:
    lifecycle.release(alert, by=person)


@decision
def look(request: HttpRequest, person: User, alert: Alert) -> None:
    form = JudgementForm(request.POST)
    _check(form)
    lifecycle.look_first(alert, by=person, findings=form.findings)


@decision
def draft(request: HttpRequest, person: User, alert: Alert) -> None:
    form = DraftForm(request.POST)
    _check(form)
    drafts.keep(alert, by=person, findings=form.findings, reason=form.cleaned_data["reason"])


@decision
def ask_second(_: HttpRequest, person: User, alert: Alert) -> None:
    second_opinions.ask(alert, by=person)


@decision
def answer_second(request: HttpRequest, person: User, alert: Alert) -> None:
    form = SecondOpinionForm(request.POST)
    _check(form)
    second_opinions.answer(
        alert, by=person, verdict=form.cleaned_data["verdict"], findings=form.findings
    )


@decision
def take_back_second(_: HttpRequest, person: User, alert: Alert) -> None:
    second_opinions.take_back(alert, by=person)


@decision
def undo(_: HttpRequest, person: User, alert: Alert) -> None:
    lifecycle.undo(alert, by=person)


@decision
def dismiss(request: HttpRequest, person: User, alert: Alert) -> None:
    form = DismissForm(request.POST)
    _check(form)
    lifecycle.dismiss(alert, by=person, reason=form.cleaned_data["reason"], findings=form.findings)


@decision
def confirm(request: HttpRequest, person: User, alert: Alert) -> None:
    form = JudgementForm(request.POST)
    _check(form)
    lifecycle.confirm(alert, by=person, findings=form.findings)


@decision
def dispatch(request: HttpRequest, person: User, alert: Alert) -> None:
    form = SoughtForm(request.POST)
    _check(form)
    lifecycle.dispatch(alert, by=person, **form.cleaned_data)


@decision
def not_sought(request: HttpRequest, person: User, alert: Alert) -> None:
    form = SoughtForm(request.POST)
    _check(form)
    lifecycle.close_not_sought(alert, by=person, source=form.cleaned_data["source"])


@decision
def acknowledge(_: HttpRequest, person: User, alert: Alert) -> None:
    field.acknowledge(alert, by=person)


@decision
def assess(request: HttpRequest, person: User, alert: Alert) -> None:
    field.assess(alert, by=person, view=request.POST.get("view", ""))


@decision
def engage(request: HttpRequest, person: User, alert: Alert) -> None:
    form = EngageForm(request.POST)
    _check(form)
    since = form.cleaned_data["engaged_from"]
    lifecycle.engage(alert, by=person, ago=form.ago, engaged_from=since)


@decision
def not_located(_: HttpRequest, person: User, alert: Alert) -> None:
    lifecycle.not_located(alert, by=person)


@decision
def resolve(request: HttpRequest, person: User, alert: Alert) -> None:
    form = ResolveForm(request.POST)
    _check(form)
    lifecycle.resolve(
        alert,
        by=person,
        outcome=form.cleaned_data["outcome"],
        identity_confirmed=form.is_yes("identity_confirmed"),
        notice_handed_over=form.is_yes("notice_handed_over"),
        ago=form.ago,
        engaged_from=form.cleaned_data["engaged_from"],
        engaged_to=form.cleaned_data["engaged_to"],
    )


def _check(form: Form) -> None:
    """Raises Refused with the first fault in words."""
    if not form.is_valid():
        raise Refused(str(next(iter(form.errors.values()))[0]))
