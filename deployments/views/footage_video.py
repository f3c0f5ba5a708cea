"""The pictures themselves: decrypted as they are sent, never kept by anybody on the way."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from deployments import audit, permissions
from deployments.encryption import Unreadable
from deployments.enums import AuditKind
from deployments.footage import disclosures, playback, store
from deployments.models import Deployment
from deployments.step_up import shows_images
from deployments.views.access import person_of, require, visible_deployment
from deployments.views.ranges import ranged, streamed

ASK_AGAIN = "Say first why you look at footage; an hour later the reason is asked for again."


def _playable(request: HttpRequest, uuid: UUID) -> Deployment:
    deployment = visible_deployment(request, uuid)
    require(
        "Only a disclosure officer plays footage.",
        allowed=permissions.can_play_footage(person_of(request), deployment),
    )
    return deployment


@login_required
@never_cache
@require_safe
@shows_images
def footage_player(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """What was opened, one after the other."""
    deployment = _playable(request, uuid)
    ids = playback.opened_ids(request.session, deployment)
    segments = list(deployment.footage.filter(pk__in=ids).select_related("camera"))
    if not segments:
        messages.error(request, ASK_AGAIN)
        return redirect("deployments:footage", uuid=deployment.uuid)
    wanted = request.GET.get("segment")
    current = next((each for each in segments if str(each.number) == wanted), segments[0])
    context = {
        "deployment": deployment,
        "segments": segments,
        "current": current,
        "reason": playback.reason_of(request.session),
        "access": playback.request_of(request.session, deployment),
    }
    response = render(request, "deployments/footage_player.html", context)
    response["Cache-Control"] = "no-store"
    return response


@login_required
@require_safe
@shows_images
def footage_video(request: HttpRequest, uuid: UUID, segment: UUID) -> HttpResponseBase:
    deployment = _playable(request, uuid)
    if segment not in playback.opened_ids(request.session, deployment):
        return words(ASK_AGAIN, status=403)
    found = get_object_or_404(deployment.footage, pk=segment)
    if not found.is_there:
        return words("This footage was erased.", status=410)
    try:
        file = store.opened(found)
        response = ranged(request, file, size=found.byte_count, content_type="video/mp4")
    except Unreadable as error:
        return words(f"This segment cannot be shown: {error}.", status=410)
    return private(response)


@login_required
@require_safe
@shows_images
def footage_export(request: HttpRequest, uuid: UUID, pk: int) -> HttpResponseBase:
    """The zip file of a disclosure, as often as it is needed while its footage is there; each time
    is on record."""
    deployment = _playable(request, uuid)
    # A copy for the person seen is another thing than the footage: it has an export of its own.
    found = get_object_or_404(deployment.disclosures.filter(subject_access=None), pk=pk)
    if found.segments.exclude(erased_at=None).exists():
        return words("Footage of this disclosure was erased since.", status=410)
    audit.record(
        "footage.exported",
        kind=AuditKind.DISCLOSURE,
        by=person_of(request),
        deployment=deployment,
        subject=f"disclosure {found.pk}",
        reason=found.reason,
    )
    response = streamed(request, disclosures.exported(found), content_type="application/zip")
    response["Content-Disposition"] = f'attachment; filename="footage-{found.pk}.zip"'
    return private(response)


def words(sentence: str, *, status: int) -> HttpResponse:
    response = HttpResponse(sentence, status=status, content_type="text/plain; charset=utf-8")
    response["Cache-Control"] = "no-store"
    return response


def private(response: HttpResponseBase) -> HttpResponseBase:
    response["Cache-Control"] = "private, no-store"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["X-Content-Type-Options"] = "nosniff"
    return response
