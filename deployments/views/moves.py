"""The transitions that a button makes, and which of them to offer to whom."""

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from deployments import lifecycle, permissions
from deployments.enums import Status
from deployments.lifecycle import Refused
from deployments.models import Deployment, User
from deployments.transitions import TRANSITIONS
from deployments.views.access import person_of, visible_deployment, wants_json


@dataclass(frozen=True, slots=True)
class Move:
    """A button. `asks_reason` is the question put where the transition needs a reason."""

    name: str
    label: str
    done: str
    icon: str
    tone: str
    asks_reason: str = ""
    is_in_bar: bool = False

    @property
    def has_reason(self) -> bool:
        return bool(self.asks_reason)


MOVES: dict[str, Move] = {
    move.name: move
    for move in (
        Move(
            "start",
            "Start recognition",
            "Live: the cameras are read.",
            "play",
            "primary",
        ),
        Move("resume", "Resume", "Live again.", "play", "primary"),
        Move("make_ready", "Make ready", "Ready to start.", "check", "primary"),
        Move(
            "suspend",
            "Suspend",
            "Suspended: every camera is stopped.",
            "pause",
            "",
            "Why is it suspended?",
        ),
        Move(
            "emergency_stop",
            "Emergency stop",
            "Stopped: every camera is off. Say why as soon as you can.",
            "stop",
            "danger",
            is_in_bar=True,
        ),
        Move("end", "End", "Ended for good.", "stop", "danger", "Why does it end?"),
        Move(
            "reopen_watchlist",
            "Reopen the watchlist",
            "The watchlist is open again.",
            "people",
            "",
        ),
        Move(
            "cancel",
            "Cancel the deployment",
            "Cancelled.",
            "cross",
            "danger",
            "Why is it cancelled?",
        ),
    )
}


def moves_for(person: User, deployment: Deployment) -> list[Move]:
    """The buttons of a deployment's page. The emergency stop is in the bar of every page."""
    return [
        move
        for move in MOVES.values()
        if deployment.status in TRANSITIONS[move.name].sources
        and permissions.may(person, move.name, deployment)
        and not move.is_in_bar
    ]


@require_POST
def make_move(request: HttpRequest, uuid: UUID, name: str) -> HttpResponse:
    """Answers a form with the deployment's page, and a script with JSON."""
    if not request.user.is_authenticated:
        return _signed_out(request, uuid)
    move = MOVES.get(name)
    if move is None:
        raise Http404("There is no such step.")
    deployment = visible_deployment(request, uuid)
    arguments = {"reason": request.POST.get("reason", "")} if move.has_reason else {}
    transition: Callable[..., Deployment] = getattr(lifecycle, move.name)
    try:
        moved = transition(deployment, by=person_of(request), **arguments)
    except Refused as refusal:
        return _refused(request, deployment, str(refusal))
    if wants_json(request):
        return JsonResponse({"status": moved.status, "status_words": moved.get_status_display()})
    level = messages.warning if moved.status == Status.SUSPENDED else messages.success
    level(request, move.done)
    return redirect("deployments:detail", uuid=deployment.uuid)


@require_POST
def explain_stop(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Why an emergency stop was pressed, said after it."""
    if not request.user.is_authenticated:
        return _signed_out(request, uuid)
    deployment = visible_deployment(request, uuid)
    reason = request.POST.get("reason", "")
    try:
        lifecycle.explain_stop(deployment, by=person_of(request), reason=reason)
    except Refused as refusal:
        return _refused(request, deployment, str(refusal))
    if wants_json(request):
        return JsonResponse({"status": deployment.status})
    messages.success(request, "The reason is on record.")
    return redirect("deployments:detail", uuid=deployment.uuid)


def _refused(request: HttpRequest, deployment: Deployment, words: str) -> HttpResponse:
    if wants_json(request):
        return JsonResponse({"error": words}, status=409)
    messages.error(request, words)
    return redirect("deployments:detail", uuid=deployment.uuid)


def _signed_out(request: HttpRequest, uuid: UUID) -> HttpResponse:
    if wants_json(request):
        return JsonResponse({"error": "You are signed out."}, status=401)
    return redirect_to_login(reverse("deployments:detail", args=[uuid]))
