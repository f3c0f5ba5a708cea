"""The question that the ledger answers."""

from typing import Any

from django import forms


class LedgerForm(forms.Form):
    """Sent by POST: a reference belongs in no address and no log."""

    use_required_attribute = False

    reference = forms.CharField(
        label="Source reference",
        max_length=60,
        error_messages={"required": "Write the reference that is asked about."},
    )
    day = forms.DateField(
        label="On this day",
        required=False,
        input_formats=["%Y-%m-%d", "%d/%m/%Y"],
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text="Left empty: on any day.",
        error_messages={"invalid": "Write the day as 2026-01-31 or 31/01/2026."},
    )
    why = forms.CharField(
        label="Why it is asked",
        max_length=200,
        help_text="Such as a complaint or a subject access request, by its number. No names.",
        error_messages={"required": "Say why it is asked: the question is recorded."},
    )

    def __init__(self, data: Any = None) -> None:
        super().__init__(data, label_suffix="")
