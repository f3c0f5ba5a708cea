from django.apps import AppConfig


class DeploymentsConfig(AppConfig):
    name = "deployments"

    def ready(self) -> None:
        from deployments import (  # noqa: F401
            briefings,
            checks,
            erasure_journal,
            file_places,
            forces,
            image_store,
            import_erasure,
            import_files,
            master_key_rotation,
            purge,
            reconciliation_checks,
            retention,
            signs,
            spent_keys,
            staff_records,
            stills,
            trigger_guard,
            urgent_policy,
        )
        from deployments.footage import registration as footage
        from deployments.lifecycle import on_status_change
        from deployments.start_checks import deployment_checks
        from deployments.subject_access import registration as subject_access

        forces.register(self)
        trigger_guard.register(self)
        urgent_policy.register(self)
        staff_records.register()
        deployment_checks.register_all()
        briefings.register_check()
        retention.register(signs.KIND, find=signs.find_photographs, erase=signs.erase_photographs)
        retention.register(stills.KIND, find=stills.find_surveys, erase=stills.erase_surveys)
        retention.register("watchlist", find=purge.find_watchlists, erase=purge.erase_watchlist)
        retention.register(
            import_erasure.KIND,
            find=import_erasure.find_imports,
            erase=import_erasure.erase_imports,
        )
        retention.register(spent_keys.KIND, find=spent_keys.find, erase=spent_keys.destroy)
        for holder in (image_store, stills, import_files):
            file_places.register(holder.PLACE)
        master_key_rotation.register_deployment_keys()
        on_status_change(erasure_journal.note_over)
        stills.register_rotation()
        reconciliation_checks.register_all()
        footage.register_all()
        subject_access.register_all()
