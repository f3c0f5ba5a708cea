"""What holds on every page of the staff: a second factor, a sign of life, and inspectors who
change nothing."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib.auth import logout
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect
from django.urls import reverse

from deployments import permissions, second_factor, step_up
from deployments.models import User
from lfr_site import maintenance

GetResponse = Callable[[HttpRequest], HttpResponseBase]

# Where a person without a second factor may go: to get one, to prove the password, to leave.
SETTING_UP = frozenset(
    {"mfa_index", "mfa_activate_totp", "mfa_add_webauthn", "account_reauthenticate", "sign_out"}
)
# What anybody may post about themselves.
OWN_AFFAIRS = SETTING_UP | {
    "mfa_deactivate_totp",
    "mfa_edit_webauthn",
    "mfa_generate_recovery_codes",
    "mfa_reauthenticate",
    "mfa_reauthenticate_webauthn",
    "mfa_remove_webauthn",
    "password_change",
    "sign_in",
}
# What an inspector posts and what changes nothing but the record of it: why they take a part of the
# audit trail away, and that it is to be verified.
INSPECTING = frozenset(f"deployments_auditevent_{name}" for name in ("export", "trail", "verify"))
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


class RestoringMiddleware:
    """Nothing is read from a database that is being restored."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return maintenance.refusal(request) or self.get_response(request)


class StaffMiddleware:
    """Asks before each view. Without a session nobody is signed in, and public pages stay
    untouched: they set no cookie and vary by none."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, _view: object, _args: Any, _kwargs: Any
    ) -> HttpResponse | None:
        match = request.resolver_match
        if settings.SESSION_COOKIE_NAME not in request.COOKIES:
            return None
        if match is None or match.namespaces[:1] == ["public"]:
            return None
        person = request.user
        if not isinstance(person, User):
            return None
        name = match.url_name or ""
        if refusal := _second_factor(request, person, name):
            return refusal
        if permissions.is_inspector(person) and request.method not in SAFE | _own(name):
            raise PermissionDenied("Inspectors read; they change nothing.")
        if request.method not in SAFE or step_up.wants_page(request):
            step_up.note_activity(request.session)
        return None


def _own(name: str) -> frozenset[str]:
    return frozenset({"POST"}) if name in OWN_AFFAIRS | INSPECTING else frozenset()


def _second_factor(request: HttpRequest, person: User, name: str) -> HttpResponse | None:
    """None where it is shown; otherwise the way to setting one up, or back to signing in."""
    if second_factor.is_satisfied(request.session, person):
        return None
    if second_factor.has_factor(person):
        # Signed in before there was one, or past it: begin again.
        logout(request)
        return _sent(request, redirect_to_login(request.get_full_path()))
    if name in SETTING_UP:
        return None
    return _sent(request, redirect("mfa_index"))


def _sent(request: HttpRequest, way: HttpResponse) -> HttpResponse:
    if step_up.wants_page(request) or (request.method in SAFE and "Accept" not in request.headers):
        return way
    words = (
        "Set up a second factor first."
        if way["Location"] == reverse("mfa_index")
        else ("You are signed out.")
    )
    return JsonResponse({"alert": None, "error": words, "confirm": way["Location"]}, status=403)
