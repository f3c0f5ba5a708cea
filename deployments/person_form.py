"""Editing a person in the admin: roles as tick boxes."""

from django import forms
from django.contrib.auth.forms import UserChangeForm

from deployments.enums import Role
from deployments.models import User


class PersonAdminForm(UserChangeForm):  # type: ignore[type-arg]
    remove_second_factor = forms.BooleanField(
        required=False,
        help_text="For somebody who lost app, key and recovery codes. They are signed out at once "
        "and set up a new one with their password.",
    )
    roles = forms.MultipleChoiceField(
        choices=Role,
        widget=forms.CheckboxSelectMultiple,
        required=False,
        help_text="An auditor, an inspector or a system administrator holds no other role.",
    )

    class Meta:
        model = User
        fields = "__all__"
