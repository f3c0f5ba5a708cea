from django.apps import AppConfig


class DeploymentsConfig(AppConfig):
    name = "deployments"

    def ready(self) -> None:
        from deployments import checks, purge, retention, trigger_guard  # noqa: F401

        trigger_guard.register(self)
        retention.register("watchlist", find=purge.find_watchlists, erase=purge.erase_watchlist)
