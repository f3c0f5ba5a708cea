"""Signing in, and the page each person starts from."""

from allauth.account.views import LoginView
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from deployments.enums import Role
from deployments.models import User

ADMIN_ONLY = frozenset({Role.AUDITOR, Role.SYSTEM_ADMINISTRATOR})


class SignIn(LoginView):  # type: ignore[misc]
    template_name = "registration/sign_in.html"


def inactive(_: HttpRequest) -> HttpResponse:
    raise PermissionDenied("This account is disabled. Ask your system administrator.")


@login_required
def home(request: HttpRequest) -> HttpResponse:
    """Auditors and administrators start in the admin, everyone else with the deployments."""
    person = request.user
    if isinstance(person, User) and person.roles and set(person.roles) <= ADMIN_ONLY:
        return redirect("admin:index")
    return redirect("deployments:list")
