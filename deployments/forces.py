"""The site's own force, by name from the settings, always on the list of forces."""

from django.conf import settings
from django.db.models.signals import post_migrate

from deployments.models import Force


def own_force() -> Force:
    """Made where it is missing: the settings may have named another since the last migration."""
    force, _ = Force.objects.get_or_create(name=settings.FORCE_NAME or "This force")
    return force


def ensure_own_force(*, using: str, **_: object) -> None:
    if settings.FORCE_NAME:
        Force.objects.using(using).get_or_create(name=settings.FORCE_NAME)


def register(sender: object) -> None:
    post_migrate.connect(ensure_own_force, sender=sender)
