"""How allauth's parts behave here: user names only, no sign-up, and the second factor rather than
the password wherever somebody must say again who they are."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.forms import LoginForm
from allauth.core import context
from allauth.mfa.adapter import DefaultMFAAdapter
from django.conf import settings
from django.http import HttpRequest

from deployments import second_factor, step_up
from deployments.models import User
from lfr_site import second_factor_secrets


class SignInForm(LoginForm):  # type: ignore[misc]
    """With the field names that password managers and django-axes know."""

    def add_prefix(self, field_name: str) -> str:
        return "username" if field_name == "login" else str(super().add_prefix(field_name))


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """django-axes counts wrong passwords, by name and address."""

    def is_reauthentication_required(self, *, app: str, **_: Any) -> bool:
        return not step_up.is_fresh(context.request.session)

    def get_reauthentication_methods(self, user: Any) -> list[dict[str, Any]]:
        """The password proves nobody who has a second factor."""
        methods: list[dict[str, Any]] = super().get_reauthentication_methods(user)
        if settings.SECOND_FACTOR and isinstance(user, User) and second_factor.has_factor(user):
            return [method for method in methods if method["id"] != "reauthenticate"]
        return methods if settings.SECOND_FACTOR else methods[:1]


class SecondFactorAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    """Secrets lie in the database encrypted by the master key."""

    error_messages = DefaultMFAAdapter.error_messages | {
        "incorrect_code": (
            "This code does not count: it is wrong, too old or was used before. "
            "Enter the next one that the app shows, or a recovery code not used yet."
        )
    }

    def encrypt(self, text: str) -> str:
        return second_factor_secrets.encrypted(text)

    def decrypt(self, encrypted_text: str) -> str:
        return second_factor_secrets.decrypted(encrypted_text)

    def get_totp_label(self, user: Any) -> str:
        return str(user.get_username())

    def generate_authenticator_name(self, user: Any, type: Any) -> str:  # noqa: A002
        return "Security key"
