"""Counts over time as columns of an inline SVG: geometry here, colours in the style sheet."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone

from deployments.overdue import GRACE
from deployments.retention import DAY, HOUR, Due

WIDTH, HEIGHT, AXIS = 640, 150, 30
LEAST = 3  # of a column that counts anything
ROOM = 20  # for the count above it

SPANS: tuple[tuple[str, timedelta | None], ...] = (
    ("Overdue", -GRACE),
    ("Now", timedelta()),
    ("1 hour", HOUR),
    ("6 hours", 6 * HOUR),
    ("24 hours", DAY),
    ("7 days", 7 * DAY),
    ("31 days", 31 * DAY),
    ("Later", None),
)


@dataclass(frozen=True, slots=True)
class Column:
    label: str
    count: int
    x: float
    y: float
    width: float
    height: float
    middle: float
    is_late: bool


@dataclass(frozen=True, slots=True)
class Chart:
    columns: tuple[Column, ...]
    width: int = WIDTH
    height: int = HEIGHT + AXIS
    axis: int = HEIGHT


def falling_due(held: Sequence[Due], *, now: datetime | None = None) -> Chart:
    """How much must be gone by when."""
    at = now or timezone.now()
    counts = dict.fromkeys((label for label, _ in SPANS), 0)
    for due in held:
        label = next(name for name, span in SPANS if span is None or due.due_at <= at + span)
        counts[label] += due.count
    most = max(counts.values(), default=0)
    step = WIDTH / len(counts)
    return Chart(
        tuple(
            _column(index, label, count, step=step, most=most)
            for index, (label, count) in enumerate(counts.items())
        )
    )


def _column(index: int, label: str, count: int, *, step: float, most: int) -> Column:
    height = round(max(LEAST, (HEIGHT - ROOM) * count / most), 1) if count else 0
    return Column(
        label=label,
        count=count,
        x=round((index + 0.12) * step, 1),
        y=round(HEIGHT - height, 1),
        width=round(step * 0.76, 1),
        height=height,
        middle=round((index + 0.5) * step, 1),
        is_late=index == 0,
    )
