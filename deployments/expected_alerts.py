"""The false alerts to expect of a threshold, in words and numbers, for whoever applies and whoever
decides. The figures come from the app that measures; it registers itself here."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from math import ceil

from deployments.models import Deployment

# Most of a day's passers-by come in these hours: a window of six has half of them.
BUSY_HOURS = 12
# R (Bridges): a false alert rate above 1 in 1,000 is never acceptable.
WORST_RATE = 1 / 1000
# What an expectation is worked out from besides profile and threshold, in words.
NEEDED = {
    "expected_footfall": "how many people pass in a day",
    "starts_at": "the start",
    "ends_at": "the end",
    "watchlist_cap": "the most people that the list may hold",
}


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


def still_to_say(deployment: Deployment) -> list[str]:
    """What an application must say before anything can be expected of it."""
    return [words for name, words in NEEDED.items() if getattr(deployment, name) is None]


def question_of(deployment: Deployment, *, profile: str, threshold: float) -> Question:
    """Of an application that says all that is needed; its threshold need not be saved yet."""
    faces = passers_by(
        footfall=deployment.expected_footfall,
        starts_at=deployment.starts_at,
        ends_at=deployment.ends_at,
    )
    return Question(profile, threshold, faces, deployment.watchlist_cap)


def passers_by(*, footfall: int, starts_at: datetime, ends_at: datetime) -> int:
    """People to expect in a window, of `footfall` in a day: the share of the busy hours, and all of
    a day once the window has so many."""
    days, rest_s = divmod((ends_at - starts_at).total_seconds(), 86_400)
    share = days + min(1.0, rest_s / 3600 / BUSY_HOURS)
    return max(1, ceil(footfall * share))


def is_unacceptable(rate: float) -> bool:
    """Exactly 1 in 1,000 is allowed, also where its last binary digit says otherwise."""
    return rate > WORST_RATE * (1 + 1e-9)


def rate_is_unacceptable(expectation: Expectation, *, faces: int) -> bool:
    return is_unacceptable(expectation.count / faces)


def what_to_give_instead(question: Question) -> str | None:
    """Words for what nobody may apply for: too many false alerts, or no measurement to say so.
    None where the threshold may be applied for."""
    found = expect(question)
    if found is None:
        return (
            "a model profile whose accuracy was measured: nobody can say how many false alerts "
            f"“{question.profile}” brings"
        )
    if found.side is Side.BELOW:
        return (
            f"{way_to_fewer(found)}: nothing was measured at {question.threshold:g} or "
            "below, and nobody can say how many false alerts it brings"
        )
    if not rate_is_unacceptable(found, faces=question.faces):
        return None
    return (
        f"{way_to_fewer(found)}: at {question.threshold:g}, with {question.watchlist:,} on the "
        f"list, {found.side.value or 'some'} {in_words(found.count)} false alerts are to be "
        f"expected of {question.faces:,} people who pass; more than 1 in 1,000 is never acceptable"
    )


def way_to_fewer(found: Expectation) -> str:
    if found.side is Side.BELOW:
        return "a higher face-match threshold"
    if found.side is Side.ABOVE:  # a higher one was not measured either
        return "a shorter watchlist, or a profile that was measured at higher thresholds"
    return "a higher face-match threshold or a shorter watchlist"


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
