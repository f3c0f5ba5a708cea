"""Who may do what in the admin, and that each change is an audit event."""

import re
from typing import Any

from django.db.models import Model
from django.http import Http404, HttpRequest

from deployments import audit, permissions
from deployments.enums import AuditKind
from deployments.models import Training, User


def person_of(request: HttpRequest) -> User | None:
    return request.user if isinstance(request.user, User) else None


class AuditorOnly:
    """Read, filter, never change."""

    change_form_template: Any = "admin/record.html"

    def history_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> Any:
        raise Http404("What nobody changes has no history.")

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def has_view_permission(self, request: HttpRequest, obj: object = None) -> bool:
        person = person_of(request)
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
        person = person_of(request)
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
        details: dict[str, object] = {"changes": _changes(message)}
        if isinstance(obj, Training):
            details |= {"person": obj.person_id, "kind": obj.kind, "expires_on": obj.expires_on}
        if isinstance(obj, User):
            details |= {"rank": obj.rank, "roles": sorted(obj.roles), "active": obj.is_active}
        audit.record(
            f"{name}.{verb}",
            kind=AuditKind.ALTERATION,
            by=person_of(request),
            subject=f"{name} {obj.pk}",
            details=details,
        )


def _changes(message: Any) -> list[str]:
    """Which fields, out of Django's words: those name the object itself, which may be a person."""
    verbs = message if isinstance(message, list) else []
    return [
        re.sub(r"\W+", "_", f"{verb}.{field}".lower())
        for each in verbs
        for verb, what in each.items()
        for field in (what.get("fields") or ["all"])
    ]
