"""What a reader of the timeline asks to see."""

from collections.abc import Sequence

from django import forms

from alerts.timeline.rows import Row, Source
from deployments.enums import Category


class TimelineFilter(forms.Form):
    """Every field may stay empty, which hides nothing."""

    source = forms.ChoiceField(
        label="Show", required=False, choices=[("", "Everything"), *Source.choices]
    )
    camera = forms.ChoiceField(label="Camera", required=False)
    category = forms.ChoiceField(
        label="Category", required=False, choices=[("", "Any"), *Category.choices]
    )
    alert = forms.IntegerField(label="Alert number", required=False, min_value=1)

    def __init__(self, data: object, *, rows: Sequence[Row]) -> None:
        super().__init__(data)  # type: ignore[arg-type]
        cameras = sorted({row.camera for row in rows if row.camera})
        field = self.fields["camera"]
        field.choices = [("", "Any"), *((name, name) for name in cameras)]  # type: ignore[attr-defined]
        for each in self.fields.values():
            each.widget.attrs["class"] = "input"

    def chosen(self, rows: Sequence[Row]) -> list[Row]:
        """An address that was typed wrongly filters nothing, and the form says what is wrong."""
        if not self.is_valid():
            return list(rows)
        wanted = self.cleaned_data
        category = wanted["category"] and str(Category(wanted["category"]).label)
        return [
            row
            for row in rows
            if (not wanted["source"] or row.source == wanted["source"])
            and (not wanted["camera"] or row.camera == wanted["camera"])
            and (not category or row.category == category)
            and (wanted["alert"] is None or row.alert == wanted["alert"])
        ]
