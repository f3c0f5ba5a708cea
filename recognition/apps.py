from django.apps import AppConfig


class RecognitionConfig(AppConfig):
    name = "recognition"

    def ready(self) -> None:
        from alerts import score_bands as alert_score_bands
        from deployments import briefings, import_images, watchlist
        from deployments.lifecycle import on_status_change
        from recognition import (
            application_facts,
            briefing,
            control,
            erasure,
            images,
            reconciliation,
            score_bands,
            start_checks,
        )

        application_facts.register()
        erasure.register()
        reconciliation.register()
        import_images.register_picture_check(images.fault_of_header)
        alert_score_bands.register(score_bands.measured_of)
        briefings.register_accuracy(briefing.accuracy_of)
        watchlist.on_withdrawal(erasure.forget_entry)
        on_status_change(control.on_status_change)
        start_checks.register_all()
