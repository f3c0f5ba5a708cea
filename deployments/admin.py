"""Reference data for the system administrator; the audit trail, read-only, for the auditor."""

import json
from typing import Any

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.models import Group
from django.db import transaction
from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from deployments import audit, permissions
from deployments.enums import AuditKind, DocumentStatus
from deployments.models import AuditEvent, Camera, ErasureRecord, PolicyDocument, User
from deployments.person_form import PersonAdminForm
from deployments.transitions import CAMERA_COLUMNS

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

    # Django calls these wherever it changes something, a password included.
    def log_addition(self, request: HttpRequest, object: Any, message: Any) -> Any:  # noqa: A002
        self._audit(request, object, "added", message)
        return super().log_addition(request, object, message)  # type: ignore[misc]

    def log_change(self, request: HttpRequest, object: Any, message: Any) -> Any:  # noqa: A002
        self._audit(request, object, "changed", message)
        return super().log_change(request, object, message)  # type: ignore[misc]

    def _audit(self, request: HttpRequest, obj: Model, verb: str, message: object) -> None:
        name = type(obj).__name__.lower()
        details: dict[str, object] = {"changes": message}
        if isinstance(obj, User):
            details |= {"rank": obj.rank, "roles": sorted(obj.roles), "active": obj.is_active}
        audit.record(
            f"{name}.{verb}",
            kind=AuditKind.ALTERATION,
            by=_person(request),
            subject=f"{name} {obj.pk}",
            details=details,
        )


@admin.register(AuditEvent)
class AuditEventAdmin(AuditorOnly, admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = (
        "sequence",
        "when",
        "kind",
        "action",
        "actor",
        "subject",
        "deployment",
        "reason",
    )
    list_filter = ("kind", "action", ("deployment", admin.RelatedOnlyFieldListFilter), "actor")
    date_hierarchy = "at"
    search_fields = ("actor", "action", "subject", "reason")
    list_select_related = ("deployment",)
    list_per_page = 50
    show_full_result_count = False
    readonly_fields = ("when", "pretty_details")
    exclude = ("at", "details")

    @admin.display(description="at", ordering="sequence")
    def when(self, event: AuditEvent) -> str:
        """To the millisecond: the order of two decisions may matter."""
        return timezone.localtime(event.at).strftime("%d %b %Y, %H:%M:%S.%f")[:-3]

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
        obj.drafted_by = _person(request)  # whoever wrote it last does not publish it
        super().save_model(request, obj, form, change)


@admin.register(User)
class PersonAdmin(AdministratorOnly, UserAdmin):  # type: ignore[type-arg]
    form = PersonAdminForm
    list_display = ("username", "rank", "last_name", "is_active")
    list_filter = ("rank", "is_active")
    fieldsets = (
        (None, {"fields": ("username", "password")}),
        ("Person", {"fields": ("first_name", "last_name", "email", "collar_number")}),
        ("Rank and roles", {"fields": ("rank", "roles", "is_active")}),
    )

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> list[str]:
        """Nobody gives themselves rights: a second administrator does."""
        return ["rank", "roles", "is_active"] if obj is not None and obj == request.user else []

    def user_change_password(
        self,
        request: HttpRequest,
        id: str,  # noqa: A002
        form_url: str = "",
    ) -> HttpResponse:
        with transaction.atomic():  # the password and its audit event
            return super().user_change_password(request, id, form_url)
