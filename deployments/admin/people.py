"""People, their roles and training. Rights come with an audit event, and nobody gives them to
themselves."""

from typing import Any

from allauth.mfa.models import Authenticator
from django import forms
from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.db import transaction
from django.db.models import F
from django.http import HttpRequest, HttpResponse

from deployments import second_factor
from deployments.admin.access import AdministratorOnly, person_of
from deployments.models import Training, User
from deployments.person_form import PersonAdminForm


@admin.register(User)
class PersonAdmin(AdministratorOnly, UserAdmin):  # type: ignore[type-arg]
    form = PersonAdminForm
    list_display = ("username", "rank", "last_name", "role_names", "has_factor", "is_active")
    list_filter = ("rank", "is_active")
    fieldsets = (
        (None, {"fields": ("username", "password", "remove_second_factor")}),
        ("Person", {"fields": ("first_name", "last_name", "email", "collar_number")}),
        ("Rank and roles", {"fields": ("rank", "roles", "is_active")}),
    )

    @admin.display(description="roles")
    def role_names(self, person: User) -> str:
        return ", ".join(person.role_labels)

    @admin.display(description="second factor", boolean=True)
    def has_factor(self, person: User) -> bool:
        return second_factor.has_factor(person)

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> list[str]:
        """A user name stays, as the audit trail has it. Nobody gives themselves rights: a second
        administrator does."""
        if obj is None:
            return []
        own = ["rank", "roles", "is_active"] if obj == request.user else []
        return ["username", *own]

    def save_model(
        self,
        request: HttpRequest,
        obj: Any,
        form: Any,
        change: bool,  # noqa: FBT001 (Django calls it so)
    ) -> None:
        super().save_model(request, obj, form, change)
        if form.cleaned_data.get("remove_second_factor") and obj != request.user:
            Authenticator.objects.filter(user=obj).delete()
            User.objects.filter(pk=obj.pk).update(session_epoch=F("session_epoch") + 1)

    def user_change_password(
        self,
        request: HttpRequest,
        id: str,  # noqa: A002
        form_url: str = "",
    ) -> HttpResponse:
        with transaction.atomic():  # the password and its audit event
            return super().user_change_password(request, id, form_url)


class TrainingForm(forms.ModelForm):  # type: ignore[type-arg]
    """Says in the form what the database would refuse: `recorded_by` is not one of its fields."""

    recorder: User | None = None

    class Meta:
        model = Training
        fields = ("person", "kind", "completed_on", "expires_on")

    def clean_person(self) -> User:
        person: User = self.cleaned_data["person"]
        if person == self.recorder:
            raise forms.ValidationError("Nobody records their own training.")
        return person


@admin.register(Training)
class TrainingAdmin(AdministratorOnly, admin.ModelAdmin):  # type: ignore[type-arg]
    """Training that no longer counts is given an earlier last day; it stays on record."""

    form = TrainingForm
    list_display = ("person", "kind", "completed_on", "expires_on", "recorded_by")
    list_filter = ("kind", "expires_on")
    list_select_related = ("person", "recorded_by")
    search_fields = ("person__username", "person__last_name")
    date_hierarchy = "expires_on"

    def get_form(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        form = super().get_form(request, *args, **kwargs)
        return type(form.__name__, (form,), {"recorder": person_of(request)})

    def get_readonly_fields(self, request: HttpRequest, obj: Training | None = None) -> list[str]:
        return ["person", "kind"] if obj is not None else []

    def save_model(
        self,
        request: HttpRequest,
        obj: Any,
        form: Any,
        change: bool,  # noqa: FBT001 (Django calls it so)
    ) -> None:
        obj.recorded_by = person_of(request)
        super().save_model(request, obj, form, change)
