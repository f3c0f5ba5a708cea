"""Asking again who is there: before a decision, and before images after an idle while.

A proof is a sign-in or a confirmation of the second factor (of the password where the factor is
off). Activity is what a person does; it extends an unbroken chain and never starts one, so that
nobody who finds a screen left open gets on by clicking."""

import time
from collections.abc import Callable
from functools import wraps
from typing import ParamSpec

from allauth.core.exceptions import ReauthenticationRequired
from django.conf import settings
from django.http import HttpRequest, HttpResponseBase, JsonResponse
from django.urls import reverse

from deployments.second_factor import Session

PROVEN_AT = "proven_at"
ACTIVE_AT = "active_at"
# Written to the session no more often than this: a write is a query.
ACTIVITY_GRAIN_S = 30.0
IDLE_WORDS = "Nobody was active here for a while. Confirm that it is you to see images."

P = ParamSpec("P")


def note_proof(session: Session) -> None:
    session[PROVEN_AT] = time.time()


def note_activity(session: Session) -> None:
    now = time.time()
    if not is_idle(session) and now - _last_sign_of_life(session) > ACTIVITY_GRAIN_S:
        session[ACTIVE_AT] = now


def is_idle(session: Session) -> bool:
    return time.time() - _last_sign_of_life(session) > settings.IMAGE_IDLE_S


def is_fresh(session: Session) -> bool:
    return time.time() - _moment(session, PROVEN_AT) <= settings.STEP_UP_S


def require_fresh_proof(request: HttpRequest) -> None:
    """For a page: leads to the confirmation and, once given, does what was asked."""
    if not is_fresh(request.session):
        raise ReauthenticationRequired


def shows_images(
    view: Callable[P, HttpResponseBase],
) -> Callable[P, HttpResponseBase]:
    """A view that answers with a person's image. Its first argument is the request."""

    @wraps(view)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        request = args[0]
        if not isinstance(request, HttpRequest) or not is_idle(request.session):
            return view(*args, **kwargs)
        if wants_page(request):
            raise ReauthenticationRequired
        answer = {"error": IDLE_WORDS, "confirm": reverse("account_reauthenticate")}
        return JsonResponse(answer, status=403, headers={"Cache-Control": "private, no-store"})

    guarded.shows_images = True  # type: ignore[attr-defined]  # decorators around it pass it on
    return guarded


def wants_page(request: HttpRequest) -> bool:
    """Somebody opened an address, as opposed to a script or a picture of a page."""
    return "text/html" in request.headers.get("Accept", "")


def _last_sign_of_life(session: Session) -> float:
    return max(_moment(session, PROVEN_AT), _moment(session, ACTIVE_AT))


def _moment(session: Session, key: str) -> float:
    value = session.get(key)
    return value if isinstance(value, float) else 0.0
