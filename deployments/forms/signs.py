"""A photograph of a sign, taken with a telephone at the place."""

from typing import Any

from django import forms

from deployments.enums import SignPlace


class SignPhotographForm(forms.Form):
    use_required_attribute = False

    place = forms.ChoiceField(choices=SignPlace, widget=forms.HiddenInput)
    picture = forms.FileField(
        label="Photograph",
        # `capture`: a telephone opens its camera, facing the street.
        widget=forms.FileInput(attrs={"accept": "image/*", "capture": "environment"}),
        help_text="Show the whole sign and where it stands.",
        error_messages={"required": "Take or choose a photograph.", "empty": "The file is empty."},
    )

    def __init__(self, data: Any = None, files: Any = None, *, place: SignPlace) -> None:
        super().__init__(
            data, files, label_suffix="", initial={"place": place}, auto_id=f"{place}-%s"
        )
