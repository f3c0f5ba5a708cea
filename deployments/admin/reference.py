"""Cameras, forces and drafts of policy documents."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from deployments import stills
from deployments.admin.access import AdministratorOnly, person_of
from deployments.camera_form import CameraAdminForm
from deployments.enums import DocumentStatus
from deployments.models import Camera, CameraStill, Deployment, Force, PolicyDocument
from deployments.transitions import CAMERA_COLUMNS


@admin.register(Force)
class ForceAdmin(AdministratorOnly, admin.ModelAdmin):  # type: ignore[type-arg]
    """Who may answer for a deployment's data: the closed list of the applications."""

    list_display = ("name",)

    def get_readonly_fields(self, request: HttpRequest, obj: Force | None = None) -> list[str]:
        """The name itself stands in the applications: the database refuses to change it there."""
        is_named = obj is not None and Deployment.objects.filter(controller_force=obj).exists()
        return ["name"] if is_named else []


@admin.register(Camera)
class CameraAdmin(AdministratorOnly, admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ("name", "location")
    search_fields = ("name", "location")
    form = CameraAdminForm
    fields = ("name", "location", "source", "loop", "picture", "picture_state")
    readonly_fields = ("picture_state",)

    @admin.display(description="picture")
    def picture_state(self, camera: Camera) -> str:
        """In words: who configures sees no images."""
        still = CameraStill.objects.filter(camera=camera).first() if camera.pk else None
        if still is None:
            return "None yet."
        return "Ready: it shows nobody." if still.is_ready else "Being prepared."

    def save_model(self, request: HttpRequest, obj: Camera, form: Any, change: bool) -> None:  # noqa: FBT001 (Django calls it so)
        super().save_model(request, obj, form, change)
        person = person_of(request)
        if form.cleaned_data.get("picture") and person is not None:
            stills.take_in(obj, form.cleaned_data["picture"], by=person)

    def get_readonly_fields(self, request: HttpRequest, obj: Camera | None = None) -> list[str]:
        """A camera that is part of an application or an authority stays what it was."""
        bound = list(CAMERA_COLUMNS) if obj is not None and obj.is_bound else []
        return [*bound, *self.readonly_fields]


@admin.register(PolicyDocument)
class PolicyDocumentAdmin(AdministratorOnly, admin.ModelAdmin):  # type: ignore[type-arg]
    """Drafts only: an authorising officer puts one into force, on the staff's own page."""

    list_display = ("kind", "version", "title", "status", "published_at")
    list_filter = ("kind", "status")
    fields = ("kind", "version", "title", "body")

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        is_fixed = isinstance(obj, PolicyDocument) and obj.status != DocumentStatus.DRAFT
        return not is_fixed and super().has_change_permission(request, obj)

    def save_model(
        self,
        request: HttpRequest,
        obj: Any,
        form: Any,
        change: bool,  # noqa: FBT001 (Django calls it so)
    ) -> None:
        obj.drafted_by = person_of(request)  # whoever wrote it last does not publish it
        super().save_model(request, obj, form, change)
