"""Periods in words, the same in the code's messages, the staff's pages and the public's."""

from datetime import timedelta

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
