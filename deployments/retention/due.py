"""Who holds what of the table's kinds, and when it is due."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from deployments.models import Deployment
from deployments.retention.rule import Rule
from deployments.retention.table import RULES

# What is erased in one transaction, of things that have a file or triggers; others wait for it.
BATCH = 500


@dataclass(frozen=True, slots=True)
class Due:
    """One deployment's data of one kind, with the moment it must be gone. No deployment: what
    is kept about staff."""

    deployment: Deployment | None
    rule: Rule
    due_at: datetime
    count: int

    @property
    def is_overdue(self) -> bool:
        return self.due_at <= timezone.now()


# One per erasable kind: `find` lists what is held and when it is due; `erase` removes it, or the
# first `BATCH` of it, within the caller's transaction and returns the count. Registered by
# the app that holds the kind.
Finder = Callable[[], list[Due]]
Eraser = Callable[[Due], int]
_holders: dict[str, tuple[Finder, Eraser]] = {}


def register(kind: str, *, find: Finder, erase: Eraser) -> None:
    _holders[kind] = (find, erase)


def holder_of(kind: str) -> tuple[Finder, Eraser]:
    return _holders[kind]


def held_kinds() -> list[str]:
    return list(_holders)


def due_after_end(deployment: Deployment, kind: str) -> datetime | None:
    """When data whose clock runs from the end is due; None while the deployment runs."""
    period = RULES[kind].period
    ended = deployment.ended_at or (
        deployment.status_at if deployment.status == "cancelled" else None
    )
    return None if ended is None or period is None else ended + period
