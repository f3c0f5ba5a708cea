"""The audit trail: read page by page, searched, taken out on record, verified. Never changed.

An inspector from outside the force sees the same events without who acted and without what people
wrote; what they take away verifies all the same."""

import json
from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from deployments import audit_search
from deployments.admin import trail_verification
from deployments.admin.access import AuditorOnly, person_of
from deployments.admin.trail_files import take_out
from deployments.audit_export import deployment_of, pseudonym
from deployments.forms.trail import ExportForm, TrailFilter
from deployments.models import AuditEvent
from deployments.permissions import is_inspector

PAGING = ("before", "after", "end")


@admin.register(AuditEvent)
class AuditEventAdmin(AuditorOnly, admin.ModelAdmin):  # type: ignore[type-arg]
    readonly_fields = ("when", "pretty_details")

    def get_urls(self) -> list[URLPattern]:
        def named(route: str, view: Any, name: str) -> URLPattern:
            guarded = self.admin_site.admin_view(self._for_readers(view))
            found: URLPattern = path(route, guarded, name=f"deployments_auditevent_{name}")
            return found

        return [
            named("export/", self.export, "export"),
            *(
                named(f"verification/{route}", view, name)
                for route, view, name in trail_verification.addresses(self.admin_site)
            ),
            *super().get_urls(),
        ]

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        self._require_reader(request)
        return self._list(request, ExportForm())

    def export(self, request: HttpRequest) -> HttpResponseBase:
        """What the filter chooses, as a sheet; the reason and who gets it stand in the trail."""
        wanted = ExportForm(request.POST if request.method == "POST" else None)
        chosen = self._filter(request)
        if not (wanted.is_valid() and chosen.is_valid()):
            return self._list(request, wanted)
        return take_out(request, chosen.search, **wanted.cleaned_data)

    def get_exclude(self, request: HttpRequest, obj: AuditEvent | None = None) -> list[str]:
        hidden = ["actor", "reason", "deployment"] if _is_outside(request) else []
        return ["at", "details", *hidden]

    def get_readonly_fields(self, request: HttpRequest, obj: AuditEvent | None = None) -> list[str]:
        shown = ["who_acted", "of_deployment"] if _is_outside(request) else []
        return [*shown, *self.readonly_fields]

    @admin.display(description="actor")
    def who_acted(self, event: AuditEvent) -> str:
        return pseudonym(event.actor)

    @admin.display(description="deployment")
    def of_deployment(self, event: AuditEvent) -> str:
        return deployment_of(event, withheld=True) or "–"

    @admin.display(description="at")
    def when(self, event: AuditEvent) -> str:
        """To the millisecond: the order of two decisions may matter."""
        return _to_the_millisecond(event)

    @admin.display(description="details")
    def pretty_details(self, event: AuditEvent) -> SafeString:
        return format_html("<pre>{}</pre>", json.dumps(json.loads(event.details), indent=2))

    def _list(self, request: HttpRequest, wanted: ExportForm) -> HttpResponse:
        form = self._filter(request)
        search = form.search if form.is_valid() else audit_search.Search()
        page = audit_search.page(
            search,
            before=_number(request.GET.get("before")),
            after=_number(request.GET.get("after")),
            from_end="end" in request.GET,
        )
        query = request.GET.copy()
        for name in PAGING:
            query.pop(name, None)
        outside = _is_outside(request)
        context = {
            **self.admin_site.each_context(request),
            "title": "Audit trail",
            "form": form,
            "export": wanted,
            "page": page,
            "rows": [_row(event, outside=outside) for event in page.events],
            "query": query.urlencode(),
            "outside": outside,
            "is_filtered": any(value for value in query.values()),
        }
        status = 400 if wanted.is_bound else 200
        return TemplateResponse(request, "admin/audit_trail.html", context, status=status)

    def _filter(self, request: HttpRequest) -> TrailFilter:
        return TrailFilter(request.GET, names_people=not _is_outside(request))

    def _for_readers(self, view: Any) -> Any:
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            self._require_reader(request)
            answer: HttpResponse = view(request, *args, **kwargs)
            return answer

        return guarded

    def _require_reader(self, request: HttpRequest) -> None:
        if not self.has_view_permission(request):
            raise PermissionDenied("Auditors and inspectors read the audit trail.")


def _row(event: AuditEvent, *, outside: bool) -> dict[str, object]:
    return {
        "event": event,
        "when": _to_the_millisecond(event),
        "actor": pseudonym(event.actor) if outside else event.actor,
        "deployment": deployment_of(event, withheld=outside),
        "reason": "" if outside else event.reason,
    }


def _is_outside(request: HttpRequest) -> bool:
    person = person_of(request)
    return person is None or is_inspector(person)


def _to_the_millisecond(event: AuditEvent) -> str:
    return timezone.localtime(event.at).strftime("%d %b %Y, %H:%M:%S.%f")[:-3]


def _number(text: str | None) -> int:
    return int(text) if text and text.isdigit() and len(text) < 18 else 0
