"""Cameras, forces and drafts of policy documents."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from deployments.admin.access import AdministratorOnly, person_of
from deployments.enums import DocumentStatus
from deployments.models import Camera, Deployment, Force, PolicyDocument
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

    def get_readonly_fields(self, request: HttpRequest, obj: Camera | None = None) -> list[str]:
        """A camera that is part of an application or an authority stays what it was."""
        return list(CAMERA_COLUMNS) if obj is not None and obj.is_bound else []


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
