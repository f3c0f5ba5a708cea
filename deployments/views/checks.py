"""The start checks by themselves, for the page to renew, and the button that checks cameras."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from deployments import audit, permissions
from deployments.enums import AuditKind, Status
from deployments.models import Deployment, User
from deployments.queues import send_camera_checks
from deployments.start_checks import Check, run_checks
from deployments.views.access import person_of, require, visible_deployment

CHECKED_STAGE = {
    Status.AUTHORISED: Status.READY,
    Status.READY: Status.LIVE,
    Status.SUSPENDED: Status.LIVE,
}


@login_required
@require_safe
@never_cache
def checks(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """The list alone, as it is now."""
    deployment = visible_deployment(request, uuid)
    context = {"deployment": deployment, **checks_for(person_of(request), deployment)}
    return render(request, "deployments/parts/checks.html", context)


@login_required
@require_POST
def check_cameras(request: HttpRequest, uuid: UUID) -> HttpResponse:
    deployment = visible_deployment(request, uuid)
    person = person_of(request)
    require(
        "Only operators and watchlist managers have the cameras of a ready or suspended "
        "deployment checked.",
        allowed=permissions.can_check_cameras(person, deployment),
    )
    if not deployment.starts_at <= timezone.now() < deployment.ends_at:
        messages.error(request, "Cameras are read within the authorised window only.")
    else:
        audit.record(
            "cameras.check_asked", kind=AuditKind.COLLECTION, by=person, deployment=deployment
        )
        _ask(request, deployment)
    return redirect("deployments:detail", uuid=deployment.uuid)


def checks_for(person: User, deployment: Deployment) -> dict[str, object]:
    """For the page. Run for those who act on them only: asking the workers may take a second."""
    stage = CHECKED_STAGE.get(Status(deployment.status))
    if stage is None or not permissions.can_read_start_checks(person):
        return {"checks": None}
    found: list[Check] = run_checks(deployment, stage=stage)
    return {
        "checks": found,
        "checks_failed": sum(not check.passed for check in found),
        "checks_pending": any(check.is_pending for check in found),
        "can_check_cameras": permissions.can_check_cameras(person, deployment)
        and deployment.starts_at <= timezone.now() < deployment.ends_at,
        "can_photograph_signs": permissions.can_photograph_signs(person, deployment),
    }


def _ask(request: HttpRequest, deployment: Deployment) -> None:
    try:
        send_camera_checks(deployment.pk)
    except OSError:
        messages.error(
            request, "The workers cannot be reached: try again, or tell the system administrator."
        )
    else:
        messages.success(request, "The cameras are being looked at: it takes some seconds.")
