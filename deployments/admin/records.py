"""The audit trail and the erasure ledger: read, never changed."""

import json

from django.contrib import admin
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from deployments.admin.access import AuditorOnly
from deployments.models import AuditEvent, ErasureRecord


@admin.register(AuditEvent)
class AuditEventAdmin(AuditorOnly, admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = (
        "sequence",
        "when",
        "kind",
        "action",
        "actor",
        "subject",
        "deployment",
        "reason",
    )
    list_filter = ("kind", "action", ("deployment", admin.RelatedOnlyFieldListFilter), "actor")
    date_hierarchy = "at"
    search_fields = ("actor", "action", "subject", "reason")
    list_select_related = ("deployment",)
    list_per_page = 50
    show_full_result_count = False
    readonly_fields = ("when", "pretty_details")
    exclude = ("at", "details")

    @admin.display(description="at", ordering="sequence")
    def when(self, event: AuditEvent) -> str:
        """To the millisecond: the order of two decisions may matter."""
        return timezone.localtime(event.at).strftime("%d %b %Y, %H:%M:%S.%f")[:-3]

    @admin.display(description="details")
    def pretty_details(self, event: AuditEvent) -> SafeString:
        return format_html("<pre>{}</pre>", json.dumps(json.loads(event.details), indent=2))


@admin.register(ErasureRecord)
class ErasureRecordAdmin(AuditorOnly, admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ("done_at", "due_at", "kind", "count", "deployment", "ground")
    list_filter = ("kind", ("deployment", admin.RelatedOnlyFieldListFilter))
    date_hierarchy = "done_at"
    list_select_related = ("deployment",)
