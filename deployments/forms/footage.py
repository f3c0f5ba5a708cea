"""Which footage, and what is asked of whoever looks at it, keeps it or hands it over."""

from datetime import timedelta
from typing import Any

from django import forms
from django.utils import timezone

from deployments.enums import FootageGround
from deployments.footage import holds
from deployments.forms.moments import LocalMoment
from deployments.models import Camera, Deployment


class RangeForm(forms.Form):
    """A camera and a time: what there is of it. Left empty: everything."""

    use_required_attribute = False

    camera = forms.ModelChoiceField(
        label="Camera", queryset=Camera.objects.none(), required=False, empty_label="All cameras"
    )
    begins = LocalMoment(label="From", required=False)
    ends = LocalMoment(label="Until", required=False)

    def __init__(self, data: Any = None, *, deployment: Deployment) -> None:
        super().__init__(data, label_suffix="")
        camera = self.fields["camera"]
        assert isinstance(camera, forms.ModelChoiceField)
        camera.queryset = deployment.cameras.order_by("name")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        begins, ends = cleaned.get("begins"), cleaned.get("ends")
        if begins and ends and ends <= begins:
            self.add_error("ends", "The end must be after the beginning.")
        return cleaned

    @property
    def span(self) -> holds.Span:
        """Without an end until now: what is being written at this moment is part of it."""
        given = self.cleaned_data
        return holds.Span(given["camera"], given["begins"], given["ends"] or timezone.now())


class _Reasoned(forms.Form):
    use_required_attribute = False

    ground = forms.ChoiceField(
        label="Ground",
        choices=[("", "Choose a ground"), *FootageGround.choices],
        error_messages={"required": "Choose on what ground."},
    )
    reason = forms.CharField(
        label="Reason",
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="Such as the case or complaint by its number. It is recorded. No names.",
        error_messages={"required": "Say why: it is recorded."},
    )

    def __init__(self, data: Any = None) -> None:
        super().__init__(data, label_suffix="", auto_id=f"{self.action}-%s")

    action = ""


class LookForm(_Reasoned):
    action = "look"


class HoldForm(_Reasoned):
    action = "hold"

    review_on = forms.DateField(
        label="To be reviewed by",
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"required": "Say by when it is looked at again."},
    )

    def __init__(self, data: Any = None) -> None:
        super().__init__(data)
        self.initial["review_on"] = timezone.localdate() + timedelta(days=28)
        self.fields["review_on"].help_text = f"At the latest {holds.latest_review():%-d %B %Y}."


class HandOverForm(_Reasoned):
    action = "hand_over"

    recipient = forms.CharField(
        label="Organisation that receives it",
        max_length=120,
        error_messages={"required": "Say to whom it is handed over."},
    )
    recipient_person = forms.CharField(
        label="Person who receives it", max_length=120, required=False
    )


class HoldReviewForm(forms.Form):
    """A hold is looked at again: kept until another day, or released."""

    use_required_attribute = False

    reason = forms.CharField(
        label="Reason",
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": "Say why: it is recorded."},
    )
    review_on = forms.DateField(
        label="Next review by",
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text="To keep it. Left empty where it is released.",
    )

    def __init__(self, data: Any = None, *, prefix: str) -> None:
        super().__init__(data, label_suffix="", auto_id=f"{prefix}-%s")
