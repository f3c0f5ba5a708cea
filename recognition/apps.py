from django.apps import AppConfig


class RecognitionConfig(AppConfig):
    name = "recognition"

    def ready(self) -> None:
        from deployments import briefings, start_checks, watchlist
        from deployments.lifecycle import on_status_change
        from recognition import briefing, control, erasure, template_store

        erasure.register()
        briefings.register_accuracy(briefing.accuracy_of)
        watchlist.on_withdrawal(template_store.remove)
        on_status_change(control.on_status_change)
        start_checks.register(control.gallery_check, subject=start_checks.Subject.TEMPLATES)
        start_checks.register(control.worker_check, subject=start_checks.Subject.WORKER)
