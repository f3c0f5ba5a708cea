"""The false alerts to expect of a threshold, in words and numbers, for whoever applies and whoever
decides. The figures come from the app that measures; it registers itself here."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from math import ceil

# Most of a day's passers-by come in these hours: a window of six has half of them.
BUSY_HOURS = 12
# R (Bridges): a false alert rate above 1 in 1,000 is never acceptable.
WORST_RATE = 1 / 1000


@dataclass(frozen=True, slots=True)
class Question:
    """At `threshold`, how many of `faces` people who are not on a list of `watchlist`?"""

    profile: str
    threshold: float
    faces: int
    watchlist: int


@dataclass(frozen=True, slots=True)
class Measured:
    """A threshold that was measured, and the false alerts to expect there."""

    threshold: float
    count: float
    low: float
    high: float


class Side(Enum):
    """Where a threshold lies among those that were measured. Outside them the figure is that of the
    nearest: below it there are more false alerts, above it there are no more."""

    BELOW = "more than"
    WITHIN = ""
    ABOVE = "at most"


@dataclass(frozen=True, slots=True)
class Expectation:
    """`low` and `high` are the bounds of the measurement at 95 %, by threshold in `measured`."""

    count: float
    low: float
    high: float
    side: Side
    dataset: str
    measured: tuple[Measured, ...]


Provider = Callable[[Question], Expectation | None]
_providers: list[Provider] = []


def register(provider: Provider) -> None:
    _providers.append(provider)


def expect(question: Question) -> Expectation | None:
    answers = (provider(question) for provider in _providers)
    return next((answer for answer in answers if answer is not None), None)


def passers_by(*, footfall: int, starts_at: datetime, ends_at: datetime) -> int:
    """People to expect in a window, of `footfall` in a day: the share of the busy hours, and all of
    a day once the window has so many."""
    days, rest_s = divmod((ends_at - starts_at).total_seconds(), 86_400)
    share = days + min(1.0, rest_s / 3600 / BUSY_HOURS)
    return max(1, ceil(footfall * share))


def rate_is_unacceptable(expectation: Expectation, *, faces: int) -> bool:
    return expectation.count > faces * WORST_RATE


def in_words(count: float) -> str:
    """A figure with the digits that it carries: "fewer than 0.1", "0.4", "12", "1,300"."""
    if count < 0.1:
        return "fewer than 0.1"
    if count < 10:
        return f"{count:.1f}"
    if count < 1000:
        return f"{round(count)}"
    digits = len(str(round(count))) - 2
    return f"{round(count, -digits):,.0f}"
