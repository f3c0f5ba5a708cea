"""What holds data beside the tables of the database, as this installation is set up."""

from collections.abc import Iterable
from pathlib import Path

from django.conf import settings

from deployments import file_places
from deployments.retention.table import RULES


def found_places() -> set[str]:
    """By the names that the table uses."""
    return {
        *(place.name for place in file_places.all_places()),
        *(f"cache:{name}" for name in settings.CACHES),
        *(f"channel_layer:{name}" for name in settings.CHANNEL_LAYERS),
        *(f"queue:{name}" for name in _queues()),
        "results:celery",
        *(f"log:{name}" for name in _log_handlers()),
        f"data:{Path(settings.CELERY_BEAT_SCHEDULE_FILENAME).name}",
        # Wherever the force keeps them.
        "data:audit-checkpoints",
        "data:erasures.jsonl",
        # What is being uploaded: the only thing that is written to the machine's own temporary
        # folder, sealed (lfr_site.encrypted_bodies).
        "temporary:request_body",
    }


def without_rule() -> list[str]:
    return sorted(found_places() - {place for rule in RULES.values() for place in rule.places})


def _queues() -> Iterable[str]:
    yield settings.CELERY_TASK_DEFAULT_QUEUE
    for route in settings.CELERY_TASK_ROUTES.values():
        yield route["queue"]


def _log_handlers() -> Iterable[str]:
    handlers: dict[str, object] = settings.LOGGING["handlers"]  # type: ignore[assignment]
    return handlers
