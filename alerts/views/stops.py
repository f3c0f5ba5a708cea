"""Stopping a deployment without leaving the console: emergency stop, end, and going on."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_POST

from alerts import permissions
from alerts.views.access import person_of
from deployments import lifecycle
from deployments.lifecycle import Refused
from deployments.models import Deployment


@require_POST
def move(request: HttpRequest, uuid: UUID, name: str) -> HttpResponse:
    """`name` is suspend, end or resume. Every console hears the new state over its socket."""
    person = person_of(request)
    if person is None:
        return JsonResponse({"error": "You are signed out."}, status=401)
    deployment = get_object_or_404(Deployment, uuid=uuid)
    if not permissions.can_open_console(person, deployment):
        return JsonResponse({"error": "You may not do this."}, status=403)
    reason = request.POST.get("reason", "")
    try:
        if name == "resume":
            moved = lifecycle.resume(deployment, by=person)
        elif name == "suspend":
            moved = lifecycle.suspend(deployment, by=person, reason=reason)
        else:
            moved = lifecycle.end(deployment, by=person, reason=reason)
    except Refused as words:
        return JsonResponse({"error": str(words)}, status=409)
    return JsonResponse({"status": moved.status, "status_words": moved.get_status_display()})
