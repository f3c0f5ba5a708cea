"""Periods in words, the same in the code's messages, the staff's pages and the public's."""

from datetime import datetime, timedelta

from django.utils import timezone
from django.utils.formats import date_format

_UNITS = (("day", 86_400), ("hour", 3_600), ("minute", 60), ("second", 1))


def period_in_words(period: timedelta | None) -> str:
    """How long something is kept: "24 hours", "31 days", "at once"; None is kept for good."""
    if period is None:
        return "kept"
    seconds = int(period.total_seconds())
    if seconds <= 0:
        return "at once"
    if seconds == 86_400:
        return "24 hours"  # as law and practice say it
    name, size = next((unit for unit in _UNITS if seconds % unit[1] == 0), _UNITS[-1])
    return f"{seconds // size} {name}{'' if seconds == size else 's'}"


def moment_in_words(moment: datetime | None) -> str:
    """A moment in the time of the place: "5 June 2026, 14:05"."""
    return "" if moment is None else date_format(timezone.localtime(moment), "j F Y, H:i")


def time_in_words(moment: datetime) -> str:
    """The time of day with seconds, for what happened just now."""
    return date_format(timezone.localtime(moment), "H:i:s")


def left_in_words(left: timedelta) -> str:
    """How much is left, to the minute, rounded down: "7 hours 56 minutes", "3 minutes"."""
    minutes = max(int(left.total_seconds()) // 60, 0)
    hours, minutes = divmod(minutes, 60)
    parts = [f"{hours} hour{'' if hours == 1 else 's'}"] if hours else []
    if minutes or not hours:
        parts.append(f"{minutes} minute{'' if minutes == 1 else 's'}")
    return " ".join(parts)


def lead_in_words(lead: timedelta) -> str:
    """How far ahead something was done, rounded down: "4 days", "5 hours", "12 minutes"."""
    seconds = int(lead.total_seconds())
    if seconds < 60:
        return "less than a minute"
    name, size = next(unit for unit in _UNITS if seconds >= unit[1])
    count = seconds // size
    return f"{count} {name}{'' if count == 1 else 's'}"
