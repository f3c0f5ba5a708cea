"""Who asks, and whether they may."""

from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest

from deployments.enums import RELIED_ON
from deployments.models import Deployment, User
from deployments.queries import deployments_visible_to


def person_of(request: HttpRequest) -> User:
    """The signed-in person of a view behind `login_required`."""
    person = request.user
    if not isinstance(person, User):
        raise PermissionDenied("Sign in first.")
    return person


def wants_json(request: HttpRequest) -> bool:
    """Asked by a script of ours; a browser without it sends a form and is answered with a page."""
    return "application/json" in request.headers.get("Accept", "")


def visible_deployment(request: HttpRequest, deployment_uuid: UUID) -> Deployment:
    """The deployment, if the person may know of it; otherwise it does not exist for them."""
    found = (
        deployments_visible_to(person_of(request))
        .select_related("applicant", "decided_by", *RELIED_ON)
        .filter(uuid=deployment_uuid)
        .first()
    )
    if found is None:
        raise Http404("There is no such deployment.")
    return found


def require(sentence: str, *, allowed: bool) -> None:
    """Refuse with 403 and the sentence on the page."""
    if not allowed:
        raise PermissionDenied(sentence)
