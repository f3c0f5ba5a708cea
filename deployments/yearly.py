"""A year of results: its sums, and each month's share for a small plot."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, QuerySet, Sum
from django.db.models.functions import TruncMonth

from deployments.figures import rate_in_words
from deployments.models import Deployment

SUMS = ("faces_seen", "alerts", "true_alerts", "false_alerts", "engagements")
PLOT_HEIGHT = 60
SLOT, BAR = 20, 14


@dataclass(frozen=True, slots=True)
class Month:
    """A bar of the plot: true alerts at the bottom, the others above them."""

    start: date
    deployments: int
    faces_seen: int
    alerts: int
    true_alerts: int
    false_alerts: int
    engagements: int


@dataclass(frozen=True, slots=True)
class Column:
    month: Month
    x: int
    true_y: float
    true_height: float
    false_y: float
    false_height: float

    @property
    def middle(self) -> int:
        return self.x + BAR // 2


@dataclass(frozen=True, slots=True)
class Year:
    months: list[Month]

    def total(self, name: str) -> int:
        return sum(getattr(month, name) for month in self.months)

    @property
    def deployments(self) -> int:
        return self.total("deployments")

    @property
    def faces_seen(self) -> int:
        return self.total("faces_seen")

    @property
    def alerts(self) -> int:
        return self.total("alerts")

    @property
    def engagements(self) -> int:
        return self.total("engagements")

    @property
    def false_alert_rate(self) -> str:
        return rate_in_words(self.total("false_alerts"), self.faces_seen)

    @property
    def columns(self) -> list[Column]:
        return _columns(self.months)


def year_of(past: QuerySet[Deployment]) -> Year:
    """One query: of the deployments given, those that have a result, by month of their start."""
    rows = (
        past.filter(result__isnull=False)
        .annotate(month=TruncMonth("starts_at"))
        .order_by("month")
        .values("month")
        .annotate(count=Count("pk"), **{name: Sum(f"result__{name}") for name in SUMS})
    )
    return Year([_month(row) for row in rows])


def _month(row: Mapping[str, Any]) -> Month:
    sums = {name: int(row[name]) for name in SUMS}
    return Month(start=row["month"].date(), deployments=row["count"], **sums)


def _columns(months: Sequence[Month]) -> list[Column]:
    """Twelve slots, January first; heights in the plot's own units."""
    most = max((month.true_alerts + month.false_alerts for month in months), default=0)
    scale = PLOT_HEIGHT / most if most else 0.0
    columns = []
    for month in months:
        true, false = month.true_alerts * scale, month.false_alerts * scale
        columns.append(
            Column(
                month=month,
                x=(month.start.month - 1) * SLOT + (SLOT - BAR) // 2,
                true_y=round(PLOT_HEIGHT - true, 2),
                true_height=round(true, 2),
                false_y=round(PLOT_HEIGHT - true - false, 2),
                false_height=round(false, 2),
            )
        )
    return columns
