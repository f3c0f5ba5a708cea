"""What the applicant writes to change an authority, and how it and an urgent one are decided."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import Any

from django import forms

from deployments.enums import Category, PlaceGround
from deployments.forms.application import (
    NOT_CHOSEN,
    RECORDING_WORDS,
    CameraChoice,
    long_text,
)
from deployments.forms.lines import OneLine
from deployments.forms.moments import LocalMoment
from deployments.forms.numbers import Number, WholeNumber
from deployments.forms.zones import ZoneForm
from deployments.models import Camera, Deployment, DeploymentCamera
from deployments.variations import Terms, terms_of


class VariationForm(forms.Form):
    """Begins with what is in force; what differs when it is sent is the variation."""

    use_required_attribute = False

    reasons = long_text(
        "Why this change",
        "Why it is necessary and proportionate. It needs an authority of its own.",
    )
    reasons.error_messages["required"] = "Say why the change is necessary and proportionate."
    starts_at = LocalMoment(label="Start", help_text="London time. Fixed once it has started.")
    ends_at = LocalMoment(label="End", help_text="London time. Recognition stops by itself.")
    place = OneLine(label="Place", max_length=200)
    place_ground = forms.ChoiceField(
        label="Ground for this place", choices=PlaceGround, widget=forms.RadioSelect
    )
    place_intelligence = long_text("What supports this ground", "")
    cameras = CameraChoice(
        label="Cameras",
        queryset=Camera.objects.all(),
        widget=forms.CheckboxSelectMultiple,
        help_text="The zone of a camera that you add is drawn next.",
    )
    recorded = CameraChoice(
        label="Cameras that record CCTV",
        queryset=Camera.objects.all(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=RECORDING_WORDS,
    )
    categories = forms.MultipleChoiceField(
        label="Who is sought", choices=Category, widget=forms.CheckboxSelectMultiple
    )
    watchlist_criteria = long_text("Watchlist criteria", "")
    watchlist_cap = WholeNumber(label="Most people on the watchlist", min_value=1)
    threshold = Number(
        label="Face-match threshold",
        min_value=-0.99,
        max_value=0.999,
        widget=forms.NumberInput(attrs={"step": "any", "inputmode": "decimal"}),
        help_text="Operators are briefed again on another threshold before they judge.",
    )

    def __init__(self, data: Mapping[str, Any] | None = None, *, deployment: Deployment) -> None:
        terms = asdict(terms_of(deployment))
        cameras = Camera.objects.filter(pk__in=terms.pop("camera_ids"))
        recorded = Camera.objects.filter(pk__in=terms.pop("recorded_ids"))
        terms.pop("zones")
        initial = terms | {"cameras": cameras, "recorded": recorded}
        super().__init__(data, initial=initial, label_suffix="")
        self._deployment = deployment
        if deployment.started_at:
            self.fields["starts_at"].disabled = True

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if set(cleaned.get("recorded") or ()) - set(cleaned.get("cameras") or ()):
            self.add_error("recorded", NOT_CHOSEN)
        return cleaned

    def used(self) -> list[DeploymentCamera]:
        """The cameras as they would be, those that are added without a zone yet."""
        there = self._deployment.deploymentcamera_set.select_related("camera__still")
        used = {each.camera_id: each for each in there.order_by("camera__name")}
        if not self.is_bound:
            return list(used.values())
        return [
            used.get(camera.pk) or DeploymentCamera(deployment=self._deployment, camera=camera)
            for camera in self.cleaned_data.get("cameras", ())
        ]

    def terms(self, zones: Iterable[ZoneForm]) -> Terms:
        drawn = {each.used.camera_id: each.zone() for each in zones}
        names = set(Terms.__slots__) - {"camera_ids", "recorded_ids", "zones"}
        return Terms(
            **{name: self.cleaned_data[name] for name in names} | self._same_to_the_minute(),
            camera_ids=sorted(drawn),
            recorded_ids=sorted(camera.pk for camera in self.cleaned_data["recorded"]),
            zones={str(pk): zone.numbers() for pk, zone in drawn.items() if zone is not None},
        )

    def _same_to_the_minute(self) -> dict[str, Any]:
        """The picker knows no seconds: a moment that was not touched stays what it is, and so does
        a start that was made."""
        kept = {}
        for name in ("starts_at", "ends_at"):
            now = getattr(self._deployment, name)
            is_same = now.replace(second=0, microsecond=0) == self.cleaned_data[name]
            if is_same or self.fields[name].disabled:
                kept[name] = now
        return kept


class VariationDecisionForm(forms.Form):
    use_required_attribute = False

    decision = forms.ChoiceField(
        label="Your decision",
        choices=(("authorise", "Authorise the change"), ("refuse", "Refuse it")),
        widget=forms.RadioSelect,
        error_messages={"required": "Choose what you decide."},
    )
    reasons = forms.CharField(
        label="Reasons",
        max_length=8000,
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": "A decision needs its reasons."},
    )
    short_notice_reason = forms.CharField(
        label="Shorter public notice is justified, because",
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Needed where place, window or who is sought changes later than policy asks.",
    )

    def __init__(self, data: Mapping[str, Any] | None = None) -> None:
        super().__init__(data, label_suffix="")


class ReviewForm(forms.Form):
    use_required_attribute = False

    decision = forms.ChoiceField(
        label="Your review",
        choices=(
            ("confirm", "Confirm the urgent authority"),
            ("withdraw", "Withdraw it: recognition ends"),
        ),
        widget=forms.RadioSelect,
        error_messages={"required": "Choose what you decide."},
    )
    reasons = forms.CharField(
        label="Reasons",
        max_length=8000,
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": "A review needs its reasons."},
    )

    def __init__(self, data: Mapping[str, Any] | None = None) -> None:
        super().__init__(data, label_suffix="")
