"""What is uploaded to fill a watchlist."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile

from deployments.import_files import IMAGES_AT_ONCE


class SeveralFilesInput(forms.ClearableFileInput):
    allow_multiple_selected = True


class SeveralFilesField(forms.FileField):
    widget = SeveralFilesInput

    def clean(self, data: Any, initial: Any = None) -> list[UploadedFile[bytes]]:
        given: Sequence[UploadedFile[bytes]] = data if isinstance(data, list | tuple) else [data]
        return [super(SeveralFilesField, self).clean(file, initial) for file in given if file]


class ImportForm(forms.Form):
    """A sheet, with its images in one zip file or as files."""

    use_required_attribute = False

    sheet = forms.FileField(
        label="Sheet (XLSX or CSV)",
        widget=forms.ClearableFileInput(attrs={"accept": ".xlsx,.csv,text/csv"}),
        error_messages={"required": "Choose the sheet.", "empty": "The sheet is empty."},
    )
    archive = forms.FileField(
        label="Images in a zip file",
        required=False,
        widget=forms.ClearableFileInput(attrs={"accept": ".zip,application/zip"}),
        error_messages={"empty": "The zip file is empty."},
    )
    images = SeveralFilesField(
        label="Or the image files themselves",
        required=False,
        widget=SeveralFilesInput(attrs={"accept": "image/*"}),
        help_text=f"Choose all of them at once, up to {IMAGES_AT_ONCE}; send more in a zip file.",
    )

    def __init__(self, data: Any = None, files: Any = None) -> None:
        super().__init__(data, files, label_suffix="")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        is_sound = "archive" not in self.errors and "images" not in self.errors
        if is_sound and cleaned.get("archive") and cleaned.get("images"):
            self.add_error("archive", "Send the images once: in a zip file, or as files.")
        return cleaned
