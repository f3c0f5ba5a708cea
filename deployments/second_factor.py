"""Who needs a second factor, who has one, and whether this session has shown it."""

from typing import Any, Protocol

from allauth.mfa.models import Authenticator
from django.conf import settings

from deployments.models import User

# Recovery codes stand in for a lost factor; they are none by themselves.
FACTORS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)
SHOWN = "second_factor_shown_by"


class Session(Protocol):
    """What sessions of requests and of sockets have in common."""

    def get(self, key: str, /) -> Any: ...

    def __setitem__(self, key: str, value: object) -> None: ...


def has_factor(person: User) -> bool:
    return bool(Authenticator.objects.filter(user=person, type__in=FACTORS).exists())


def codes_left_in_words(person: User) -> str:
    """For whoever has just used one: each counts once."""
    kept = Authenticator.objects.filter(user=person, type=Authenticator.Type.RECOVERY_CODES).first()
    left = len(kept.wrap().get_unused_codes()) if kept is not None else 0
    words = {0: "none is left", 1: "1 is left"}.get(left, f"{left} are left")
    return f"That was a recovery code, which counts once: {words}. Make new ones in time."


def note_shown(session: Session, person: User) -> None:
    session[SHOWN] = person.pk


def is_shown(session: Session, person: User) -> bool:
    return bool(session.get(SHOWN) == person.pk)


def is_satisfied(session: Session, person: User) -> bool:
    """A factor that was taken away since it was shown does not count."""
    return not settings.SECOND_FACTOR or (is_shown(session, person) and has_factor(person))
