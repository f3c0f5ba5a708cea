"""The secrets of second factors lie under the master key, and move with it."""

import base64

from allauth.mfa.models import Authenticator

from deployments.key_providers import unwrap, wrap
from deployments.master_key_rotation import Holder, Item, register, rewrapped

BOUND_TO = "second factor"
# Where allauth keeps what its adapter encrypted.
FIELDS = ("secret", "seed")


def encrypted(text: str) -> str:
    return base64.b64encode(wrap(text.encode(), associated=BOUND_TO)).decode()


def decrypted(text: str) -> str:
    return unwrap(base64.b64decode(text), associated=BOUND_TO).decode()


def register_secrets() -> None:
    register(
        Holder(
            "second_factors",
            lambda: list(Authenticator.objects.order_by("pk").values_list("pk", flat=True)),
            _rewrap,
        )
    )


def _rewrap(pk: Item, dry: bool) -> bool:  # noqa: FBT001
    """A factor that changes meanwhile keeps what it became; the next run looks at it again."""
    held = Authenticator.objects.filter(pk=pk).first()
    if held is None:
        return False
    moved = {}
    for field in FIELDS:
        if text := held.data.get(field):
            fresh = rewrapped(base64.b64decode(text), associated=BOUND_TO)
            if fresh is not None:
                moved[field] = base64.b64encode(fresh).decode()
    if moved and not dry:
        Authenticator.objects.filter(pk=pk, data=held.data).update(data=held.data | moved)
    return bool(moved)
