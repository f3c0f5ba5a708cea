from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig


class SiteConfig(AppConfig):
    name = "lfr_site"

    def ready(self) -> None:
        from lfr_site.celery import app

        app.finalize()
        from lfr_site import sign_ins  # noqa: F401 - connects its receivers


class RoleAdminConfig(AdminConfig):
    default_site = "lfr_site.admin.RoleAdminSite"
