"""One person sought, alone or as a row of a sheet: the same fields, the same words."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils import timezone

from deployments.enums import Category, Response
from deployments.forms.lines import OneLine
from deployments.import_images import MAX_IMAGE_BYTES, megabytes
from deployments.models import Deployment
from deployments.watchlist import NewEntry

# Nobody who is sought was photographed before.
EARLIEST_YEAR = 1900


class EntryFields(forms.Form):
    """All of an entry but its image."""

    use_required_attribute = False

    reference = OneLine(
        label="Source reference",
        max_length=60,
        help_text="The record that says who this is, such as a custody or warrant number.",
    )
    name = OneLine(label="Name", max_length=120, required=False)
    category = forms.ChoiceField(
        label="Category", choices=Category, error_messages={"invalid_choice": "Unknown category."}
    )
    response = forms.ChoiceField(
        label="Predefined response",
        choices=Response,
        help_text="What officers do once the operator has judged the alert.",
        error_messages={"invalid_choice": "Unknown response: it is red, amber or green."},
    )
    image_source = OneLine(
        label="Where the image comes from", max_length=200, help_text="The system or the person."
    )
    image_date = forms.DateField(
        label="Date of the image",
        input_formats=["%Y-%m-%d", "%d/%m/%Y"],
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text="Use the most recent image that is good enough.",
        error_messages={"invalid": "Write the date of the image as 2026-01-31 or 31/01/2026."},
    )
    lawful_basis = OneLine(
        label="Lawful basis", max_length=200, help_text="The warrant, order or power relied on."
    )

    is_under_18 = forms.BooleanField(label="This person is under 18", required=False)
    under_18_rationale = forms.CharField(
        label="Why somebody under 18 must be sought in this way",
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="Only for a person under 18. A second person approves it.",
    )

    def __init__(
        self,
        data: Mapping[str, Any] | None = None,
        files: Any = None,
        *,
        deployment: Deployment,
    ) -> None:
        super().__init__(data, files, label_suffix="")
        category = self.fields["category"]
        assert isinstance(category, forms.ChoiceField)
        category.choices = [(value, Category(value).label) for value in deployment.categories]
        category.help_text = "Those authorised for this deployment."

    def clean_image_date(self) -> date:
        taken: date = self.cleaned_data["image_date"]
        if taken.year < EARLIEST_YEAR:
            raise forms.ValidationError("Write the year of the image in full.")
        if taken > timezone.localdate():
            raise forms.ValidationError("The date of the image lies in the future.")
        return taken

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("is_under_18") and not cleaned.get("under_18_rationale"):
            self.add_error(
                "under_18_rationale", "Say why somebody under 18 must be sought in this way."
            )
        return cleaned

    def new_entry(self, image: bytes) -> NewEntry:
        values = {name: self.cleaned_data[name] for name in EntryFields.base_fields}
        return NewEntry(**values, image=image)


class EntryForm(EntryFields):
    image = forms.FileField(
        label="Image",
        widget=forms.ClearableFileInput(attrs={"accept": "image/*"}),
        help_text=f"One face, seen from the front, at most {megabytes(MAX_IMAGE_BYTES)}.",
        error_messages={"required": "Choose an image.", "empty": "This file is empty."},
    )
    field_order = ["reference", "name", "category", "response", "image"]

    def clean_image(self) -> UploadedFile[bytes]:
        image: UploadedFile[bytes] = self.cleaned_data["image"]
        if (image.size or 0) > MAX_IMAGE_BYTES:
            raise forms.ValidationError(f"The image is larger than {megabytes(MAX_IMAGE_BYTES)}.")
        return image


class LookForm(forms.Form):
    """Why a person wants to see an image that their own work does not ask for."""

    use_required_attribute = False

    why = forms.CharField(
        label="Why do you look at this image?",
        help_text="Recorded with your name. Name nobody here.",
        max_length=300,
        error_messages={"required": "Say why you look at this image."},
    )


class ReasonForm(forms.Form):
    use_required_attribute = False

    reason = forms.CharField(
        label="Reason",
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": "Say why."},
    )
