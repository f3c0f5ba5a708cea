"""Which checks there are, in the order in which people read them."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum, auto

from deployments.enums import Status
from deployments.models import Deployment
from deployments.start_checks.check import Check


class Subject(IntEnum):
    """The fixed order: the authority first, then what people prepare, then the machine."""

    AUTHORITY = auto()
    URGENT_REVIEW = auto()
    WINDOW = auto()
    NOTICE = auto()
    SIGNS = auto()
    WATCHLIST = auto()
    WATCHLIST_REVIEW = auto()
    STILL_SOUGHT = auto()
    TEMPLATES = auto()
    OPERATORS = auto()
    OPERATING_POINT = auto()
    LICENCE = auto()
    WORKER = auto()
    CAMERAS = auto()
    CLOCK = auto()
    RETENTION = auto()
    OTHER = auto()

    @property
    def words(self) -> str:
        return self.name.replace("_", " ").capitalize()


CheckFunction = Callable[[Deployment], Check]
BOTH_STAGES = frozenset({Status.READY, Status.LIVE})
# What only holds, or can only be found out, at the moment of starting.
AT_THE_START = frozenset({Status.LIVE})


@dataclass(frozen=True, slots=True)
class Registered:
    check: CheckFunction
    subject: Subject
    stages: frozenset[Status]


_registered: list[Registered] = []


def register(
    check: CheckFunction,
    *,
    subject: Subject = Subject.OTHER,
    stages: frozenset[Status] = BOTH_STAGES,
) -> None:
    """Called as an app loads. Two of one subject stand in the order of their registration."""
    _registered.append(Registered(check, subject, stages))


def registered(*, stage: Status) -> list[Registered]:
    return sorted((r for r in _registered if stage in r.stages), key=lambda r: r.subject)
