"""The pictures of a request, how far its worker is, and the export: decrypted as they are sent."""

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponseBase, JsonResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from deployments.encryption import Unreadable
from deployments.enums import AuditKind, SubjectAccessFileKind
from deployments.step_up import shows_images
from deployments.subject_access import handover, looking, requests, store
from deployments.views.access import person_of
from deployments.views.footage_video import private, words
from deployments.views.ranges import ranged, streamed
from deployments.views.subject_access import request_of


@login_required
@never_cache
@require_safe
def subject_access_state(request: HttpRequest, uuid: UUID, pk: int) -> JsonResponse:
    found = request_of(request, uuid, pk)
    working = [each for each in found.files.all() if each.is_working]
    percent = min((each.percent for each in working), default=100)
    return JsonResponse({"is_working": bool(working), "percent": percent})


@login_required
@require_safe
@shows_images
def subject_access_file(request: HttpRequest, uuid: UUID, pk: int, file: UUID) -> HttpResponseBase:
    """One look, on record before the first byte; a player's further parts belong to it."""
    found = request_of(request, uuid, pk)
    picture = get_object_or_404(
        found.files.select_related("segment").exclude(done_at=None), pk=file
    )
    if not looking.is_open(request.session, picture):
        looking.open_file(found, picture, by=person_of(request), session=request.session)
    is_video = picture.kind == SubjectAccessFileKind.COPY
    try:
        response = ranged(
            request,
            store.opened(picture),
            size=picture.byte_count,
            content_type="video/mp4" if is_video else "image/jpeg",
        )
    except Unreadable as error:
        return words(f"This picture cannot be shown: {error}.", status=410)
    return private(response)


@login_required
@require_safe
@shows_images
def subject_access_export(request: HttpRequest, uuid: UUID, pk: int) -> HttpResponseBase:
    """As often as it is needed while the copies are there; each time is on record."""
    found = request_of(request, uuid, pk)
    if found.disclosure is None:
        return words("Hand it over first: the export is what was handed over.", status=403)
    if not handover.copies_of(found):
        return words("The copies of this request were erased since.", status=410)
    details: dict[str, object] = {"disclosure": found.disclosure.pk}
    requests.record(found, "exported", AuditKind.DISCLOSURE, by=person_of(request), details=details)
    response = streamed(request, handover.exported(found), content_type="application/zip")
    response["Content-Disposition"] = f'attachment; filename="subject-access-{found.pk}.zip"'
    return private(response)
