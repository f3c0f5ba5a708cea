"""What a reader of the timeline asks to see."""

from collections.abc import Sequence
from dataclasses import dataclass

from django import forms

from alerts.timeline.rows import Row, Source
from deployments.enums import Category
from deployments.forms.numbers import WholeNumber

SIGHTINGS = "seen_again"


@dataclass(frozen=True, slots=True)
class Chosen:
    """`left_out` counts the sightings that would stand among the rows, and are not asked for."""

    rows: list[Row]
    left_out: int = 0


class TimelineFilter(forms.Form):
    """Every field may stay empty, which hides nothing but that somebody was seen again."""

    source = forms.ChoiceField(
        label="Show", required=False, choices=[("", "Everything"), *Source.choices]
    )
    camera = forms.ChoiceField(label="Camera", required=False)
    category = forms.ChoiceField(
        label="Category", required=False, choices=[("", "Any"), *Category.choices]
    )
    alert = WholeNumber(label="Alert number", required=False, min_value=1)
    seen_again = forms.BooleanField(label="Also each time somebody is seen again", required=False)

    def __init__(self, data: object, *, rows: Sequence[Row]) -> None:
        super().__init__(data)  # type: ignore[arg-type]
        cameras = sorted({row.camera for row in rows if row.camera})
        field = self.fields["camera"]
        field.choices = [("", "Any"), *((name, name) for name in cameras)]  # type: ignore[attr-defined]
        for name, each in self.fields.items():
            if name != SIGHTINGS:
                each.widget.attrs["class"] = "input"

    @property
    def selects(self) -> list[forms.BoundField]:
        return [field for field in self if field.name != SIGHTINGS]

    @property
    def is_narrowed(self) -> bool:
        """Whether it hides anything but sightings."""
        return any(field.value() for field in self.selects)

    def chosen(self, rows: Sequence[Row]) -> Chosen:
        """An address that was typed wrongly filters nothing, and the form says what is wrong."""
        if not self.is_valid():
            return Chosen(list(rows))
        found = [row for row in rows if self._is_asked_for(row)]
        if self.cleaned_data[SIGHTINGS]:
            return Chosen(found)
        shown = [row for row in found if not row.is_sighting]
        return Chosen(shown, len(found) - len(shown))

    def _is_asked_for(self, row: Row) -> bool:
        wanted = self.cleaned_data
        category = wanted["category"] and str(Category(wanted["category"]).label)
        return (
            (not wanted["source"] or row.source == wanted["source"])
            and (not wanted["camera"] or row.camera == wanted["camera"])
            and (not category or row.category == category)
            and (wanted["alert"] is None or row.alert == wanted["alert"])
        )
