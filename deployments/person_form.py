"""Editing a person in the admin: roles as tick boxes."""

from django import forms
from django.contrib.auth.forms import UserChangeForm

from deployments.enums import Role
from deployments.models import User


class PersonAdminForm(UserChangeForm):  # type: ignore[type-arg]
    roles = forms.MultipleChoiceField(
        choices=Role, widget=forms.CheckboxSelectMultiple, required=False
    )

    class Meta:
        model = User
        fields = "__all__"
