"""Sign-ins of staff in the audit trail: who came, who left, which name was tried in vain."""

from typing import Any

from axes.signals import user_locked_out
from django.contrib.auth.signals import user_logged_in, user_logged_out
from django.dispatch import receiver

from deployments import audit
from deployments.enums import AuditKind
from deployments.models import User


@receiver(user_logged_in)
def signed_in(user: User, **_: Any) -> None:
    audit.record("person.signed_in", kind=AuditKind.ACCESS, by=user)


@receiver(user_logged_out)
def signed_out(user: User | None, **_: Any) -> None:
    if user is not None:
        audit.record("person.signed_out", kind=AuditKind.ACCESS, by=user)


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
