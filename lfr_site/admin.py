"""Django's admin for two roles only: the auditor, who reads, and the system administrator, who
configures. Being staff or a superuser opens nothing."""

from http import HTTPStatus
from typing import Any

from django.contrib.admin import AdminSite
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

from deployments import audit, permissions
from deployments.enums import AuditKind
from deployments.models import User


class RoleAdminSite(AdminSite):
    site_header = "Administration and audit"
    site_title = "Administration"
    index_title = "Reference data and the audit trail"
    site_url = "/"
    enable_nav_sidebar = False  # the trail needs the width

    def has_permission(self, request: HttpRequest) -> bool:
        user = request.user
        return isinstance(user, User) and (
            permissions.can_read_audit(user) or permissions.can_configure(user)
        )

    def password_change(self, request: HttpRequest, extra_context: Any = None) -> Any:
        """One's own password, and its audit event with it."""
        with transaction.atomic():
            answer = super().password_change(request, extra_context)
            if request.method == "POST" and answer.status_code == HTTPStatus.FOUND:
                person = request.user
                assert isinstance(person, User)
                audit.record(
                    "user.changed",
                    kind=AuditKind.ALTERATION,
                    by=person,
                    subject=f"user {person.pk}",
                    details={"changes": ["changed.own_password"]},
                )
        return answer

    def login(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """There is one sign-in, with its second factor; the admin has none of its own."""
        if request.user.is_authenticated:
            raise PermissionDenied(
                "The administration is for auditors, inspectors and system administrators."
            )
        wanted = request.GET.get("next", "")
        is_ours = url_has_allowed_host_and_scheme(wanted, allowed_hosts={request.get_host()})
        return redirect_to_login(wanted if is_ours else reverse("admin:index"))
