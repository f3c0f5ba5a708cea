"""Rates of a result, with what the numbers can and cannot carry."""

from dataclasses import dataclass
from math import sqrt

from deployments.models import DeploymentResult

Z_95 = 1.959964
# 95 %: what zero events in n trials still allow is 1 - 0.05 ** (1 / n).
ZERO_EVENT_LEVEL = 0.05


@dataclass(frozen=True, slots=True)
class Segment:
    """One part of a bar that is 100 wide."""

    name: str
    label: str
    count: int
    x: float
    width: float


def zero_event_bound(trials: int) -> float:
    """The largest rate, 0 to 1, that no event in `trials` leaves possible at 95 % confidence."""
    return 1.0 if trials <= 0 else float(1 - ZERO_EVENT_LEVEL ** (1 / trials))


def one_in(rate: float) -> str:
    return f"1 in {round(1 / rate):,}"


def interval(events: int, trials: int) -> tuple[float, float]:
    """Wilson's score interval of a rate, at 95 %. It holds near 0, where false alerts are."""
    rate, z2 = events / trials, Z_95 * Z_95
    spread = Z_95 * sqrt(rate * (1 - rate) / trials + z2 / (4 * trials * trials))
    middle, scale = rate + z2 / (2 * trials), 1 + z2 / trials
    return max(0.0, (middle - spread) / scale), min(1.0, (middle + spread) / scale)


def rate_in_words(events: int, trials: int) -> str:
    """The rate as "1 in N faces seen" with its interval; without an event, what it may still be."""
    if not trials:
        return "No face was seen."
    if not events:
        bound = one_in(zero_event_bound(trials))
        return f"None. With so many faces seen, a rate of up to {bound} cannot be excluded."
    low, high = interval(events, trials)
    least, most = one_in(low), one_in(high)
    return f"{one_in(events / trials)} faces seen (95 % interval: {least} to {most})"


def false_alert_rate_in_words(result: DeploymentResult) -> str:
    return rate_in_words(result.false_alerts, result.faces_seen)


def alert_segments(result: DeploymentResult) -> list[Segment]:
    """True, false and undecided alerts, for a bar. Empty parts are left out."""
    counts = (
        ("true", "True alerts", result.true_alerts),
        ("false", "False alerts", result.false_alerts),
        ("undecided", "Not decided", result.undecided_alerts),
    )
    total = sum(count for _, _, count in counts)
    segments, x = [], 0.0
    for name, label, count in counts:
        if count:
            width = 100 * count / total
            segments.append(Segment(name, label, count, round(x, 2), round(width, 2)))
            x += width
    return segments


def outcomes_in_words(result: DeploymentResult) -> list[tuple[str, int]]:
    """Outcome names as words; the list of outcomes belongs to the app that records them."""
    return [
        (str(name).replace("_", " ").capitalize(), count)
        for name, count in sorted(result.outcomes.items())
    ]
