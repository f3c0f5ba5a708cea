"""A code of an authenticator app counts once (RFC 6238, section 5.2).

It is valid for a minute and a half, which the tolerance for a phone's clock makes of its half
minute; allauth remembers it for half a minute. Kept beside the secret is the time step of the last
code that was taken: only a later one counts."""

from typing import Any

from allauth.core import context
from allauth.core.internal.cryptokit import compare_user_code
from allauth.mfa.adapter import get_adapter
from allauth.mfa.base import forms as base
from allauth.mfa.models import Authenticator
from allauth.mfa.totp import forms as totp
from allauth.mfa.totp.internal import auth
from allauth.mfa.utils import decrypt
from django.db.models import Q
from django.db.models.signals import post_save
from django.dispatch import receiver

LAST_STEP = "last_step"


class AuthenticateForm(base.AuthenticateForm):  # type: ignore[misc]
    def clean_code(self) -> str:
        return _counted_once(self, super().clean_code())


class ReauthenticateForm(base.ReauthenticateForm):  # type: ignore[misc]
    def clean_code(self) -> str:
        return _counted_once(self, super().clean_code())


class ActivateTOTPForm(totp.ActivateTOTPForm):  # type: ignore[misc]
    """The code that proves a new app counts, too."""

    def clean_code(self) -> str:
        code = str(super().clean_code())
        context.request.step_of_new_app = _step_of(code, secret=self.secret)
        return code


@receiver(post_save, sender=Authenticator)
def app_added(instance: Authenticator, created: bool, **_: Any) -> None:  # noqa: FBT001
    step = getattr(context.request, "step_of_new_app", None)
    if created and instance.type == Authenticator.Type.TOTP and step is not None:
        _take(instance, step)


def _counted_once(form: Any, code: str) -> str:
    authenticator: Authenticator = form.authenticator
    if authenticator.type != Authenticator.Type.TOTP:
        return code
    step = _step_of(code, secret=decrypt(authenticator.data["secret"]))
    if step is not None and _take(authenticator, step):
        return code
    form._emit_authentication_failed(authenticator)  # noqa: SLF001  as for any wrong code
    raise get_adapter().validation_error("incorrect_code")


def _take(authenticator: Authenticator, step: int) -> bool:
    """Whether it was the first to be given: of two at the same moment one changes the row."""
    earlier = Q(data__last_step__isnull=True) | Q(data__last_step__lt=step)
    unchanged = Authenticator.objects.filter(
        pk=authenticator.pk, data__secret=authenticator.data["secret"]
    )
    return bool(unchanged.filter(earlier).update(data=authenticator.data | {LAST_STEP: step}))


def _step_of(code: str, *, secret: str) -> int | None:
    """The time step whose code this is; None once it is over."""
    for step in auth.yield_hotp_counters_from_time():
        expected = auth.format_hotp_value(auth.hotp_value(secret, step))
        if compare_user_code(actual=code, expected=expected):
            return int(step)
    return None
