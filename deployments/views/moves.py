"""The transitions that a button makes, and which of them to offer to whom."""

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from deployments import lifecycle, permissions
from deployments.enums import Status
from deployments.lifecycle import Refused
from deployments.models import Deployment, User
from deployments.transitions import TRANSITIONS
from deployments.views.access import person_of, visible_deployment


@dataclass(frozen=True, slots=True)
class Move:
    """A button. `asks_reason` is the question put where the transition needs a reason."""

    name: str
    label: str
    done: str
    icon: str
    tone: str
    may: Callable[[User, Deployment], bool]
    asks_reason: str = ""

    @property
    def has_reason(self) -> bool:
        return bool(self.asks_reason)


def _operates(person: User, _: Deployment) -> bool:
    return permissions.can_operate(person)


def _stops(person: User, _: Deployment) -> bool:
    return permissions.can_stop(person)


def _makes_ready(person: User, _: Deployment) -> bool:
    return permissions.can_make_ready(person)


MOVES: dict[str, Move] = {
    move.name: move
    for move in (
        Move(
            "start",
            "Start recognition",
            "Live: the cameras are read.",
            "play",
            "primary",
            _operates,
        ),
        Move("resume", "Resume", "Live again.", "play", "primary", _operates),
        Move("make_ready", "Make ready", "Ready to start.", "check", "primary", _makes_ready),
        Move(
            "suspend",
            "Suspend",
            "Suspended: every camera is stopped.",
            "pause",
            "",
            _stops,
            "Why is it suspended?",
        ),
        Move("end", "End", "Ended for good.", "stop", "danger", _stops, "Why does it end?"),
        Move(
            "reopen_watchlist",
            "Reopen the watchlist",
            "The watchlist is open again.",
            "people",
            "",
            permissions.can_manage_watchlist,
        ),
        Move(
            "cancel",
            "Cancel the deployment",
            "Cancelled.",
            "cross",
            "danger",
            permissions.can_cancel,
            "Why is it cancelled?",
        ),
    )
}


def moves_for(person: User, deployment: Deployment) -> list[Move]:
    return [
        move
        for move in MOVES.values()
        if deployment.status in TRANSITIONS[move.name].sources and move.may(person, deployment)
    ]


@login_required
@require_POST
def make_move(request: HttpRequest, uuid: UUID, name: str) -> HttpResponse:
    move = MOVES.get(name)
    if move is None:
        raise Http404("There is no such step.")
    deployment = visible_deployment(request, uuid)
    arguments = {"reason": request.POST.get("reason", "")} if move.has_reason else {}
    transition: Callable[..., Deployment] = getattr(lifecycle, move.name)
    try:
        moved = transition(deployment, by=person_of(request), **arguments)
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        level = messages.warning if moved.status == Status.SUSPENDED else messages.success
        level(request, move.done)
    return redirect("deployments:detail", uuid=deployment.uuid)
