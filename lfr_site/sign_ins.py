"""Sign-ins of staff in the audit trail: who came, who left, which name was tried in vain, and what
became of their second factor."""

from typing import Any

from allauth.account.signals import authentication_step_completed
from allauth.core import context
from allauth.mfa.models import Authenticator
from allauth.mfa.signals import authentication_failed, authenticator_used
from axes.signals import user_locked_out
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.db.models.signals import post_delete, post_save
from django.dispatch import receiver
from django.http import HttpRequest

from deployments import audit, second_factor, step_up
from deployments.enums import AuditKind
from deployments.models import User


@receiver(user_logged_in)
def signed_in(user: User, request: HttpRequest, **_: Any) -> None:
    step_up.note_proof(request.session)
    audit.record("person.signed_in", kind=AuditKind.ACCESS, by=user)


@receiver(user_logged_out)
def signed_out(user: User | None, **_: Any) -> None:
    if user is not None:
        audit.record("person.signed_out", kind=AuditKind.ACCESS, by=user)


@receiver(user_login_failed)
def sign_in_failed(credentials: dict[str, Any], request: Any = None, **_: Any) -> None:
    """Of a person's name only: a stranger's guesses must not fill the trail, and what stands in
    the field may be a password. Who is locked out already adds nothing."""
    person = User.objects.filter(username=credentials.get("username") or "").first()
    if person is not None and not getattr(request, "axes_locked_out", False):
        _record("person.sign_in_failed", by=None, about=person)


@receiver(user_locked_out)
def locked_out(username: str, **_: Any) -> None:
    """The name only if it is a person's: anything else may be a password in the wrong field."""
    person = User.objects.filter(username=username).first()
    audit.record(
        "person.locked_out",
        kind=AuditKind.ACCESS,
        by=None,
        subject=f"user {person.pk}" if person else "unknown user",
    )


@receiver(authentication_step_completed)
def confirmed(request: HttpRequest, user: User, method: str, **extra: Any) -> None:
    """A password proves only those from whom no second factor is asked."""
    if not extra.get("reauthenticated"):
        return
    if method == "password" and settings.SECOND_FACTOR and second_factor.has_factor(user):
        return
    step_up.note_proof(request.session)
    _record("person.confirmed", by=user, about=user, method=str(extra.get("type", method)))


@receiver(authenticator_used)
def factor_shown(request: HttpRequest, user: User, authenticator: Authenticator, **_: Any) -> None:
    second_factor.note_shown(request.session, user)
    if authenticator.type == Authenticator.Type.RECOVERY_CODES:
        messages.warning(request, second_factor.codes_left_in_words(user))


@receiver(authentication_failed)
def factor_refused(user: User, authenticator: Authenticator, **_: Any) -> None:
    _record("person.second_factor_failed", by=None, about=user, method=authenticator.type)


@receiver(post_save, sender=Authenticator)
def factor_added(instance: Authenticator, created: bool, **_: Any) -> None:  # noqa: FBT001
    """Of the row, not of allauth's signal, which comes after the commit: a change and its audit
    event are one transaction, whoever made it. Whoever has just set a factor up has shown it."""
    if not created:
        return
    request, by = context.request, _acting()
    if by is not None and by == instance.user and instance.type in second_factor.FACTORS:
        second_factor.note_shown(request.session, by)
    _record("second_factor.added", by=by, about=instance.user, method=instance.type)


@receiver(post_delete, sender=Authenticator)
def factor_removed(instance: Authenticator, **_: Any) -> None:
    _record("second_factor.removed", by=_acting(), about=instance.user, method=instance.type)


def _acting() -> User | None:
    """Who asks, in a request; nobody in a shell."""
    user = getattr(context.request, "user", None)
    return user if isinstance(user, User) else None


def _record(action: str, *, by: User | None, about: User, method: str = "") -> None:
    audit.record(
        action,
        kind=AuditKind.ACCESS,
        by=by,
        subject=f"user {about.pk}",
        details={"method": method} if method else None,
    )
