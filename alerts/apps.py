from django.apps import AppConfig


class AlertsConfig(AppConfig):
    name = "alerts"

    def ready(self) -> None:
        from alerts import attendance, erasure, reconciliation
        from alerts.events import knock
        from deployments import watchlist
        from deployments.lifecycle import on_status_change

        erasure.register()
        reconciliation.register()
        attendance.register()
        watchlist.on_withdrawal(erasure.forget_entry)
        on_status_change(lambda deployment: knock(deployment.uuid))
