from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig


class SiteConfig(AppConfig):
    name = "lfr_site"

    def ready(self) -> None:
        from lfr_site.no_dumps import forbid_dumps

        forbid_dumps()
        from lfr_site.celery import app

        app.finalize()
        from lfr_site import (  # noqa: F401 - receivers
            checks,
            codes,
            logs,
            maintenance,
            second_factor_secrets,
            sign_ins,
        )

        logs.configure()
        second_factor_secrets.register_secrets()


class RoleAdminConfig(AdminConfig):
    default_site = "lfr_site.admin.RoleAdminSite"
