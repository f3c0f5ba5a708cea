"""The administrator's form of a camera, with the picture on which its zones are drawn."""

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile

from deployments.models import Camera
from deployments.sign_pictures import MAX_BYTES, UnusablePicture, cleaned


class CameraAdminForm(forms.ModelForm):  # type: ignore[type-arg]
    picture = forms.FileField(
        label="Picture of its view",
        required=False,
        help_text="A survey picture, best of the empty place. Faces in it are made unrecognisable "
        "before anyone is shown it. It is never taken from the camera itself.",
    )

    class Meta:
        model = Camera
        fields = ("name", "location", "source", "loop")

    def clean_picture(self) -> bytes | None:
        picture: UploadedFile[bytes] | None = self.cleaned_data["picture"]
        if picture is None:
            return None
        if (picture.size or 0) > MAX_BYTES:
            raise forms.ValidationError(f"The picture is larger than {MAX_BYTES // 2**20} MB.")
        try:
            return cleaned(picture.read())
        except UnusablePicture as error:
            raise forms.ValidationError(str(error)) from None

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        if given.get("picture") and self.instance.pk and self.instance.is_bound:
            self.add_error(
                "picture",
                "This camera is part of an application or an authority; its picture stays what it "
                "was until that is over.",
            )
        return given
