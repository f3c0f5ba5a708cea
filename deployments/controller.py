"""The force that controls the data, and how to reach it, as the settings name it."""

from dataclasses import dataclass

from django.conf import settings
from django.urls import reverse


@dataclass(frozen=True, slots=True)
class Controller:
    force: str
    phone: str
    email: str
    address: str
    dpo_email: str
    complaints_url: str
    website: str  # where the public reaches this site; empty where the settings do not say


def controller() -> Controller:
    force = settings.FORCE_NAME or "This force"
    return Controller(
        force=force,
        phone=settings.CONTACT_PHONE,
        email=settings.CONTACT_EMAIL,
        address=settings.CONTACT_ADDRESS or f"The headquarters of {force}",
        dpo_email=settings.DPO_EMAIL,
        complaints_url=settings.COMPLAINTS_URL,
        website=settings.PUBLIC_URL,
    )


def public_address(name: str, **kwargs: object) -> str:
    """A page's whole address where the settings name the site, its path otherwise."""
    return f"{settings.PUBLIC_URL}{reverse(name, kwargs=kwargs)}"
