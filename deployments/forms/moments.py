"""Moments in London time, as the browser's own picker gives them."""

from datetime import UTC, datetime, timedelta
from typing import Any

from django import forms
from django.utils import timezone


class LocalMoment(forms.DateTimeField):
    """Two hours a year need words of their own: one that the clocks skip in spring, and one that
    they strike twice in autumn. Guessing which was meant could move a window by an hour."""

    default_error_messages = {"invalid": "Write the day and the time, as 31/12/2025 14:05."}
    widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")

    def to_python(self, value: Any) -> datetime | None:
        # With no zone of its own Django reads the text as it stands and leaves the zone to us.
        with timezone.override(UTC):
            read = super().to_python(value)
        return None if read is None else _in_london(read.replace(tzinfo=None))


def _in_london(moment: datetime) -> datetime:
    zone = timezone.get_current_timezone()
    earlier, later = (moment.replace(tzinfo=zone, fold=fold) for fold in (0, 1))
    if earlier.utcoffset() == later.utcoffset():
        return earlier
    clock, day = moment.strftime("%H:%M"), moment.strftime("%-d %B %Y")
    if earlier.astimezone(UTC).astimezone(zone).replace(tzinfo=None) != moment:
        after = (moment + timedelta(hours=1)).strftime("%H:%M")
        raise forms.ValidationError(
            f"{clock} does not exist on {day}: the clocks go forward in that hour. Write {after}."
        )
    raise forms.ValidationError(
        f"{clock} comes twice on {day}: the clocks go back in that hour. Write a time before 01:00 "
        "or from 02:00 on."
    )
