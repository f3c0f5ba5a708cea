"""Django's admin for two roles only: the auditor, who reads, and the system administrator, who
configures. Being staff or a superuser opens nothing."""

from django.contrib.admin import AdminSite
from django.http import HttpRequest

from deployments import permissions
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
