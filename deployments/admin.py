"""Reference data for the system administrator; the audit trail, read-only, for the auditor."""

import json

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.models import Group
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString

from deployments import audit, permissions
from deployments.enums import AuditKind
from deployments.models import AuditEvent, Camera, ErasureRecord, User
from deployments.person_form import PersonAdminForm

admin.site.unregister(Group)


def _person(request: HttpRequest) -> User | None:
    return request.user if isinstance(request.user, User) else None


class AuditorOnly:
    """Read, filter, never change."""

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def has_view_permission(self, request: HttpRequest, obj: object = None) -> bool:
        person = _person(request)
        return person is not None and permissions.can_read_audit(person)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False


class AdministratorOnly:
    """Configure; every change is an audit event."""

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self._may(request)

    def has_view_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return self._may(request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return self._may(request)

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return self._may(request)

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False

    def _may(self, request: HttpRequest) -> bool:
        person = _person(request)
        return person is not None and permissions.can_configure(person)

    def save_model(  # what Django calls it
        self,
        request: HttpRequest,
        obj: object,
        form: object,
        change: bool,  # noqa: FBT001
    ) -> None:
        super().save_model(request, obj, form, change)  # type: ignore[misc]
        audit.record(
            f"{type(obj).__name__.lower()}.{'changed' if change else 'added'}",
            kind=AuditKind.ALTERATION,
            by=_person(request),
            subject=f"{type(obj).__name__.lower()} {getattr(obj, 'pk', '')}",
            details={"fields": getattr(form, "changed_data", [])},
        )


@admin.register(AuditEvent)
class AuditEventAdmin(AuditorOnly, admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ("sequence", "at", "kind", "action", "actor", "deployment", "subject", "reason")
    list_filter = ("kind", "action", ("deployment", admin.RelatedOnlyFieldListFilter), "actor")
    date_hierarchy = "at"
    search_fields = ("actor", "action", "subject", "reason")
    list_select_related = ("deployment",)
    list_per_page = 50
    show_full_result_count = False
    readonly_fields = ("pretty_details",)
    exclude = ("details",)

    @admin.display(description="details")
    def pretty_details(self, event: AuditEvent) -> SafeString:
        return format_html("<pre>{}</pre>", json.dumps(json.loads(event.details), indent=2))


@admin.register(ErasureRecord)
class ErasureRecordAdmin(AuditorOnly, admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ("done_at", "due_at", "kind", "count", "deployment", "ground")
    list_filter = ("kind", ("deployment", admin.RelatedOnlyFieldListFilter))
    date_hierarchy = "done_at"
    list_select_related = ("deployment",)


@admin.register(Camera)
class CameraAdmin(AdministratorOnly, admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ("name", "location")
    search_fields = ("name", "location")


@admin.register(User)
class PersonAdmin(AdministratorOnly, UserAdmin):
    form = PersonAdminForm
    list_display = ("username", "rank", "last_name", "is_active")
    list_filter = ("rank", "is_active")
    fieldsets = (
        (None, {"fields": ("username", "password")}),
        ("Person", {"fields": ("first_name", "last_name", "email", "collar_number")}),
        ("Rank and roles", {"fields": ("rank", "roles", "is_active")}),
    )
