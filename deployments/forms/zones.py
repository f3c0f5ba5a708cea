"""The zone of each chosen camera, as four numbers in hundredths of the picture. The page's script
draws the same numbers on the still."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from django import forms

from deployments.forms.numbers import Hundredths
from deployments.models import DeploymentCamera
from deployments.zones import Zone, zone_of

PARTS = ("x", "y", "w", "h")


def _percent(label: str, *, least: str = "0") -> Hundredths:
    return Hundredths(
        label=label,
        required=False,
        min_value=Decimal(least),
        max_value=Decimal(100),
        widget=forms.NumberInput(attrs={"step": "0.01", "inputmode": "decimal"}),
    )


def _shown(fraction: Decimal) -> str:
    return f"{fraction * 100:.2f}".rstrip("0").rstrip(".")


class ZoneForm(forms.Form):
    x = _percent("Left edge, %")
    y = _percent("Top edge, %")
    w = _percent("Width, %", least="1")
    h = _percent("Height, %", least="1")

    def __init__(
        self, data: Mapping[str, Any] | None, *, used: DeploymentCamera, is_required: bool = False
    ) -> None:
        self.used = used
        self.is_required = is_required
        zone = zone_of(used)
        self.saved = zone
        initial = {} if zone is None else {name: _shown(getattr(zone, name)) for name in PARTS}
        super().__init__(data, prefix=f"camera-{used.camera_id}", initial=initial, label_suffix="")
        for field in self.fields.values():
            field.is_asked_for = True  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        given = [name for name in PARTS if cleaned.get(name) is not None]
        if not self.errors and not given and self.is_required:
            self.add_error(None, f"{self.used.camera}: draw its zone, or write its four numbers.")
        if self.errors or not given:
            return cleaned
        if len(given) < len(PARTS):
            self.add_error(None, f"{self.used.camera}: a zone needs all four numbers.")
        elif cleaned["x"] + cleaned["w"] > 100 or cleaned["y"] + cleaned["h"] > 100:
            self.add_error(None, f"{self.used.camera}: the zone must lie inside the picture.")
        return cleaned

    def zone(self) -> Zone | None:
        values = [self.cleaned_data[name] for name in PARTS]
        if None in values:
            return None
        return Zone(*(value / 100 for value in values))


def zone_forms(
    used: Iterable[DeploymentCamera],
    data: Mapping[str, Any] | None = None,
    *,
    is_required: bool = False,
) -> list[ZoneForm]:
    """`is_required`: a draft may lack a zone, what changes an authority may not."""
    return [ZoneForm(data, used=each, is_required=is_required) for each in used]
