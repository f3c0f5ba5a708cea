"""What somebody asks for, which moment shows them, and how the request is answered."""

from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.core.validators import RegexValidator
from django.utils import timezone

from deployments.enums import IdentityProof, SubjectAccessRefusal
from deployments.forms.moments import LocalMoment
from deployments.models import Camera, Deployment, SubjectAccessRequest
from deployments.models.subject_access import CASE_NUMBER
from deployments.subject_access import requests


class FindForm(forms.Form):
    """Where and when somebody says that they were seen."""

    use_required_attribute = False

    begins = LocalMoment(label="From", error_messages={"required": "Say from when."})
    ends = LocalMoment(label="Until", error_messages={"required": "Say until when."})
    words = forms.CharField(
        label="Place or deployment",
        max_length=120,
        required=False,
        help_text="A street, a camera or a title.",
    )

    def __init__(self, data: Any = None) -> None:
        super().__init__(data, label_suffix="")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        begins, ends = cleaned.get("begins"), cleaned.get("ends")
        if begins and ends and ends <= begins:
            self.add_error("ends", "The end must be after the beginning.")
        elif begins and ends and ends - begins > timedelta(days=31):
            self.add_error("ends", "Choose 31 days at most.")
        return cleaned


class OpenForm(forms.Form):
    """A request as it was received. No field takes a name."""

    use_required_attribute = False

    case_number = forms.CharField(
        label="Case number",
        max_length=40,
        validators=[
            RegexValidator(
                CASE_NUMBER,
                "Write the number as the force's own records have it: capitals, digits and / . - "
                "only. No names.",
            )
        ],
        help_text="Of the force's own records, such as SAR/2026/0147. Never a name.",
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        error_messages={"required": "Write the case number of the force's own records."},
    )
    received_on = forms.DateField(
        label="Received on",
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text="With what was asked for to know who it is. The answer is due a month later.",
        error_messages={"required": "Say when it was received."},
    )
    identity = forms.ChoiceField(
        label="How the identity was established",
        choices=[("", "Choose how"), *IdentityProof.choices],
        error_messages={"required": "Say how the identity was established."},
    )
    camera = forms.ModelChoiceField(
        label="Camera",
        queryset=Camera.objects.none(),
        empty_label=None,
        error_messages={"required": "Choose the camera."},
    )
    begins = LocalMoment(label="From", error_messages={"required": "Say from when."})
    ends = LocalMoment(
        label="Until",
        help_text="An hour at most.",
        error_messages={"required": "Say until when."},
    )

    def __init__(
        self, data: Any = None, *, deployment: Deployment, initial: dict[str, Any] | None = None
    ) -> None:
        super().__init__(data, label_suffix="", initial=initial)
        camera = self.fields["camera"]
        assert isinstance(camera, forms.ModelChoiceField)
        camera.queryset = deployment.cameras.order_by("name")

    def clean_case_number(self) -> str:
        return str(self.cleaned_data["case_number"]).strip()

    def asked(self) -> requests.Asked:
        given = self.cleaned_data
        return requests.Asked(
            case_number=given["case_number"],
            camera=given["camera"],
            begins=given["begins"],
            ends=given["ends"],
            received_on=given["received_on"],
            identity=IdentityProof(given["identity"]),
        )


class MomentForm(forms.Form):
    """When the person is well seen: the time of day that the player shows."""

    use_required_attribute = False

    at = forms.TimeField(
        label="Time of day",
        input_formats=["%H:%M:%S", "%H:%M"],
        widget=forms.TimeInput(attrs={"type": "time", "step": "1"}, format="%H:%M:%S"),
        help_text="To the second, when they face the camera and nobody is close to them.",
        error_messages={
            "required": "Say at what time they are seen.",
            "invalid": "Write the time as hours, minutes and seconds, such as 14:05:30.",
        },
    )

    def __init__(
        self, data: Any = None, *, request: SubjectAccessRequest, shown_at: str = ""
    ) -> None:
        """`shown_at`: the time that the player showed, where somebody comes from there."""
        super().__init__(data, label_suffix="", auto_id="moment-%s")
        self.request = request
        self.initial["at"] = shown_at or timezone.localtime(request.begins).time()

    def clean_at(self) -> datetime:
        """The first such moment within the request: it is an hour at most."""
        begins = timezone.localtime(self.request.begins)
        for day in (begins.date(), timezone.localtime(self.request.ends).date()):
            at = timezone.make_aware(datetime.combine(day, self.cleaned_data["at"]))
            if self.request.begins <= at <= self.request.ends:
                return at
        raise forms.ValidationError(
            f"Choose a time between {begins:%H:%M:%S} and "
            f"{timezone.localtime(self.request.ends):%H:%M:%S}."
        )


class RefusalForm(forms.Form):
    use_required_attribute = False

    ground = forms.ChoiceField(
        label="Ground",
        choices=[("", "Choose a ground"), *SubjectAccessRefusal.choices],
        error_messages={"required": "Choose on what ground."},
    )

    def __init__(self, data: Any = None) -> None:
        super().__init__(data, label_suffix="", auto_id="refuse-%s")


class ConfirmForm(forms.Form):
    use_required_attribute = False

    looked = forms.BooleanField(
        label="I looked at all of every copy: the person who asked can be seen, and nobody else "
        "can be recognised.",
        error_messages={"required": "Look at all of it, and then say so."},
    )

    def __init__(self, data: Any = None) -> None:
        super().__init__(data, label_suffix="", auto_id="confirm-%s")
