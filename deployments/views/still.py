"""A camera's still, for those who draw its zone or judge it."""

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from deployments import permissions, stills
from deployments.encryption import Unreadable
from deployments.models import CameraStill
from deployments.step_up import shows_images
from deployments.views.access import person_of, require


@login_required
@require_safe
@never_cache
@shows_images
def camera_still(request: HttpRequest, pk: int) -> HttpResponse:
    """One look, logged before it is shown; nothing while its faces may be in it."""
    person = person_of(request)
    require("Your roles see no cameras.", allowed=permissions.can_view_stills(person))
    still = get_object_or_404(CameraStill, camera_id=pk)
    if not still.is_ready:
        raise Http404("The picture is being prepared.")
    stills.record_view(still, by=person)
    try:
        data = stills.read(still)
    except Unreadable as error:
        words = f"The picture cannot be shown: {error}."
        return HttpResponse(words, status=410, content_type="text/plain")
    response = HttpResponse(data, content_type="image/jpeg")
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response
