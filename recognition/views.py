"""Watching a camera live from the console: off until asked for, never recorded, each watching a
logged consultation. Every picture asks for the rights again."""

from dataclasses import dataclass
from uuid import UUID

from django.core import signing
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_GET, require_POST

from alerts import permissions
from alerts.views.access import person_of
from deployments import audit
from deployments.enums import AuditKind, Status
from deployments.models import Deployment, User
from deployments.step_up import shows_images
from recognition.live_server import Unwatchable, picture_from
from recognition.models import CameraRun

# A ticket is for one person, deployment and camera, and is asked for again after this long.
WATCHED_FOR_S = 600
SALT = "recognition.live_view"


@dataclass(frozen=True, slots=True)
class Refusal:
    status: int
    words: str

    def answer(self) -> JsonResponse:
        return JsonResponse({"error": self.words}, status=self.status)


@require_POST
@shows_images
@cache_control(private=True, no_store=True)
def watch(request: HttpRequest, uuid: UUID, camera_id: int) -> HttpResponse:
    """Begin: write down who watches which camera, and give them a ticket for its pictures."""
    deployment = get_object_or_404(Deployment, uuid=uuid)
    person = _allowed(request, deployment)
    if isinstance(person, Refusal):
        return person.answer()
    camera = get_object_or_404(deployment.cameras, pk=camera_id)
    audit.record(
        "camera.watched",
        kind=AuditKind.CONSULTATION,
        by=person,
        deployment=deployment,
        subject=f"camera {camera.pk}",
        reason="Watching over the deployment while it is live.",
        details={"for_s": WATCHED_FOR_S},
    )
    ticket = signing.dumps([person.pk, deployment.pk, camera.pk], salt=SALT)
    return JsonResponse({"ticket": ticket, "seconds": WATCHED_FOR_S})


@require_GET
@shows_images
@cache_control(private=True, no_store=True)
def picture(request: HttpRequest, uuid: UUID, camera_id: int) -> HttpResponse:
    deployment = get_object_or_404(Deployment, uuid=uuid)
    person = _allowed(request, deployment)
    if isinstance(person, Refusal):
        return person.answer()
    if not _holds_ticket(request, [person.pk, deployment.pk, camera_id]):
        return Refusal(403, "Begin to watch this camera first.").answer()
    run = CameraRun.objects.filter(deployment=deployment, camera=camera_id).first()
    if run is None or run.token is None or not run.view_address:
        return Refusal(503, "No worker reads this camera.").answer()
    try:
        content = picture_from(run.view_address, run.pk, run.token)
    except Unwatchable as words:
        return Refusal(503, str(words)).answer()
    headers = {"X-Content-Type-Options": "nosniff"}
    return HttpResponse(content, content_type="image/jpeg", headers=headers)


def _allowed(request: HttpRequest, deployment: Deployment) -> User | Refusal:
    person = person_of(request)
    if person is None:
        return Refusal(401, "You are signed out.")
    if not permissions.can_open_console(person, deployment):
        audit.record("camera.refused", kind=AuditKind.ACCESS, by=person, deployment=deployment)
        return Refusal(403, "You may not watch the cameras of this deployment.")
    if deployment.status != Status.LIVE:
        return Refusal(409, "This deployment is not live.")
    return person


def _holds_ticket(request: HttpRequest, wanted: list[int]) -> bool:
    try:
        held = signing.loads(request.headers.get("X-Ticket", ""), salt=SALT, max_age=WATCHED_FOR_S)
    except signing.BadSignature:
        return False
    return bool(held == wanted)
