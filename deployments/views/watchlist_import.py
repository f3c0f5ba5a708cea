"""Filling a watchlist from a sheet and its images: upload, dry run, decision, report."""

from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import SuspiciousOperation
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.http.multipartparser import MultiPartParserError
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from deployments import import_report, imports, watchlist
from deployments.enums import ImportStatus, RowOutcome
from deployments.forms.watchlist_import import ImportForm
from deployments.import_files import IMAGES_AT_ONCE, EncryptedUpload, EncryptedUploads
from deployments.import_images import megabytes
from deployments.import_sheet import MAX_ROWS, OPTIONAL, REQUIRED
from deployments.lifecycle import Refused
from deployments.models import Deployment, WatchlistImport
from deployments.models.watchlist_import import ACTIVE
from deployments.views.access import person_of
from deployments.views.watchlist import log_consultation, manageable, private

PAGE_SIZE = 50
# Of those who were added nothing is left here: they stand in the watchlist.
SHOWN_OUTCOMES = (RowOutcome.READY, RowOutcome.REFUSED)


@csrf_exempt
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def import_watchlist(request: HttpRequest, uuid: UUID) -> HttpResponseBase:
    """Each file goes encrypted into the store as it arrives. That is arranged before anything of
    the request is read, the token that protects the form included: it is asked for right after."""
    deployment = manageable(request, uuid)
    if request.method != "POST":
        return _import_watchlist(request, deployment)
    handler = EncryptedUploads(request, deployment)
    request.upload_handlers = [handler]
    try:
        return _import_watchlist(request, deployment)
    except (SuspiciousOperation, MultiPartParserError):
        handler.discard_all()  # a request that breaks off half-way leaves nothing either
        raise


@csrf_protect
def _import_watchlist(request: HttpRequest, deployment: Deployment) -> HttpResponse:
    form = ImportForm()
    if request.method == "POST":
        form = ImportForm(request.POST, request.FILES)
        if made := _received(request, deployment, form):
            return redirect("deployments:import_report", uuid=deployment.uuid, pk=made.pk)
    context = {
        "deployment": deployment,
        "form": form,
        "required": REQUIRED,
        "optional": OPTIONAL,
        "max_rows": MAX_ROWS,
        "upload_limit": megabytes(settings.IMPORT_MAX_BYTES),
        "active": deployment.imports.filter(status__in=ACTIVE).first(),
        "progress": watchlist.progress(deployment),
    }
    return private(render(request, "deployments/import.html", context))


@login_required
@never_cache
@require_safe
def report(request: HttpRequest, uuid: UUID, pk: int) -> HttpResponse:
    """What will happen to each row and why; later what happened."""
    deployment, found = _import(request, uuid, pk)
    counts = import_report.counts_of(found)
    outcome = request.GET.get("outcome", "")
    rows = found.rows.filter(outcome__in=SHOWN_OUTCOMES)
    if outcome in SHOWN_OUTCOMES:
        rows = rows.filter(outcome=outcome)
    elif outcome == "alike":
        rows = rows.filter(import_report.LIKE_ANOTHER)
    page = Paginator(rows.order_by("line"), PAGE_SIZE).get_page(request.GET.get("page"))
    _look(request, deployment, found, page=page.number)
    context = {
        "deployment": deployment,
        "found": found,
        "counts": counts,
        "page": page,
        "rows": import_report.readable(page, of=found),
        "outcome": outcome,
        "query": f"outcome={outcome}",
        "state": import_report.state_of(found, counts),
        "progress": watchlist.progress(deployment),
    }
    return private(render(request, "deployments/import_report.html", context))


@login_required
@never_cache
@require_safe
def state(request: HttpRequest, uuid: UUID, pk: int) -> JsonResponse:
    """Numbers only."""
    _, found = _import(request, uuid, pk)
    return JsonResponse(import_report.state_of(found, import_report.counts_of(found)))


@login_required
@require_POST
def decide(request: HttpRequest, uuid: UUID, pk: int, name: str) -> HttpResponse:
    """`name` is confirm, discard or forget."""
    deployment, found = _import(request, uuid, pk)
    act = {
        "confirm": imports.confirm,
        "discard": imports.discard,
        "forget": imports.forget_refused,
    }[name]
    try:
        act(found, by=person_of(request))
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        if name == "discard":
            messages.success(request, "Discarded: what was uploaded is erased.")
            return redirect("deployments:import", uuid=deployment.uuid)
    return redirect("deployments:import_report", uuid=deployment.uuid, pk=found.pk)


@login_required
@never_cache
@require_safe
def refused_rows(request: HttpRequest, uuid: UUID, pk: int) -> HttpResponse:
    """The refused rows with their reasons, to be corrected: formulae stay text."""
    deployment, found = _import(request, uuid, pk)
    _look(request, deployment, found, page=0, action="watchlist.import_rows_downloaded")
    response = HttpResponse(import_report.refused_csv(found), content_type="text/csv")
    response["Content-Disposition"] = 'attachment; filename="refused-rows.csv"'
    return private(response)


def _received(
    request: HttpRequest, deployment: Deployment, form: ImportForm
) -> WatchlistImport | None:
    """Whatever is not kept is erased at once."""
    handler = request.upload_handlers[0]
    assert isinstance(handler, EncryptedUploads)
    if handler.is_too_large:
        most = megabytes(settings.IMPORT_MAX_BYTES)
        form.add_error(None, f"Send at most {most} at a time: split the sheet and its images.")
    if handler.has_too_many:
        form.add_error("images", f"These are more than {IMAGES_AT_ONCE}: send them in a zip file.")
    made = _kept(deployment, form, request) if form.is_valid() else None
    if made is None:
        handler.discard_all()
    return made


def _kept(deployment: Deployment, form: ImportForm, request: HttpRequest) -> WatchlistImport | None:
    given: dict[str, EncryptedUpload] = form.cleaned_data
    try:
        return imports.receive(
            deployment,
            sheet=given["sheet"],
            archive=given["archive"],
            images=form.cleaned_data["images"],
            by=person_of(request),
        )
    except Refused as refusal:
        form.add_error(None, str(refusal))
        return None


def _import(request: HttpRequest, uuid: UUID, pk: int) -> tuple[Deployment, WatchlistImport]:
    deployment = manageable(request, uuid)
    return deployment, get_object_or_404(deployment.imports.select_related("by"), pk=pk)


def _look(
    request: HttpRequest,
    deployment: Deployment,
    found: WatchlistImport,
    *,
    page: int,
    action: str = "watchlist.import_consulted",
) -> None:
    if found.status == ImportStatus.DISCARDED:
        return
    log_consultation(
        request, deployment, action, subject=f"import {found.pk}", details={"page": page}
    )
