"""An authenticator app in the tests' hands: allauth's own arithmetic."""

import time
from dataclasses import dataclass, field

from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal import auth
from django.test import Client
from django.urls import reverse

from deployments.models import User
from tests.factories import PASSWORD

STEP_S = 30


@dataclass
class App:
    """A code counts once: this app gives the earliest that was not given, as if one had waited."""

    secret: str
    given: set[int] = field(default_factory=set)

    def code(self) -> str:
        now = int(time.time()) // STEP_S
        counter = next(step for step in (now - 1, now, now + 1) if step not in self.given)
        self.given.add(counter)
        return str(auth.format_hotp_value(auth.hotp_value(self.secret, counter)))

    def wrong_code(self) -> str:
        now = int(time.time()) // STEP_S
        right = {auth.hotp_value(self.secret, now + step) for step in range(-3, 4)}
        return str(auth.format_hotp_value(next(n for n in range(1000) if n not in right)))


def app_of(user: User) -> App:
    """Set an app up for this person."""
    secret = auth.generate_totp_secret()
    auth.TOTP.activate(user, secret)
    return App(secret)


def sign_in(user: User, app: App | None = None, *, client: Client | None = None) -> Client:
    """Through the pages, as a person does."""
    client = client or Client()
    client.post(reverse("sign_in"), {"username": user.username, "password": PASSWORD})
    if app is not None:
        client.post(reverse("mfa_authenticate"), {"code": app.code()})
    return client


def factors_of(user: User) -> set[str]:
    return set(Authenticator.objects.filter(user=user).values_list("type", flat=True))
