"""The erasure ledger: read, never changed."""

from django.contrib import admin

from deployments.admin.access import AuditorOnly
from deployments.models import ErasureRecord


@admin.register(ErasureRecord)
class ErasureRecordAdmin(AuditorOnly, admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ("done_at", "due_at", "kind", "count", "deployment", "ground")
    list_filter = ("kind", ("deployment", admin.RelatedOnlyFieldListFilter))
    date_hierarchy = "done_at"
    list_select_related = ("deployment",)
