"""Was this reference on a list on that day? Answered from rows without biometrics, after everything
else is gone. The question itself is recorded: who asked, when and why, without the reference."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from deployments import audit, ledger, permissions
from deployments.csv_text import as_csv
from deployments.enums import AuditKind
from deployments.forms.ledger import LedgerForm
from deployments.models import WatchlistLedger
from deployments.views.access import person_of, require
from deployments.views.watchlist import private
from deployments.wording import moment_in_words

COLUMNS = ("reference", "category", "deployment", "from", "until")


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: HttpRequest) -> HttpResponse:
    person = person_of(request)
    require("Only an auditor asks the ledger.", allowed=permissions.can_ask_the_ledger(person))
    form = LedgerForm(request.POST if request.method == "POST" else None)
    rows: list[WatchlistLedger] | None = None
    if form.is_valid():
        rows = list(ledger.rows_on(form.cleaned_data["reference"], day=form.cleaned_data["day"]))
        is_sheet = request.POST.get("format") == "csv"
        audit.record(
            "ledger.asked",
            kind=AuditKind.DISCLOSURE if is_sheet else AuditKind.CONSULTATION,
            by=person,
            reason=form.cleaned_data["why"],
            details={"found": len(rows), "day": str(form.cleaned_data["day"] or "any")},
        )
        if is_sheet:
            return _sheet(rows)
    return private(render(request, "deployments/ledger.html", {"form": form, "rows": rows}))


def _sheet(rows: list[WatchlistLedger]) -> HttpResponse:
    text = as_csv(
        COLUMNS,
        (
            [
                row.reference,
                row.get_category_display(),
                row.deployment.title,
                moment_in_words(row.added_at),
                moment_in_words(row.removed_at) if row.removed_at else "",
            ]
            for row in rows
        ),
    )
    response = HttpResponse(text, content_type="text/csv")
    response["Content-Disposition"] = 'attachment; filename="ledger.csv"'
    return private(response)
