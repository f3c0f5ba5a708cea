"""Filters of the list of deployments and of a watchlist."""

from collections.abc import Mapping
from typing import Any

from django import forms

from deployments.enums import EntryStatus, Status
from deployments.forms.numbers import WholeNumber


class DeploymentFilter(forms.Form):
    q = forms.CharField(label="Title or place", required=False, max_length=80)
    status = forms.ChoiceField(
        label="Status", required=False, choices=[("", "Any status"), *Status.choices]
    )

    def __init__(self, data: Mapping[str, Any] | None = None) -> None:
        super().__init__(data, label_suffix="")


class EntryFilter(forms.Form):
    """Sent by POST: a reference or a name does not belong in an address or a log."""

    q = forms.CharField(label="Reference or name", required=False, max_length=80)
    status = forms.ChoiceField(
        label="Status", required=False, choices=[("", "Any status"), *EntryStatus.choices]
    )
    page = WholeNumber(required=False, min_value=1, widget=forms.HiddenInput)

    def __init__(self, data: Mapping[str, Any] | None = None) -> None:
        super().__init__(data, label_suffix="")
