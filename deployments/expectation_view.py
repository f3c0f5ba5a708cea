"""The false alerts to expect of a deployment, as a sentence and as the points of a small chart."""

from dataclasses import dataclass
from math import log10

from deployments import expected_alerts
from deployments.expected_alerts import Expectation, Side, in_words
from deployments.models import Deployment

WIDTH, HEIGHT = 320.0, 150.0
LEFT, RIGHT, TOP, BOTTOM = 44.0, 10.0, 10.0, 30.0
LEAST = 0.01  # the lowest count that the chart tells apart


@dataclass(frozen=True, slots=True)
class Tick:
    at: float
    words: str


@dataclass(frozen=True, slots=True)
class Chart:
    """Points of an SVG of WIDTH × HEIGHT: thresholds rightwards, false alerts upwards, by tens."""

    line: str
    band: str
    x: float
    y: float
    low_y: float
    high_y: float
    across: tuple[Tick, ...]
    upwards: tuple[Tick, ...]


@dataclass(frozen=True, slots=True)
class Expected:
    """What the page shows; `missing` says what must be known first."""

    missing: str = ""
    count: str = ""
    low: str = ""
    high: str = ""
    faces: int = 0
    watchlist: int = 0
    threshold: float = 0.0
    profile: str = ""
    dataset: str = ""
    is_measured: bool = False
    side: str = ""
    is_unacceptable: bool = False
    is_below: bool = False
    way_to_fewer: str = ""
    chart: Chart | None = None


def expected(deployment: Deployment, *, profile: str, threshold: float | None) -> Expected:
    """For a threshold that need not be saved yet."""
    lacking = expected_alerts.still_to_say(deployment)
    if lacking or threshold is None:
        return Expected(missing=", ".join(lacking) or "the threshold")
    question = expected_alerts.question_of(deployment, profile=profile, threshold=threshold)
    found = expected_alerts.expect(question)
    facts = {
        "faces": question.faces,
        "watchlist": question.watchlist,
        "threshold": threshold,
        "profile": profile,
    }
    if found is None:
        return Expected(**facts)  # type: ignore[arg-type]
    return Expected(
        **facts,  # type: ignore[arg-type]
        is_measured=True,
        count=in_words(found.count),
        low=in_words(found.low),
        high=in_words(found.high),
        dataset=found.dataset,
        side=found.side.value,
        is_below=found.side is Side.BELOW,
        way_to_fewer=expected_alerts.way_to_fewer(found),
        is_unacceptable=expected_alerts.rate_is_unacceptable(found, faces=question.faces),
        chart=chart_of(found, threshold=threshold),
    )


def chart_of(found: Expectation, *, threshold: float) -> Chart:
    points = sorted(found.measured, key=lambda point: point.threshold)
    first = min(points[0].threshold, threshold)
    last = max(points[-1].threshold, threshold)
    span = (last - first) or 1.0
    highest = max(1.0, *(point.high for point in points), found.high)
    decades = range(int(log10(LEAST)), int(-(-log10(highest) // 1)) + 1)

    def x(value: float) -> float:
        return round(LEFT + (value - first) / span * (WIDTH - LEFT - RIGHT), 1)

    def y(value: float) -> float:
        share = (log10(max(value, LEAST)) - decades[0]) / max(1, decades[-1] - decades[0])
        return round(HEIGHT - BOTTOM - share * (HEIGHT - TOP - BOTTOM), 1)

    upper = [f"{x(point.threshold)},{y(point.high)}" for point in points]
    lower = [f"{x(point.threshold)},{y(point.low)}" for point in reversed(points)]
    return Chart(
        line=" ".join(f"{x(point.threshold)},{y(point.count)}" for point in points),
        band=" ".join(upper + lower),
        x=x(threshold),
        y=y(found.count),
        low_y=y(found.low),
        high_y=y(found.high),
        across=tuple(Tick(x(value), f"{value:.3g}") for value in (first, last)),
        upwards=tuple(Tick(y(10.0**power), _power(power)) for power in decades if power % 2 == 0),
    )


def _power(power: int) -> str:
    return f"{10**power:,}" if power >= 0 else f"{10.0**power:g}"
