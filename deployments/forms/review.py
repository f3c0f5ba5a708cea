"""What a second person decides about an entry, and what was asked about it."""

from typing import Any

from django import forms

from deployments.enums import SoughtSource


class AcceptForm(forms.Form):
    """The entries that somebody looked at and ticked."""

    entries = forms.TypedMultipleChoiceField(
        coerce=int,
        error_messages={"required": "Tick the entries that you looked at and accept."},
    )

    def __init__(self, data: Any, *, offered: list[int]) -> None:
        super().__init__(data)
        field = self.fields["entries"]
        assert isinstance(field, forms.TypedMultipleChoiceField)
        field.choices = [(pk, str(pk)) for pk in offered]


class SendBackForm(forms.Form):
    use_required_attribute = False

    reason = forms.CharField(
        label="What is wrong with it",
        max_length=200,
        error_messages={"required": "Say what is wrong with the entry."},
    )


class KeepBothForm(forms.Form):
    use_required_attribute = False

    reason = forms.CharField(
        label="Why both stay",
        max_length=500,
        help_text="Such as: twins; two people, by fingerprint.",
        error_messages={"required": "Say why both entries stay."},
    )


class SoughtForm(forms.Form):
    use_required_attribute = False

    source = forms.ChoiceField(
        label="Who was asked",
        choices=[("", "Choose…"), *SoughtSource.choices],
        error_messages={"required": "Say who was asked."},
    )
    reference = forms.CharField(
        label="Their reference",
        max_length=60,
        help_text="The number of the check, so that it can be found again.",
        error_messages={"required": "Give the reference of the check."},
    )

    def __init__(self, data: Any = None, *, prefix: str | None = None) -> None:
        super().__init__(data, prefix=prefix, label_suffix="")
