"""Filling a watchlist from a sheet and its images."""

from uuid import UUID

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from deployments import watchlist
from deployments.forms.watchlist import ImportForm
from deployments.import_images import BadImport, FolderImages, Images, ZipImages, megabytes
from deployments.imports import COLUMNS, Report, import_entries
from deployments.models import Deployment
from deployments.views.access import person_of
from deployments.views.watchlist import manageable


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def import_watchlist(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """The report is the answer itself: nothing of the sheet is kept in a session or a file."""
    deployment = manageable(request, uuid)
    form = ImportForm()
    report = None
    if request.method == "POST":
        form = ImportForm(request.POST, request.FILES)
        report = _imported(request, deployment, form)
    context = {
        "deployment": deployment,
        "form": form,
        "report": report,
        "columns": COLUMNS,
        "upload_limit": megabytes(settings.FILE_UPLOAD_MAX_MEMORY_SIZE),
        "progress": watchlist.progress(deployment),
    }
    response = render(request, "deployments/import.html", context)
    response["Cache-Control"] = "no-store"
    return response


def _imported(request: HttpRequest, deployment: Deployment, form: ImportForm) -> Report | None:
    if not form.is_valid():
        return None
    if _is_too_large(request):
        form.add_error(
            None,
            f"Send at most {megabytes(settings.FILE_UPLOAD_MAX_MEMORY_SIZE)} at a time, so that no "
            "image lies on a disk unencrypted. Split the sheet and import the parts.",
        )
        return None
    sheet: UploadedFile[bytes] = form.cleaned_data["sheet"]
    try:
        return import_entries(
            deployment, sheet=sheet.read(), images=_images(form), by=person_of(request)
        )
    except BadImport as fault:
        form.add_error(None, str(fault))
        return None


def _is_too_large(request: HttpRequest) -> bool:
    return int(request.headers.get("Content-Length") or 0) > settings.FILE_UPLOAD_MAX_MEMORY_SIZE


def _images(form: ImportForm) -> Images:
    archive: UploadedFile[bytes] | None = form.cleaned_data["archive"]
    if archive is not None and archive.file is not None:
        return ZipImages(archive.file)
    return FolderImages(form.cleaned_data["images"])
