"""The application form. A draft may be incomplete; what is submitted may not."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.conf import settings
from django.utils import timezone

from deployments.applications import REQUIRED_TEXTS, Application
from deployments.enums import Category, PlaceGround
from deployments.forces import own_force
from deployments.models import Camera, Deployment, Force

# Without these a row cannot be stored at all.
NEEDED_FOR_A_DRAFT = frozenset(
    {"title", "starts_at", "ends_at", "watchlist_cap", "profile", "threshold"}
)


def default_threshold() -> float:
    return float(getattr(settings, "DEFAULT_THRESHOLD", 0.9))


class CameraChoice(forms.ModelMultipleChoiceField):  # type: ignore[type-arg]
    def label_from_instance(self, obj: Camera) -> str:
        return f"{obj.name}: {obj.location}"


class LocalMoment(forms.DateTimeField):
    """A moment in the site's time zone, as the browser's own picker gives it."""

    widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")


def long_text(label: str, help_text: str) -> forms.CharField:
    return forms.CharField(
        label=label, help_text=help_text, max_length=8000, widget=forms.Textarea(attrs={"rows": 4})
    )


class ApplicationForm(forms.Form):
    use_required_attribute = False  # a draft may be saved unfinished

    title = forms.CharField(
        label="Title", max_length=120, help_text="Short, for lists and notices."
    )
    controller_force = forms.ModelChoiceField(
        label="Controller force",
        queryset=Force.objects.all(),
        empty_label=None,
        to_field_name="name",
        help_text="The force that answers for the personal data, also where equipment is shared.",
    )
    categories = forms.MultipleChoiceField(
        label="Who is sought",
        choices=Category,
        widget=forms.CheckboxSelectMultiple,
        help_text="The only categories there are. Nobody may be sought for any other purpose.",
    )
    place = forms.CharField(
        label="Place", max_length=200, help_text="As the public notice names it."
    )
    place_ground = forms.ChoiceField(
        label="Ground for this place", choices=PlaceGround, widget=forms.RadioSelect
    )
    place_intelligence = long_text(
        "What supports this ground", "The crime figures, the event or the intelligence relied on."
    )
    starts_at = LocalMoment(label="Start", help_text="London time. No recognition before it.")
    ends_at = LocalMoment(label="End", help_text="London time. Recognition stops by itself.")
    cameras = CameraChoice(
        label="Cameras", queryset=Camera.objects.all(), widget=forms.CheckboxSelectMultiple
    )
    watchlist_criteria = long_text(
        "Watchlist criteria", "Who may be put on the list, and who decides that they fit."
    )
    watchlist_cap = forms.IntegerField(
        label="Most people on the watchlist",
        min_value=1,
        initial=1000,
        help_text="No more than the purpose needs.",
    )
    necessity = long_text("Why it is necessary", "And why less intrusive means would not do.")
    proportionality = long_text(
        "Why it is proportionate", "What is gained, against what everyone who passes by bears."
    )
    alternatives = long_text("Alternatives considered", "And why each would not do.")
    community_impact = long_text(
        "Community impact", "Who lives, works, protests or worships there, and whom you asked."
    )
    signs_plan = long_text("Signs", "Where they will stand: at the zone and about 100 m out.")
    notice_plan = long_text("Notice", "How the public will be told beforehand.")
    expected_footfall = forms.IntegerField(label="People expected in a day", min_value=1)
    profile = forms.ChoiceField(
        label="Model profile",
        help_text="Detector and recognition model. Similarities of two profiles do not compare.",
    )
    threshold = forms.FloatField(
        label="Face-match threshold",
        min_value=-0.99,
        max_value=0.999,
        widget=forms.NumberInput(attrs={"step": "0.001", "inputmode": "decimal"}),
        help_text="The similarity at which an alert is raised. Higher: fewer false alerts, and "
        "more of those sought are missed. It belongs to the profile; a change needs a new "
        "authority.",
    )

    def __init__(
        self,
        data: Mapping[str, Any] | None = None,
        *,
        deployment: Deployment | None = None,
        is_draft: bool = False,
    ) -> None:
        super().__init__(data, initial=_initial(deployment), label_suffix="")
        self.choice("profile").choices = [(settings.RECOGNITION_PROFILE,) * 2]
        self.fields[
            "watchlist_cap"
        ].help_text = f"No more than the purpose needs; policy allows {settings.WATCHLIST_CAP:,}."
        for name, field in self.fields.items():
            field.required = name in NEEDED_FOR_A_DRAFT or not is_draft
            field.error_messages["required"] = _what_to_give(name)

    def choice(self, name: str) -> forms.ChoiceField:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        return field

    def clean_watchlist_cap(self) -> int:
        cap: int = self.cleaned_data["watchlist_cap"]
        if cap > settings.WATCHLIST_CAP:
            raise forms.ValidationError(f"Policy allows at most {settings.WATCHLIST_CAP:,} people.")
        return cap

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        start, end = cleaned.get("starts_at"), cleaned.get("ends_at")
        if start and end and end <= start:
            self.add_error("ends_at", "The end must be after the start.")
        elif end and end <= timezone.now():
            self.add_error("ends_at", "This window is already over.")
        return cleaned

    def application(self) -> Application:
        return Application(**{**self.cleaned_data, "cameras": list(self.cleaned_data["cameras"])})


def _what_to_give(name: str) -> str:
    """An empty field's error, as a sentence about this field."""
    words = REQUIRED_TEXTS.get(name) or _OTHER_FIELDS[name]
    return f"{'Say' if words.startswith(('who', 'why', 'what')) else 'Give'} {words}."


_OTHER_FIELDS = {
    "starts_at": "the start",
    "ends_at": "the end",
    "cameras": "at least one camera",
    "watchlist_cap": "the most people that the list may hold",
    "profile": "the model profile",
    "threshold": "the threshold",
}


def _initial(deployment: Deployment | None) -> dict[str, Any]:
    if deployment is None:
        return {
            "controller_force": own_force(),
            "profile": settings.RECOGNITION_PROFILE,
            "threshold": default_threshold(),
        }
    names = [name for name in ApplicationForm.base_fields if name != "cameras"]
    values = {name: getattr(deployment, name) for name in names}
    return values | {"cameras": deployment.cameras.all()}
