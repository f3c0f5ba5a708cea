"""The figures of a deployment's alerts, counted into bars. They come from columns that stay when
an alert is erased."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone

from alerts.enums import AlertStatus, Outcome
from alerts.models import Alert
from deployments.models import Deployment

# The narrowest of these that needs no more than MOST_BARS.
WIDTHS = tuple(timedelta(minutes=minutes) for minutes in (1, 2, 5, 10, 15, 30, 60, 120, 240, 720))
MOST_BARS = 24
# Upper edges in seconds. 10 s and 30 s are where an unclaimed alert gets louder and is escalated.
WAITS: tuple[tuple[float, str], ...] = (
    (10, "up to 10 s"),
    (30, "10 to 30 s"),
    (60, "30 to 60 s"),
    (120, "1 to 2 min"),
    (300, "2 to 5 min"),
    (float("inf"), "over 5 min"),
)
NOT_OUTCOMES = {
    AlertStatus.DISMISSED: "Dismissed by an operator",
    AlertStatus.NOT_LOCATED: "Not located",
    AlertStatus.NOT_SOUGHT: "No longer sought",
    AlertStatus.NOT_SOUGHT: "No longer sought",
}


@dataclass(frozen=True, slots=True)
class Bar:
    label: str
    count: int


@dataclass(frozen=True, slots=True)
class Figure:
    """`words` say what the bars show, for whoever does not see them."""

    key: str
    title: str
    words: str
    bars: tuple[Bar, ...]

    @property
    def total(self) -> int:
        return sum(bar.count for bar in self.bars)


def figures_of(deployment: Deployment) -> list[Figure]:
    alerts = list(Alert.objects.filter(deployment=deployment).select_related("engagement"))
    return [
        over_time([alert.raised_at for alert in alerts]),
        _waits(alerts, "claim", "Time to claim", lambda alert: alert.claimed_at),
        _waits(alerts, "decide", "Time to decide", lambda alert: alert.decided_at),
        _outcomes(alerts),
    ]


def over_time(moments: Sequence[datetime]) -> Figure:
    bars = _binned(moments) if moments else ()
    return Figure("time", "Alerts over time", _most(bars, "alert", "from {label}"), bars)


def _binned(moments: Sequence[datetime]) -> tuple[Bar, ...]:
    first, last = min(moments), max(moments)
    width = next((w for w in WIDTHS if (last - first) / w < MOST_BARS - 1), WIDTHS[-1])
    begin = datetime.fromtimestamp(
        first.timestamp() // width.total_seconds() * width.total_seconds(), tz=first.tzinfo
    )
    counts = Counter((moment - begin) // width for moment in moments)
    several_days = timezone.localdate(first) != timezone.localdate(last)
    form = "%d %b %H:%M" if several_days else "%H:%M"
    return tuple(
        Bar(timezone.localtime(begin + index * width).strftime(form), counts[index])
        for index in range((last - begin) // width + 1)
    )


def _waits(
    alerts: Sequence[Alert], key: str, title: str, end: Callable[[Alert], datetime | None]
) -> Figure:
    waited = sorted(
        (ended - alert.raised_at).total_seconds()
        for alert in alerts
        if (ended := end(alert)) is not None
    )
    counts = Counter(next(words for edge, words in WAITS if wait <= edge) for wait in waited)
    bars = tuple(Bar(words, counts[words]) for _, words in WAITS) if waited else ()
    words = "None yet."
    if waited:
        middle = waited[len(waited) // 2]
        words = (
            f"Of {_counted(len(waited), 'alert')}, half within {middle:.0f} s;"
            f" the longest {waited[-1]:.0f} s."
        )
    return Figure(key, title, words, bars)


def _outcomes(alerts: Sequence[Alert]) -> Figure:
    counts = Counter(_outcome_of(alert) for alert in alerts)
    order = [*(str(each.label) for each in Outcome), *NOT_OUTCOMES.values(), "Still open"]
    bars = tuple(Bar(words, counts[words]) for words in order if counts[words])
    return Figure("outcomes", "Outcomes", _most(bars, "alert", "{label}"), bars)


def _outcome_of(alert: Alert) -> str:
    if hasattr(alert, "engagement") and alert.engagement.outcome:
        return str(Outcome(alert.engagement.outcome).label)
    return NOT_OUTCOMES.get(AlertStatus(alert.status), "Still open")


def _most(bars: Sequence[Bar], what: str, where: str) -> str:
    if not bars:
        return "None yet."
    total, most = sum(bar.count for bar in bars), max(bars, key=lambda bar: bar.count)
    place = where.format(label=most.label)
    return f"{_counted(total, what)}; most of them ({most.count}): {place}."


def _counted(count: int, what: str) -> str:
    return f"{count} {what}" if count == 1 else f"{count} {what}s"
